import { digestSql, OWN_ENCODING } from '../catalogue/memory.ts';
import { namesObjects, type TableShape } from '../catalogue/shape.ts';
import { oneLine } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import type { CursorPlace } from './cursor.ts';

/**
 * A point in a source's history that a later pass can ask "what changed since?" of: the transaction
 * horizon of the snapshot in which a pass began, and everything that must still be the same for the
 * answer to hold. Transaction ids are 64 bit here (epoch and id), as texts.
 */
export interface Mark {
  /** Every transaction below had ended when the snapshot was taken. */
  readonly xmin: string;
  /**
   * At most `xmin`, and at most the next id of the last checkpoint: after a crash PostgreSQL hands out again
   * those ids whose WAL never reached the disk, so then this one counts.
   */
  readonly durable: string;
  /**
   * Whether all WAL was on the disk when the snapshot was taken. If not, a crash may take back what the pass
   * has seen (commits with `synchronous_commit = off` are visible before), and what counts again then are older
   * row versions with older ids, which no mark finds. If so, no id below `xmin` is ever handed out again: its
   * commit or abort is in the WAL.
   */
  readonly flushed: boolean;
  /** When the server was started. */
  readonly started: string;
  /**
   * When statistics were emptied, those of the background writer and of the archiver: crash recovery empties both.
   * The start time alone says too little, since one killed backend makes all of them go through recovery under the
   * same postmaster; one of the two alone is emptied by a person.
   */
  readonly recovered: string;
  /**
   * How far the server's WAL was, in bytes, when the snapshot was taken. Null in marks of older versions, and on a
   * standby that has replayed nothing.
   */
  readonly lsn: string | null;
  readonly timeline: string;
  /** System identifier and database oid. */
  readonly identity: string;
  /** See {@link fingerprints}; null for views and foreign tables, whose rows have no versions. */
  readonly fingerprint: string | null;
  /** Strategy `cursor`: the greatest value of the cursor column that may be relied on, as text. */
  readonly cursor: string | null;
  /** See {@link CursorPlace.of}. */
  readonly cursorOf: string | null;
}

/** The part of a mark that is the same for all tables of a snapshot. */
export type Horizon = Omit<Mark, 'fingerprint' | 'cursor' | 'cursorOf'> & {
  /** The next transaction id of the snapshot, to measure distances by. */
  readonly next: string;
  /** Where in the WAL this run of the server began, in bytes; null where that does not show. See {@link begunSql}. */
  readonly begun: string | null;
  /** The server's runs that were seen, newest last; none where nobody keeps them. See {@link withRuns}. */
  readonly runs: readonly SeenRun[];
};

/** The mark of a table in a snapshot. */
export function markAt(
  { next: _, begun: __, runs: ___, ...horizon }: Horizon,
  fingerprint: string | null,
  cursor: CursorPlace | null,
): Mark {
  return { ...horizon, fingerprint, cursor: cursor?.greatest ?? null, cursorOf: cursor?.of ?? null };
}

/** Why a mark says nothing (any more), so that contents have to be compared. */
export type MarkProblem =
  | 'no_mark'
  /** A view or a foreign table: its rows have no versions. */
  | 'no_row_versions'
  /** Contents may have changed without a row version: a column with a default, a renamed enum value, …. */
  | 'shape_changed'
  /** More than two thousand million transactions ago: 32-bit ids of rows would be read wrongly. */
  | 'too_old'
  /** Restored, failed over, or set back, be it by a crash that took back what the pass had seen. */
  | 'server_changed'
  /** The server was started anew, and nothing proves that it went on where the mark was taken. */
  | 'restart_unproved'
  /** The role may not ask the server for its history: see {@link HISTORY_FUNCTIONS}. */
  | 'history_hidden';

/**
 * Transaction ids of rows are 32 bit and compare modulo 2³²; half of that is the farthest distance that
 * has a direction. Ten million less, for what goes on while the pass runs.
 */
const FARTHEST = 2n ** 31n - 10n ** 7n;

/**
 * SQL of the place in the WAL where this run of the server begins. A restored server goes on at the end of its
 * backup, before the mark, and is soon beyond it; what tells it from one that only started anew is where it began.
 * The checkpoint that a start goes on from (made by the shutdown before it, or by crash recovery) has no records
 * between its beginning and its end, and stays the last one until the first checkpoint of daily work, minutes later.
 *
 * Not believed: a checkpoint at the very start of a WAL file, which pg_resetwal makes (an archiving server makes it
 * at each shutdown, too); before 17 any where `wal_level` is `minimal`, since those of daily work look the same then.
 */
