import type { TableShape } from '../catalogue/shape.ts';
import { oneLine } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';

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
   * Differs after each crash recovery: that is where PostgreSQL empties its statistics. The start time alone
   * says too little, since one killed backend makes all of them go through recovery under the same postmaster.
   */
  readonly recovered: string;
  readonly timeline: string;
  /** System identifier and database oid. */
  readonly identity: string;
  /** See {@link fingerprints}; null for views and foreign tables, whose rows have no versions. */
  readonly fingerprint: string | null;
  /** Strategy `cursor`: the greatest value of the cursor column, as text. */
  readonly cursor: string | null;
}

/** The part of a mark that is the same for all tables of a snapshot. */
export type Horizon = Omit<Mark, 'fingerprint' | 'cursor'> & {
  /** The next transaction id of the snapshot, to measure distances by. */
  readonly next: string;
};

/** The mark of a table in a snapshot. */
export function markAt(
  { next: _, ...horizon }: Horizon,
  fingerprint: string | null,
  cursor: string | null,
): Mark {
  return { ...horizon, fingerprint, cursor };
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
  | 'server_changed';

/**
 * Transaction ids of rows are 32 bit and compare modulo 2³²; half of that is the farthest distance that
 * has a direction. Ten million less, for what goes on while the pass runs.
 */
const FARTHEST = 2n ** 31n - 10n ** 7n;

/** SQL that reads the horizon of the snapshot that it runs in, as one row for {@link toHorizon}. */
export function horizonQuery(version: number): string {
  const [xmin, next] =
    version >= 130000
      ? ['pg_snapshot_xmin(pg_current_snapshot())', 'pg_snapshot_xmax(pg_current_snapshot())']
      : ['txid_snapshot_xmin(txid_current_snapshot())', 'txid_snapshot_xmax(txid_current_snapshot())'];
  return oneLine(`SELECT ${xmin}::text AS xmin, ${next}::text AS next, c.next_xid, c.timeline_id AS timeline,
       CASE WHEN pg_is_in_recovery() THEN true
         ELSE pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn() END AS flushed,
       extract(epoch FROM pg_postmaster_start_time())::text AS started,
       (SELECT extract(epoch FROM stats_reset)::text FROM pg_stat_bgwriter) AS recovered,
       (SELECT system_identifier FROM pg_control_system()) || '/' ||
         (SELECT oid FROM pg_database WHERE datname = current_database()) AS identity
     FROM pg_control_checkpoint() c`);
}

/** See {@link horizonQuery}. */
export function toHorizon(row: TextRow): Horizon {
  const horizon = BigInt(row.xmin ?? 0);
  const checkpointed = wideId(row.next_xid ?? '0:0');
  return {
    xmin: String(horizon),
    durable: String(checkpointed < horizon ? checkpointed : horizon),
    next: row.next ?? '0',
    flushed: row.flushed === 't',
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
  if (mark.identity !== now.identity || mark.timeline !== now.timeline) return 'server_changed';
  if (mark.fingerprint !== fingerprint) return 'shape_changed';
  const recovered = mark.recovered !== now.recovered;
  if (recovered && !mark.flushed) return 'server_changed';
  const from = BigInt(recovered || mark.started !== now.started ? mark.durable : mark.xmin);
  const distance = BigInt(now.next) - from;
  if (distance < 0n) return 'server_changed';
  return distance < FARTHEST ? from : 'too_old';
}

/**
 * SQL that is true for row versions made at or after a transaction. `age` measures backwards from the
 * same point for both, modulo 2³², so the comparison holds across the wrap-around; rows frozen long ago
 * may count as changed by it, never the other way round.
 */
export function changedSince(alias: string, from: bigint): string {
  return `age(${alias}.xmin) BETWEEN 0 AND age('${from % 2n ** 32n}'::xid)`;
}

/**
 * A fingerprint a table of what can change contents without touching a row version: which leaf tables it
 * has and how they store rows, and of every column name, type, the value that stands for rows older than
 * the column, generation expression, enum labels and composite attributes; and row security. Views and
 * foreign tables get none: their rows have no versions.
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
  return new Map(result.rows.map((row) => [row.root ?? '', row.fingerprint ?? null]));
}

/** Types below it come with PostgreSQL and never change; the rest may be made of each other, to any depth. */
const FIRST_OWN_OID = 16384;

/** @param ownTypes whether any of the tables has a column of a type that does not come with PostgreSQL */
function fingerprintQuery(version: number, ownTypes: boolean): string {
  const generated = version >= 120000 ? 'a.attgenerated' : "''";
  return `
WITH RECURSIVE tree AS (
  SELECT c.oid AS root, c.oid AS leaf FROM pg_class c
  WHERE c.oid IN (SELECT json_array_elements_text($1::json)::oid)
  UNION ALL
  SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.leaf
), ${ownTypes ? typeFacts(version) : ''} facts AS (
  SELECT tree.root, bool_and(c.relkind IN ('r', 'p', 'm')) AS versioned,
    string_agg(concat_ws(';', c.oid, c.relkind, c.relam, c.relrowsecurity, c.relforcerowsecurity,
      (SELECT string_agg(concat_ws(':', a.attnum, quote_ident(a.attname), a.atttypid, a.atttypmod, a.attisdropped,
         a.attmissingval::text, ${generated},
         CASE WHEN ${generated} <> '' THEN (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
           WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END), ';' ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0)), '|' ORDER BY c.oid) AS relations
  FROM tree JOIN pg_class c ON c.oid = tree.leaf GROUP BY tree.root
)
SELECT root, CASE WHEN versioned THEN md5(concat_ws('||', relations${ownTypes ? ', types.facts' : ''})) END AS fingerprint
FROM facts${ownTypes ? ' LEFT JOIN types USING (root)' : ''}`;
}

/** Of the root's columns: those of its partitions have the same types. */
function typeFacts(version: number): string {
  return `uses AS (
  SELECT tree.root, a.atttypid AS type FROM tree JOIN pg_attribute a ON a.attrelid = tree.root
  WHERE a.attnum > 0 AND a.atttypid >= ${FIRST_OWN_OID}
  UNION
  SELECT uses.root, part.oid FROM uses JOIN pg_type t ON t.oid = uses.type CROSS JOIN LATERAL (
    SELECT t.typbasetype UNION ALL SELECT t.typelem
    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid
    ${version >= 140000 ? 'UNION ALL SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = t.oid' : ''}
    UNION ALL SELECT f.atttypid FROM pg_attribute f WHERE f.attrelid = t.typrelid AND f.attnum > 0
  ) AS part(oid) WHERE part.oid >= ${FIRST_OWN_OID}
), types AS (
  SELECT uses.root, string_agg(concat_ws(',', t.oid, t.typbasetype, t.typelem,
    (SELECT string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) FROM pg_enum e
     WHERE e.enumtypid = t.oid),
    (SELECT string_agg(concat_ws(':', f.attnum, quote_ident(f.attname), f.atttypid, f.atttypmod, f.attisdropped),
       ',' ORDER BY f.attnum) FROM pg_attribute f WHERE f.attrelid = t.typrelid AND f.attnum > 0)
  ), '|' ORDER BY t.oid) AS facts
  FROM uses JOIN pg_type t ON t.oid = uses.type GROUP BY uses.root
),`;
}
