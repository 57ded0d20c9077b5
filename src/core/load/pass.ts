import type { TableShape } from '../catalogue/shape.ts';
import type { Clock } from '../ports.ts';
import type { Link } from '../postgres/link.ts';
import type { SourceConnection } from '../source/port.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import type { ActedOn } from '../target/foreignKeys.ts';
import type { Target } from '../target/target.ts';

/** The two connections of a worker, opened when first needed and again after a loss. */
export interface Links {
  source(): Promise<SourceConnection>;
  central(): Promise<Link>;
}

/** The cap on the link. Implemented by {@link Throttle}, and by the watchdog around it. */
export interface RateLimiter {
  /** Bytes of rows to send at most before {@link acquire} is asked again; infinite without a cap. */
  readonly pieceBytes: number;
  /** Waits until one more piece may be sent to central, or the signal is aborted. */
  acquire(signal: AbortSignal): Promise<void>;
}

/** Limits of one chunk. It ends at the first one reached. */
export interface ChunkLimits {
  readonly chunkRows: number;
  readonly chunkBytes: number;
  readonly chunkSeconds: number;
  /** Maximum age of a snapshot at the source. A longer one would keep the ERP's database from vacuuming. */
  readonly maxSnapshotMinutes: number;
}

/** How a pass has to write because of head office's foreign keys, or because other branches share the table. */
export interface ApplyConstraints {
  /** Rows of other tables may reference this table, so its deletes wait until all tables are written. */
  readonly holdDeletes: boolean;
  /** Tables of any schema that lose rows by ON DELETE CASCADE when this one does. */
  readonly cascades: readonly ActedOn[];
  /** Head office's foreign keys change or remove rows of other tables when a row of this one changes or is removed. */
  readonly acts: boolean;
  /** The connection's tables whose rows are changed that way. */
  readonly rewrites: readonly string[];
  /** Apply the rest of the pass as one chunk, because its rows depend on each other. */
  readonly whole: boolean;
  /** See {@link ApplyOptions.moves}. */
  readonly moves: boolean;
  /** See {@link ApplyOptions.insertsOnly}. */
  readonly insertsOnly: boolean;
}

export const NO_CONSTRAINTS: ApplyConstraints = {
  holdDeletes: false,
  cascades: [],
  acts: false,
  rewrites: [],
  whole: false,
  moves: false,
  insertsOnly: false,
};

/** What a pass over one table needs. */
export interface PassContext {
  readonly links: Links;
  readonly connection: string;
  readonly source: TableShape;
  readonly target: Target;
  readonly limits: ChunkLimits;
  readonly clock: Clock;
  /** The cap on the link, shared by all workers of the run. */
  readonly throttle: RateLimiter;
  /** When aborted, the pass ends at the next chunk border. */
  readonly stop: AbortSignal;
  /** Whether rows gone from the source are removed at central. */
  readonly deletes: boolean;
  /** Lets the pass remove more rows than the brake allows. */
  readonly allowDeletes: boolean;
  readonly constraints: ApplyConstraints;
  /**
   * Called before and after a commit that notes tables as rewritten by head office, possibly this table too. Before,
   * because the commit may succeed although its answer is lost; after, because a pass of such a table may have begun
   * meanwhile.
   *
   * @param seq of the committed checkpoint
   */
  onRewritten(tables: readonly string[], seq: number): void;
  /** Called after each chunk that central has committed. */
  onCommit(checkpoint: Checkpoint): void;
}

/** Message params that name a table; `name` is what the command line takes. */
export function nameOf({ connection, target }: Pick<PassContext, 'connection' | 'target'>) {
  return { connection, schema: target.schema, table: target.name, name: target.name };
}

/**
 * How a pass ended.
 *
 * - `stopped`: the next run continues from the checkpoint.
 * - `reopen`: it continues at once under a new snapshot.
 * - `catch_up`: a `changes` pass must follow.
 * - `deletes_held`: all rows are written, the deletes are left. The checkpoint asks for a `changes` pass, in case
 *   nobody comes back to do them.
 * - `lacking`: all rows were sent, but central does not have them as sent. The checkpoint asks for a comparison.
 */
export type PassEnd =
  | {
      readonly kind: 'done' | 'stopped' | 'reopen' | 'catch_up' | 'deletes_held';
      readonly checkpoint: Checkpoint;
    }
  | Lacking;

export interface Lacking {
  readonly kind: 'lacking';
  readonly checkpoint: Checkpoint;
  /** Number of rows missing at central. */
  readonly missing: number;
  /** Number of rows that central has not stored as sent. */
  readonly unproven: number;
}