function begunSql(version: number): string {
  const online =
    version >= 170000 ? '' : " AND pg_catalog.current_setting('wal_level') OPERATOR(pg_catalog.<>) 'minimal'";
  return `CASE WHEN NOT pg_catalog.pg_is_in_recovery() AND c.redo_lsn OPERATOR(pg_catalog.=) c.checkpoint_lsn${online}
         AND (pg_catalog.current_setting('archive_mode') OPERATOR(pg_catalog.<>) 'off'
           OR ${bytes('c.checkpoint_lsn')} OPERATOR(pg_catalog.%) ${SMALLEST_WAL_FILE} OPERATOR(pg_catalog.<>) ${FIRST_RECORD})
       THEN ${bytes('c.checkpoint_lsn')}::pg_catalog.text END`;
}

/** `--wal-segsize=1`, in bytes; all other sizes are multiples of it. */
const SMALLEST_WAL_FILE = 1048576;
/** Size of the header of a WAL file's first page (SizeOfXLogLongPHD), in bytes. */
const FIRST_RECORD = 40;

function bytes(lsn: string): string {
  return `(${lsn} OPERATOR(pg_catalog.-) '0/0'::pg_catalog.pg_lsn)`;
}

/** SQL that reads the horizon of the snapshot that it runs in, as one row for {@link toHorizon}. */
export function horizonQuery(version: number): string {
  const [xmin, next] =
    version >= 130000
      ? [
          'pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())',
          'pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())',
        ]
      : [
          'pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot())',
          'pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())',
        ];
  return oneLine(`SELECT ${xmin}::pg_catalog.text AS xmin, ${next}::pg_catalog.text AS next, c.next_xid, c.timeline_id AS timeline,
       CASE WHEN pg_catalog.pg_is_in_recovery() THEN true
         ELSE pg_catalog.pg_current_wal_flush_lsn() OPERATOR(pg_catalog.>=) pg_catalog.pg_current_wal_insert_lsn() END AS flushed,
       ${bytes(`CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
         ELSE pg_catalog.pg_current_wal_insert_lsn() END`)}::pg_catalog.text AS lsn, ${begunSql(version)} AS begun,
       extract(epoch FROM pg_catalog.pg_postmaster_start_time())::pg_catalog.text AS started,
       pg_catalog.concat_ws(' ', (SELECT extract(epoch FROM stats_reset)::pg_catalog.text FROM pg_catalog.pg_stat_bgwriter),
         (SELECT extract(epoch FROM stats_reset)::pg_catalog.text FROM pg_catalog.pg_stat_archiver)) AS recovered,
       pg_catalog.concat((SELECT system_identifier FROM pg_catalog.pg_control_system()), '/',
         (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())) AS identity
     FROM pg_catalog.pg_control_checkpoint() c`);
}

/** Tells which server this is. */
export const IDENTITY_FUNCTION = 'pg_catalog.pg_control_system()';

/**
 * What {@link horizonQuery} asks beyond what every role may: EXECUTE on all of them is PUBLIC's by default, and some
 * administrators take it away.
 */
export const HISTORY_FUNCTIONS: readonly string[] = [
  'pg_catalog.pg_control_checkpoint()',
  IDENTITY_FUNCTION,
  'pg_catalog.pg_is_in_recovery()',
  'pg_catalog.pg_current_wal_flush_lsn()',
  'pg_catalog.pg_current_wal_insert_lsn()',
  'pg_catalog.pg_last_wal_replay_lsn()',
  'pg_catalog.pg_postmaster_start_time()',
];

/** The same where the role may not call them: a mark made of it says nothing later. */
export const HIDDEN_HORIZON_QUERY = "SELECT '0' AS xmin, '0' AS next";

/** See {@link horizonQuery}. */
export function toHorizon(row: TextRow): Horizon {
  const horizon = BigInt(row.xmin ?? 0);
  const checkpointed = wideId(row.next_xid ?? '0:0');
  return {
    xmin: String(horizon),
    durable: String(checkpointed < horizon ? checkpointed : horizon),
    next: row.next ?? '0',
    flushed: row.flushed === 't',
    lsn: row.lsn ?? null,
    begun: row.begun ?? null,
    runs: [],
    started: row.started ?? '',
    recovered: row.recovered ?? '',
    timeline: row.timeline ?? '',
    identity: row.identity ?? '',
  };
}

/** `epoch:id`, as pg_control_checkpoint writes it. */
function wideId(text: string): bigint {
  const [epoch = '0', id = '0'] = text.split(':');
  return (BigInt(epoch) << 32n) + BigInt(id);
}

/**
 * What a pass now may ask for: the transaction id since which rows count as changed, or why there is
 * none.
 *
 * @param now of the snapshot in which the rows will be read
 */
