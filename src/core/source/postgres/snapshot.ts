import { FailureCode, FailureKind, SyncFailure } from '../../../shared/errors.ts';
import { type Notice, NoticeCode } from '../../../shared/notices.ts';
import type { CursorSettings } from '../../../shared/settings.ts';
import { assertNever } from '../../../shared/status.ts';
import { shapeDigestQuery } from '../../catalogue/memory.ts';
import { plainType, type TableShape } from '../../catalogue/shape.ts';
import { inBuckets } from '../../digest/buckets.ts';
import type { ComparedTable } from '../../digest/comparedTable.ts';
import { blocksOf, SqlTable } from '../../digest/sqlTable.ts';
import { UNDECLARED } from '../../postgres/recoding.ts';
import type { Session } from '../../postgres/session.ts';
import { ROLES_OWN } from '../../postgres/sessionSettings.ts';
import type {
  ChangedRows,
  CursorProblem,
  Mark,
  MarkProblem,
  NewerRows,
  RowChoice,
  RowFilter,
  RowForm,
  ServerRunMemory,
  Snapshot,
  SnapshotOptions,
  SourceRows,
} from '../port.ts';
import { withTarget } from '../withTarget.ts';
import { beginSnapshot } from './beginSnapshot.ts';
import { countChanged, IS_LISTED } from './changedTids.ts';
import { type CursorPlace, cursorOf, newerThan, readCursor } from './cursor.ts';
import { fingerprintsQuery, readFingerprints } from './fingerprints.ts';
import { brokenSince, changedSince, type Horizon, markAt, since } from './mark.ts';
import { CopiedRows, copyRows, rowsOf } from './rows.ts';
import { withServerRuns } from './serverRuns.ts';

/** Opens a snapshot to read one table in. */
export async function openSnapshot(
  session: Session,
  table: TableShape,
  { cursor: cursorColumn = null, shapeDigest }: SnapshotOptions,
  memory: ServerRunMemory,
): Promise<PostgresSnapshot> {
  const version = session.version();
  const { oid, schema, name } = table;
  refuseRawNames(table);
  const questions = [shapeDigestQuery(schema, name), fingerprintsQuery(version, [table])];
  const begun = await beginSnapshot(session, version, [table], { inOrder: true, questions });
  const { takenAt, answers } = begun;
  if (answers[0]?.rows[0]?.digest !== table.shapeDigest) throw shapeChanged(session, name);
  const own = readFingerprints([table], answers[1]?.rows ?? []).get(oid) ?? null;
  // A view's contents depend on the role's settings, through its functions and casts.
  if (table.kind === 'view') await session.script(ROLES_OWN);
  const cursor =
    cursorColumn === null ? null : await readCursor(session, version, table, rowsOf(table), cursorColumn);
  const horizon = withServerRuns(begun.horizon, memory);
  const fingerprint = withTarget(own, shapeDigest);
  return new PostgresSnapshot(session, { table, takenAt, horizon, fingerprint, cursorColumn, cursor });
}

/**
 * A name of the table that no statement can contain: statements are sent in UTF-8, but the names of a SQL_ASCII database
 * are bytes of another encoding.
 */
export function rawNameOf({ recoding, schema, name, columns }: TableShape): string | undefined {
  if (recoding?.declared !== UNDECLARED || recoding.real === 'UTF8') return undefined;
  return [schema, name, ...columns.map((one) => one.name)].find((one) => /[^\0-\x7f]/.test(one));
}

/** @throws SyncFailure `source_name_encoding` */
function refuseRawNames(table: TableShape): void {
  const { recoding, schema, name } = table;
  const raw = rawNameOf(table);
  if (raw === undefined || recoding === null) return;
  throw new SyncFailure({
    code: FailureCode.SourceNameEncoding,
    kind: FailureKind.Permanent,
    message: `${raw} is in ${recoding.real}`,
    params: { side: 'source', schema, table: name, raw, encoding: recoding.real },
  });
}

/** The failure if the columns changed before the table was locked. It is transient: the next attempt reads them again. */
function shapeChanged(session: Session, table: string): SyncFailure {
  session.destroy();
  const { SourceShapeChanged: code } = FailureCode;
  return new SyncFailure({
    code,
    kind: FailureKind.Transient,
    message: `the columns of ${table} have changed`,
    params: { table },
  });
}

/** What is known of an open snapshot. */
interface SnapshotFacts {
  readonly table: TableShape;
  readonly takenAt: string;
  readonly horizon: Horizon;
  /** See `withTarget`; null for views and foreign tables. */
  readonly fingerprint: string | null;
  readonly cursorColumn: CursorSettings | null;
  /** State of the cursor column; null where the table has none. */
  readonly cursor: CursorPlace | null;
}

