import type { FailureDetail, SyncFailure } from '../../shared/errors.ts';
import type { Notice } from '../../shared/notices.ts';
import type { ConnectionSettings, CursorSettings } from '../../shared/settings.ts';
import type { KeyColumn } from '../catalogue/keyIndex.ts';
import type { ShapeMemory } from '../catalogue/memory.ts';
import type { TableChoice } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Bucketing } from '../digest/buckets.ts';
import type { ComparedGroup, ComparedTable } from '../digest/comparedTable.ts';
import type { Clock } from '../ports.ts';
import type { CopyFormat, RowBlock } from '../postgres/rowBlock.ts';

/**
 * What the rest of the engine needs of a source. `openSource` chooses the implementation; everything outside this folder
 * knows only these types. PostgreSQL is one implementation (`postgres/`), an exported file the other (`file/`).
 *
 * Tables are described in PostgreSQL's terms ({@link TableShape}), and rows are sent as its COPY writes them, because
 * that is what central takes.
 */
export interface SourceConnection {
  /** The server's version, as `server_version_num`. Central writes some values differently for an older one. */
  readonly version: number;
  readonly encrypted: boolean;
  /** Whether the connection is gone. A lost connection never comes back. */
  readonly lost: boolean;
  /** Whether rows come in text format only, whatever the types of the columns. */
  readonly textOnly: boolean;
  /** Bytes moved so far, in both directions. */
  readonly bytes: number;

  facts(): Promise<SourceFacts>;
  /**
   * Describes the tables of a schema.
   *
   * @param choice only these; all where absent
   * @param memory stored texts of this schema's catalogue, which need not be read again
   * @throws SyncFailure `source_schema_empty`, `source_schema_missing` where all were asked for and there are none
   */
  readTables(
    settings: SourceSchema,
    choice?: TableChoice,
    memory?: ShapeMemory,
  ): Promise<readonly TableShape[]>;
  /** Opens a snapshot to read one table in. @throws SyncFailure `source_shape_changed`, `source_name_encoding` */
  openSnapshot(table: TableShape, options: SnapshotOptions): Promise<Snapshot>;
  /**
   * Opens one snapshot of several tables, to compare them in few round trips. Waits for nobody's lock: it fails where a
   * table is locked, as where any of them cannot be read.
   *
   * @param mostBytes larger tables, with their large values, are not comparable here
   */
  openGroup(tables: readonly TableShape[], mostBytes: number): Promise<GroupSnapshot>;
  /** Finds out, in one snapshot, which tables have not changed since their marks. */
  findUnchanged(tables: readonly MarkedTable[]): Promise<UnchangedTables>;
  /** Stores the server's current run (see {@link ServerRun}), which later checks of marks need. A source without marks does nothing. */
  noteServerRun(): Promise<void>;

  /**
   * Checks that our role may read tables.
   *
   * @param choose picks them from those that there are
   * @returns how many those are
   * @throws SyncFailure `source_permission` and those of {@link readTables}
   */
  tryReading(
    settings: SourceEndpoint,
    choose: (all: readonly TableShape[]) => readonly string[],
  ): Promise<number>;
  /** Completes a failure to read a table, for example with the missing right. */
  explain(table: TableShape, failure: FailureDetail): Promise<FailureDetail>;
  /** Completes the failure of a text that could not be converted. @param centralEncoding of central's database */
  explainEncoding(table: TableShape, failure: FailureDetail, centralEncoding: string): Promise<FailureDetail>;
  /** The key, as text, of the first row with a value that central refused; null where none is found. */
  keyOfValue(table: TableShape, refused: RefusedValue): Promise<string | null>;

  /** Whether the server is working on a statement of this connection; null where it cannot be asked. */
  isAtWork(): Promise<boolean | null>;
  /** Ends what an earlier connection of the same kind, which was lost, has left at the server. */
  endLost(lost: SourceConnection, clock: Clock): Promise<void>;
  /** Cuts the connection at once and cancels what the server is doing for it. */
  destroy(): void;
  /** Ends the connection politely. */
  close(): Promise<void>;
}

/** The schema that a connection reads. */
export type SourceSchema = Pick<ConnectionSettings, 'id' | 'schema'>;
export type SourceEndpoint = SourceSchema & Pick<ConnectionSettings, 'user'>;

/** Facts of a source's server. */
export interface SourceFacts {
  /** Identity of server and database. It differs after a restore, or if the settings lead to another server. Null: hidden. */
  readonly identity: string | null;
  /** What of its history our role may not see; null where it may see all that marks need. */
  readonly hidden: HiddenHistory | null;
  /** The oldest open transaction, if it keeps marks from advancing. */
  readonly transaction: OpenTransaction | null;
}