export function since(mark: Mark | null, now: Horizon, fingerprint: string | null): bigint | MarkProblem {
  if (fingerprint === null) return 'no_row_versions';
  if (mark === null) return 'no_mark';
  const broken = brokenSince(mark, now);
  if (broken !== null) return broken;
  if (mark.fingerprint !== fingerprint) return 'shape_changed';
  const from = BigInt(isSameRun(mark, now) ? mark.xmin : mark.durable);
  const distance = BigInt(now.next) - from;
  if (distance < 0n) return 'server_changed';
  return distance < FARTHEST ? from : 'too_old';
}

/** Whether the server's history goes on from a mark: `null`, or why nothing shows that it does. */
export function brokenSince(mark: Mark, now: Horizon): MarkProblem | null {
  if (now.timeline === '' || mark.timeline === '') return 'history_hidden';
  if (mark.identity !== now.identity || mark.timeline !== now.timeline) return 'server_changed';
  const lsn = mark.lsn ?? null;
  // The memory of a machine was set back, or this is another server than it says.
  if (lsn !== null && now.lsn !== null && BigInt(now.lsn) < BigInt(lsn)) return 'server_changed';
  if (isSameRun(mark, now)) return null;
  if (!isSameRecovery(mark, now) && !mark.flushed) return 'server_changed';
  if (Number(now.started) < Number(mark.started)) return 'server_changed';
  return lsn === null ? 'restart_unproved' : brokenBetween(mark, lsn, now.runs);
}

/**
 * Whether one run of the server followed on another, from that of a mark to that of now: each has to begin where the
 * one before it was seen, or behind. One begins before that where the server was restored meanwhile.
 */
function brokenBetween(mark: Mark, lsn: string, runs: readonly SeenRun[]): MarkProblem | null {
  const own = runs.findLastIndex((one) => isSameRun(one, mark));
  const later = own < 0 ? [] : runs.slice(own + 1);
  if (later.length === 0) return 'restart_unproved';
  let reached = BigInt(lsn);
  for (const { begun, seen } of later) {
    if (begun === null) return 'restart_unproved';
    if (BigInt(begun) < reached) return 'server_changed';
    reached = BigInt(seen);
  }
  return null;
}

/** A part of {@link Mark} that tells one run of a server from another. */
type ServerRun = Pick<Mark, 'identity' | 'timeline' | 'started' | 'recovered'>;

/** A run of a source's server, as it was seen. */
export interface SeenRun extends ServerRun {
  /** See {@link Horizon.begun}. */
  readonly begun: string | null;
  /** How far its WAL was when it was seen last, in bytes. */
  readonly seen: string;
}

/** Whether the server has neither been started nor recovered from a crash in between. */
export function isSameRun(one: ServerRun, other: ServerRun): boolean {
  return one.started === other.started && isSameRecovery(one, other);
}

function isSameRecovery(one: ServerRun, other: ServerRun): boolean {
  if (one.recovered === other.recovered) return true;
  const times = other.recovered.split(' ');
  return one.recovered.split(' ').some((time) => time !== '' && times.includes(time));
}

/**
 * SQL that is true for row versions made at or after a transaction. `age` measures backwards from the
 * same point for both, modulo 2³², so the comparison holds across the wrap-around; rows frozen long ago
 * may count as changed by it, never the other way round.
 */
export function changedSince(alias: string, from: bigint): string {
  const age = `pg_catalog.age(${alias}.xmin)`;
  const most = `pg_catalog.age('${from % 2n ** 32n}'::pg_catalog.xid)`;
  return `${age} OPERATOR(pg_catalog.>=) 0 AND ${age} OPERATOR(pg_catalog.<=) ${most}`;
}

/**
 * A fingerprint a table of what can change contents without touching a row version: which leaf tables it
 * has and how they store rows, and of every column name, type, the value that stands for rows older than
 * the column, generation expression, enum labels and composite attributes; and row security. Views and
 * foreign tables get none: their rows have no versions. Nor do tables with names of database objects (regclass, …):
 * a rename changes them without a row version.
 *
 * @returns by oid
 */
export async function fingerprints(
  session: Session,
  version: number,
  tables: readonly TableShape[],
): Promise<ReadonlyMap<string, string | null>> {
  const ownTypes = tables.some((table) => table.columns.some((column) => column.own !== null));
  const query = oneLine(fingerprintQuery(version, ownTypes));
  const result = await session.query(query, [JSON.stringify(tables.map((table) => table.oid))]);
  const found = new Map(result.rows.map((row) => [row.root ?? '', row.fingerprint ?? null]));
  for (const { oid, columns } of tables) if (columns.some(namesObjects)) found.set(oid, null);
  return found;
}