/** An open snapshot of a table in a PostgreSQL source. */
class PostgresSnapshot implements Snapshot {
  readonly #session: Session;
  readonly #facts: SnapshotFacts;
  /** The mark whose changed rows the server has listed: see {@link countChanged}. */
  #listed: bigint | null = null;

  constructor(session: Session, facts: SnapshotFacts) {
    this.#session = session;
    this.#facts = facts;
  }

  get takenAt(): string {
    return this.#facts.takenAt;
  }

  get mark(): Mark {
    const { horizon, fingerprint, cursor } = this.#facts;
    return markAt(horizon, fingerprint, cursor);
  }

  changedSince(mark: Mark | null): ChangedRows | MarkProblem {
    const from = since(mark, this.#facts.horizon, this.#facts.fingerprint);
    return typeof from === 'bigint' ? { kind: 'changed', since: from } : from;
  }

  newerThan(mark: Mark, cursor: CursorSettings): NewerRows | MarkProblem | CursorProblem {
    const { horizon, fingerprint, table } = this.#facts;
    // A restore brings back older rows, whose values lie before the cursor: they would never be read.
    const broken = brokenSince(mark, horizon);
    if (broken !== null) return broken;
    if (mark.cursorOf !== cursorOf(table, this.#session.version(), cursor)) return 'cursor_changed';
    if (mark.fingerprint !== fingerprint) return 'shape_changed';
    if (mark.cursor === null) return 'no_cursor';
    return { kind: 'newer', cursor, than: mark.cursor };
  }

  async notices(first: boolean): Promise<readonly Notice[]> {
    const objects = first ? await this.#largeObjects() : [];
    return [...objects, ...this.#cursorBeyond()];
  }

  /** Columns of type `oid`, or of the extension's domain `lo`, in a database that has large objects. */
  async #largeObjects(): Promise<readonly Notice[]> {
    const { table } = this.#facts;
    const columns = table.columns.filter((one) => plainType(one) === 'oid').map((one) => one.name);
    if (columns.length === 0) return [];
    const { rows } = await this.#session.query(
      'SELECT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) AS any',
    );
    if (rows[0]?.any !== 't') return [];
    return [{ code: NoticeCode.LargeObjects, params: { columns: columns.join(', ') } }];
  }

  #cursorBeyond(): readonly Notice[] {
    const { cursorColumn, cursor } = this.#facts;
    if (cursorColumn === null || cursor === null || cursor.beyond === 0) return [];
    const params = { column: cursorColumn.column, rows: cursor.beyond };
    return [{ code: NoticeCode.CursorBeyond, params }];
  }

  /** One scan counts both. */
  async count(rows: ChangedRows): Promise<{ readonly rows: number; readonly changed: number }> {
    const { listed, ...counts } = await countChanged(this.#session, this.#facts.table, rows);
    this.#listed = listed ? rows.since : null;
    return counts;
  }

  async rows(form: RowForm, { after, rows }: RowFilter): Promise<SourceRows> {
    // Few rows in key order: sorting them is cheap, walking the whole table by its index is not.
    if (rows !== null && rows.kind !== 'buckets')
      await this.#session.script(['SET LOCAL enable_sort = on', 'SET LOCAL enable_tidscan = on']);
    const where = rows === null ? null : this.#condition(rows);
    const text = copyRows(this.#facts.table, form, { after, where });
    const copy = this.#session.copyOut(text, form.format, form.columns.length);
    return new CopiedRows(this, this.#session, copy);
  }

  /** SQL condition on the row `t`; null where it holds for every row. */
  #condition(rows: RowChoice): string | null {
    switch (rows.kind) {
      case 'changed':
        return `${this.#listed === rows.since ? `${IS_LISTED} AND ` : ''}${changedSince('t.xmin', rows.since)}`;
      case 'newer':
        return newerThan(this.#facts.table, this.#session.version(), rows.cursor, rows.than);
      case 'buckets':
        return inBuckets(rows.bucketing, rows.buckets, 'source');
      default:
        return assertNever(rows);
    }
  }

  async compared(): Promise<ComparedTable> {
    const { table } = this.#facts;
    const version = this.#session.version();
    const show = async (name: string): Promise<string> =>
      (await this.#session.query(`SHOW ${name}`)).rows[0]?.[name] ?? '';
    // A view is read under its role's time zone.
    const timeZone = table.kind === 'view' ? (await show('TimeZone')) || 'UTC' : null;
    return new SqlTable(this.#session, {
      side: 'source',
      version,
      encoding: await show('server_encoding'),
      timeZone,
      from: `${rowsOf(table)} t`,
      where: [],
      blocks: blocksOf(table, version),
      recoding: table.recoding,
      newer: (from) => changedSince('t.xmin', from),
    });
  }

  /** ROLLBACK also undoes what a view's functions have set. */
  async close(): Promise<void> {
    await this.#session.query('ROLLBACK').catch(() => {});
  }

  destroy(): void {
    this.#session.destroy();
  }
}