/** Which history functions our role may not call. */
export interface HiddenHistory {
  /** The GRANT that would allow it. */
  readonly sql: string;
  /** Whether even the server's identity is hidden. */
  readonly identity: boolean;
}

/** A server's oldest transaction that has written or still may. A mark cannot be newer than its begin. */
export interface OpenTransaction {
  /** 32 bit, as PostgreSQL shows it. */
  readonly xid: string;
  /** Null for a prepared transaction, which no process has. */
  readonly pid: number | null;
  /** Name of a prepared transaction. */
  readonly gid: string | null;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  /** `active`, `idle in transaction`, …; empty where our role may not see it. */
  readonly state: string;
  /** How long it has been open; null where our role may not see that (`pg_read_all_stats` may). */
  readonly seconds: number | null;
  /** The statement that ends it. */
  readonly endSql: string;
}

/** One snapshot of several tables. */
export interface GroupSnapshot {
  /** When it was taken, by the source's clock (ISO 8601, UTC). */
  readonly takenAt: string;
  /** For each table, whether it is still as described and small. */
  readonly comparable: readonly boolean[];
  readonly compared: ComparedGroup;
}

export interface SnapshotOptions {
  /** The cursor column, whose state is read too. */
  readonly cursor?: CursorSettings | null;
  /**
   * Of the table at central: the snapshot's mark holds only as long as the rows' table and columns there are the same.
   * Null where that table is not known yet, because the rows go into a file.
   */
  readonly shapeDigest: string | null;
}

/** One consistent state of a table. */
export interface Snapshot {
  /** When it was taken, by the source's clock (ISO 8601, UTC). */
  readonly takenAt: string;
  /** For the checkpoint, so that the next pass can ask for what is newer. */
  readonly mark: Mark;

  /** The rows changed since a mark, or why that cannot be told. */
  changedSince(mark: Mark | null): ChangedRows | MarkProblem;
  /** Rows whose cursor value is as new as a mark's or newer, or why they cannot be told. */
  newerThan(mark: Mark, cursor: CursorSettings): NewerRows | MarkProblem | CursorProblem;
  /** What a person should be told before the table is read. @param first whether it is read for the first time */
  notices(first: boolean): Promise<readonly Notice[]>;
  /** Counts all rows, and those that have changed. */
  count(changed: ChangedRows): Promise<{ readonly rows: number; readonly changed: number }>;
  /** Starts to read rows, in the order of the table's key. */
  rows(form: RowForm, filter: RowFilter): Promise<SourceRows>;
  /** The table for a comparison with central. */
  compared(): Promise<ComparedTable>;

  /** Ends the snapshot. All that was read in it must have ended. */
  close(): Promise<void>;
  /** Ends the snapshot with its connection, whatever is being read. */
  destroy(): void;
}

/** In which form rows are sent: a part of central's `Target`. */
export interface RowForm {
  /** The columns to send, in this order. */
  readonly columns: readonly string[];
  /** Columns to send as `column::text`. */
  readonly asText: readonly string[];
  /** The key's columns; rows come in their order. Empty where there is no key. */
  readonly sourceKey: readonly KeyColumn[];
  readonly format: CopyFormat;
}

/** Which rows of a table are read. */
export interface RowFilter {
  /** Only rows after this key, one text per column; null starts at the first row. */
  readonly after: readonly string[] | null;
  /** Null reads all rows. */
  readonly rows: RowChoice | null;
}

/** Some of a table's rows. */
export type RowChoice = ChangedRows | NewerRows | BucketRows;

/** Rows whose version is of this transaction or of a later one. Made by {@link Snapshot.changedSince}. */
export interface ChangedRows {
  readonly kind: 'changed';
  readonly since: bigint;
}

/** Rows with at least this cursor value, and those without a usable one. Made by {@link Snapshot.newerThan}. */
export interface NewerRows {
  readonly kind: 'newer';
  readonly cursor: CursorSettings;
  readonly than: string;
}

export interface BucketRows {
  readonly kind: 'buckets';
  readonly bucketing: Bucketing;
  readonly buckets: readonly number[];
}

/** Rows of one table, as blocks that central's COPY takes as they are. Blocks are read ahead, up to a limit. */
export interface SourceRows {
  /** Whether the source has sent all rows and all were taken. */
  readonly exhausted: boolean;
  /** The next rows, at most `maxRows`; null where none have arrived. */
  take(maxRows: number): RowBlock | null;
  /**
   * Waits until rows have arrived, there are no more, `ms` have passed, or the signal is aborted.
   *
   * @throws SyncFailure why the rows ended early. Rows that arrived before can be taken first
   */
  ready(ms: number, stop: AbortSignal): Promise<void>;
  /** The meaning of an error that {@link ready} has thrown. */
  failure(error: unknown): SyncFailure;
  /** Ends the snapshot that the rows are read in: with its connection where the rows have not ended. */
  end(): Promise<void>;
  /** Stops reading, and cuts the connection. */
  cut(): void;
}