/** Types below it come with PostgreSQL and never change; the rest may be made of each other, to any depth. */
const FIRST_OWN_OID = 16384;

/** Other ways to store a table (columns, compressed parts) may have no `xmin`, or one that says nothing. */
const HEAP = ` AND (c.relam OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR EXISTS (SELECT FROM pg_catalog.pg_am m
    WHERE m.oid OPERATOR(pg_catalog.=) c.relam AND m.amhandler OPERATOR(pg_catalog.=)
      'pg_catalog.heap_tableam_handler(internal)'::pg_catalog.regprocedure::pg_catalog.oid))`;

/** @param ownTypes whether any of the tables has a column of a type that does not come with PostgreSQL */
function fingerprintQuery(version: number, ownTypes: boolean): string {
  const generated = version >= 120000 ? 'a.attgenerated' : "''";
  const whole = `pg_catalog.concat_ws('||', relations${ownTypes ? ', types.facts' : ''})`;
  return `
WITH RECURSIVE tree AS (
  SELECT c.oid AS root, c.oid AS leaf FROM pg_catalog.pg_class c
  WHERE c.oid OPERATOR(pg_catalog.=) ANY (SELECT pg_catalog.json_array_elements_text($1::pg_catalog.json)::pg_catalog.oid)
  UNION ALL
  SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_class p ON p.oid OPERATOR(pg_catalog.=) t.leaf AND p.relkind OPERATOR(pg_catalog.=) 'p'
  JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) p.oid
), ${ownTypes ? typeFacts(version) : ''} facts AS (
  SELECT tree.root, pg_catalog.bool_and(c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,m}')${version >= 120000 ? HEAP : ''}) AS versioned,
    pg_catalog.string_agg(pg_catalog.concat_ws(';', c.oid, c.relkind, c.relam, c.relrowsecurity, c.relforcerowsecurity,
      (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', a.attnum, pg_catalog.quote_ident(a.attname), a.atttypid, a.atttypmod, a.attisdropped,
         a.attmissingval::pg_catalog.text, ${generated},
         CASE WHEN ${generated} OPERATOR(pg_catalog.<>) '' THEN (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d
           WHERE d.adrelid OPERATOR(pg_catalog.=) a.attrelid AND d.adnum OPERATOR(pg_catalog.=) a.attnum) END), ';' ORDER BY a.attnum)
       FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0)), '|' ORDER BY c.oid) AS relations
  FROM tree JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) tree.leaf GROUP BY tree.root
)
SELECT facts.root, CASE WHEN versioned THEN ${digestSql(whole, OWN_ENCODING)} END AS fingerprint
FROM facts${ownTypes ? ' LEFT JOIN types ON types.root OPERATOR(pg_catalog.=) facts.root' : ''}`;
}

/** Of the root's columns: those of its partitions have the same types. */
function typeFacts(version: number): string {
  return `uses AS (
  SELECT tree.root, a.atttypid AS type FROM tree JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) tree.root
  WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND a.atttypid OPERATOR(pg_catalog.>=) ${FIRST_OWN_OID}
  UNION
  SELECT uses.root, part.oid FROM uses JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) uses.type CROSS JOIN LATERAL (
    SELECT t.typbasetype UNION ALL SELECT t.typelem
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid OPERATOR(pg_catalog.=) t.oid
    ${version >= 140000 ? 'UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid OPERATOR(pg_catalog.=) t.oid' : ''}
    UNION ALL SELECT f.atttypid FROM pg_catalog.pg_attribute f WHERE f.attrelid OPERATOR(pg_catalog.=) t.typrelid AND f.attnum OPERATOR(pg_catalog.>) 0
  ) AS part(oid) WHERE part.oid OPERATOR(pg_catalog.>=) ${FIRST_OWN_OID}
), types AS (
  SELECT uses.root, pg_catalog.string_agg(pg_catalog.concat_ws(',', t.oid, t.typbasetype, t.typelem,
    (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
     WHERE e.enumtypid OPERATOR(pg_catalog.=) t.oid),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', f.attnum, pg_catalog.quote_ident(f.attname), f.atttypid, f.atttypmod, f.attisdropped),
       ',' ORDER BY f.attnum) FROM pg_catalog.pg_attribute f WHERE f.attrelid OPERATOR(pg_catalog.=) t.typrelid AND f.attnum OPERATOR(pg_catalog.>) 0)
  ), '|' ORDER BY t.oid) AS facts
  FROM uses JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) uses.type GROUP BY uses.root
),`;
}
