import { FailureCode, type FailureDetail, FailureKind, SyncFailure } from '../../../shared/errors.ts';
import type { Notice } from '../../../shared/notices.ts';
import type { TableChoice } from '../../catalogue/read.ts';
import type { TableShape } from '../../catalogue/shape.ts';
import { storedShape } from '../../catalogue/storedShape.ts';
import type { ComparedTable } from '../../digest/comparedTable.ts';
import { type ExportedTable, rowsIn } from '../../disk/contents.ts';
import type { ExportFile } from '../../disk/exportFile.ts';
import type {
  ChangedRows,
  CursorProblem,
  GroupSnapshot,
  Mark,
  MarkedTable,
  MarkProblem,
  NewerRows,
  RowFilter,
  RowForm,
  Snapshot,
  SnapshotOptions,
  SourceConnection,
  SourceFacts,
  SourceRows,
  SourceSchema,
  UnchangedTables,
} from '../port.ts';
import { withTarget } from '../withTarget.ts';
import { exportedRows } from './fileRows.ts';

/** Opens an exported file as a source. It serves first loads: what the branch has changed since, no file can tell. */
export async function openFileSource(file: ExportFile): Promise<SourceConnection> {
  return new FileSource(file);
}

class FileSource implements SourceConnection {
  readonly encrypted = true;
  /** The export was written without knowing the types at central, and text fits them all. */
  readonly textOnly = true;
  readonly #file: ExportFile;
  #lost = false;

  constructor(file: ExportFile) {
    this.#file = file;
  }

  get version(): number {
    return this.#file.tables[0]?.version ?? 0;
  }

  get lost(): boolean {
    return this.#lost;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  async facts(): Promise<SourceFacts> {
    const { identity, hidden } = this.#file.head;
    return { identity, hidden, transaction: null };
  }

  async readTables({ schema }: SourceSchema, choice?: TableChoice): Promise<readonly TableShape[]> {
    // A typed name may mean a table in several ways, and whoever asks so looks through the answer.
    const names = choice === undefined || 'typed' in choice ? null : choice;
    return this.#file.tables
      .filter((one) => names === null || names.includes(one.name))
      .map((one) => storedShape({ ...one, schema }, one));
  }

  async openSnapshot(table: TableShape, { shapeDigest }: SnapshotOptions): Promise<Snapshot> {
    const found = this.#file.tables.find((one) => one.name === table.name);
    if (found === undefined) throw new Error(`the export has no table ${table.name}`);
    return new FileSnapshot(this.#file, found, shapeDigest);
  }

  async openGroup([table]: readonly TableShape[]): Promise<GroupSnapshot> {
    throw firstLoadOnly(this.#file, table?.name ?? '');
  }

  /** The tables of an export have marks of their own, so each has its own turn. */
  async findUnchanged(tables: readonly MarkedTable[]): Promise<UnchangedTables> {
    const [first] = this.#file.tables;
    if (first === undefined) throw new Error('the export has no table');
    return { takenAt: first.takenAt, mark: first.mark, unchanged: tables.map(() => false) };
  }

  async noteServerRun(): Promise<void> {}

  async tryReading(): Promise<number> {
    return this.#file.tables.length;
  }

  async explain(_table: TableShape, failure: FailureDetail): Promise<FailureDetail> {
    return failure;
  }

  async explainEncoding(_table: TableShape, failure: FailureDetail): Promise<FailureDetail> {
    return failure;
  }

  async keyOfValue(): Promise<string | null> {
    return null;
  }

  /** A slow disk may take long for a block. */
  async isAtWork(): Promise<boolean> {
    return this.#file.isReading;
  }

  async endLost(): Promise<void> {}

  destroy(): void {
    this.#lost = true;
  }

  async close(): Promise<void> {
    this.#lost = true;
  }
}

/** The state of a table in an exported file: that of the snapshot in which its export began. */
class FileSnapshot implements Snapshot {
  readonly mark: Mark;
  readonly #file: ExportFile;
  readonly #table: ExportedTable;

  constructor(file: ExportFile, table: ExportedTable, shapeDigest: string | null) {
    this.#file = file;
    this.#table = table;
    this.mark = { ...table.mark, fingerprint: withTarget(table.mark.fingerprint, shapeDigest) };
  }

  get takenAt(): string {
    return this.#table.takenAt;
  }

  /** Since its own mark nothing has changed in the file. Of any other mark it can tell nothing. */
  changedSince(mark: Mark | null): ChangedRows | MarkProblem {
    if (this.mark.fingerprint === null) return 'no_row_versions';
    if (mark === null) return 'no_mark';
    if (isSame(mark, this.mark)) return { kind: 'changed', since: BigInt(mark.xmin || '0') };
    return mark.fingerprint === this.mark.fingerprint ? 'server_changed' : 'shape_changed';
  }

  newerThan(): NewerRows | MarkProblem | CursorProblem {
    return 'server_changed';
  }

  async notices(): Promise<readonly Notice[]> {
    return [];
  }

  async count(): Promise<{ readonly rows: number; readonly changed: number }> {
    return { rows: rowsIn(this.#table), changed: 0 };
  }

  async rows(form: RowForm, { after, rows }: RowFilter): Promise<SourceRows> {
    if (rows !== null && rows.kind !== 'changed') throw this.#firstLoadOnly();
    // See `changedSince`: none.
    const table = rows === null ? this.#table : { ...this.#table, segments: [] };
    return exportedRows(this.#file, table, form, rows === null ? after : null);
  }

  async compared(): Promise<ComparedTable> {
    throw this.#firstLoadOnly();
  }

  async close(): Promise<void> {}

  destroy(): void {}

  #firstLoadOnly(): SyncFailure {
    return firstLoadOnly(this.#file, this.#table.name);
  }
}

/** The failure where something is asked that takes the branch itself. */
function firstLoadOnly({ head }: ExportFile, table: string): SyncFailure {
  const { ExportedFirstLoadOnly: code } = FailureCode;
  const params = { connection: String(head.connection.id), table };
  return new SyncFailure({ code, kind: FailureKind.Permanent, message: code, params });
}

function isSame(one: Mark, other: Mark): boolean {
  const names = Object.keys(other) as (keyof Mark)[];
  return names.every((name) => one[name] === other[name]);
}