/** A table that may be unchanged. */
export interface MarkedTable {
  readonly table: TableShape;
  readonly mark: Mark | null;
  /** See {@link SnapshotOptions.shapeDigest}. */
  readonly shapeDigest: string;
  /** How many rows it has to have; null where any number will do. */
  readonly rows: number | null;
}

export interface UnchangedTables {
  /** When their snapshot was taken, by the source's clock (ISO 8601, UTC). */
  readonly takenAt: string;
  /** The part of their new marks that they have in common. */
  readonly mark: Omit<Mark, 'fingerprint'>;
  /** For each table, whether it is certainly unchanged. */
  readonly unchanged: readonly boolean[];
}

/**
 * A point in a source's history, from which a later pass can tell what has changed since. It holds the transaction
 * horizon of the snapshot in which a pass began, and everything that must still be the same for the mark to be valid.
 * Transaction ids are 64 bit here (epoch and id), as texts. Outside of the source only `fingerprint` is looked at; a
 * source without row versions leaves the rest empty.
 */
export interface Mark {
  /** Every transaction below had ended when the snapshot was taken. */
  readonly xmin: string;
  /**
   * The lower one of `xmin` and the next id as of the server's last checkpoint. Used instead of `xmin` after a crash,
   * because PostgreSQL then assigns ids again whose WAL never reached the disk.
   */
  readonly durable: string;
  /**
   * Whether all WAL was on the disk when the snapshot was taken. If not, a crash may undo what the pass has read
   * (commits with `synchronous_commit = off` are visible earlier). Older row versions with older ids are valid again
   * then, and no mark finds these. If it was, no id below `xmin` is ever assigned again: its commit or abort is in the
   * WAL.
   */
  readonly flushed: boolean;
  /** When the server was started. */
  readonly started: string;
  /**
   * When the statistics of the background writer and of the archiver were last reset. Crash recovery resets both; a
   * person may reset one of them. The start time alone is not enough, since one killed backend causes crash recovery
   * under the same postmaster.
   */
  readonly recovered: string;
  /**
   * The server's WAL position, in bytes, when the snapshot was taken. Null in marks of older versions of Branchline, and
   * on a standby that has replayed nothing.
   */
  readonly lsn: string | null;
  readonly timeline: string;
  /** System identifier and database oid. */
  readonly identity: string;
  /** Covers what may change contents without a row version. Null for views and the like, whose rows have no versions. */
  readonly fingerprint: string | null;
  /** Strategy `cursor`: the greatest usable value of the cursor column, as text. */
  readonly cursor: string | null;
  /** Name and type of the cursor column. */
  readonly cursorOf: string | null;
}

/** Why a mark cannot be used, so that contents have to be compared. */
export type MarkProblem =
  | 'no_mark'
  /** A view or a foreign table: its rows have no versions. */
  | 'no_row_versions'
  /** Contents may have changed without a row version: a column with a default, a renamed enum value, …. */
  | 'shape_changed'
  /** More than two billion transactions ago: the 32-bit ids of rows would be misread. */
  | 'too_old'
  /** The server was restored, failed over or reset, or a crash has undone what the pass had read. */
  | 'server_changed'
  /** The server was restarted, and nothing proves that its history continues from the mark. */
  | 'restart_unproved'
  /** Our role may not call the functions that tell the server's history. */
  | 'history_hidden';

/** Why rows newer than a mark cannot be told by their cursor column, so that all have to be read. */
export type CursorProblem =
  /** The cursor column, or its type, is another than in the last pass. */
  | 'cursor_changed'
  /** The last pass found no usable value in the cursor column. */
  | 'no_cursor';

/** Stores the known runs of a connection's server, newest last. */
export interface ServerRunMemory {
  recall(): readonly ServerRun[];
  keep(runs: readonly ServerRun[]): void;
}

/**
 * A known run of a source's server: the time from its start to its stop or crash. A mark from an earlier run is valid
 * only if the runs since are known to follow each other.
 */
export interface ServerRun extends Pick<Mark, 'identity' | 'timeline' | 'started' | 'recovered'> {
  /** The WAL position, in bytes, at which it began; null where that is not known. */
  readonly begun: string | null;
  /** Its WAL position, in bytes, when it was last seen. */
  readonly seen: string;
}

/** A value that head office's server refused to parse. */
export interface RefusedValue {
  readonly column: string;
  /** As it was sent; null where it was sent in binary, since the error shows no binary values. */
  readonly text: string | null;
  /** Whether `text` is only its beginning. */
  readonly cut: boolean;
}
