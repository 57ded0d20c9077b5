import type { TableShape } from '../catalogue/shape.ts';
import type { Clock } from '../ports.ts';
import type { Session } from '../postgres/session.ts';
import type { RunMemory } from '../source/serverRuns.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import type { ActedOn } from '../target/foreignKeys.ts';
import type { Target } from '../target/target.ts';

/** One open connection and what is known of its server. */
export interface Link {
  readonly session: Session;
  /** As `server_version_num`: 150018 is 15.18. */
  readonly version: number;
}

/** The two connections of a worker, opened when first needed and again after a loss. */
export interface Links {
  /** What is known of the runs of the source's server. */
  readonly runs: RunMemory;
  source(): Promise<Link>;
  central(): Promise<Link>;
}

/** Waits until so many bytes may have been sent to central: {@link Throttle}, and who watches its waits. */
export interface Spender {
  spend(bytes: number, signal: AbortSignal): Promise<void>;
}

/** How much one chunk may hold. It ends at the first limit reached. */
export interface ChunkLimits {
  readonly chunkRows: number;
  readonly chunkBytes: number;
  readonly chunkSeconds: number;
  /** How long a snapshot may be held at the source: a longer one keeps the ERP from vacuuming. */
  readonly maxSnapshotMinutes: number;
}

/** What keys of head office's own, and branches that share a table, ask for; nothing, where there are none. */
export interface ApplyConstraints {
  /** Other rows may point to this table's: what the branch has removed goes only after all else has come. */
  readonly holdDeletes: boolean;
  /** Tables that lose rows when this one does, in whatever schema. */
  readonly cascades: readonly ActedOn[];
  /** Head office changes or removes rows that point to this table when a row of it is removed or changes. */
  readonly acts: boolean;
  /** The tables of the connection that are so changed. */
  readonly rewrites: readonly string[];
  /** All that is left of the pass is applied as one chunk, since its rows need each other. */
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
  /** Shared by all workers of the run. */
  readonly throttle: Spender;
  /** Aborted: end at the next chunk border. */
  readonly stop: AbortSignal;
  /** Whether rows gone from the source are removed at central. */
  readonly deletes: boolean;
  /** Lets the pass remove more rows than the brake allows. */
  readonly allowDeletes: boolean;
  readonly constraints: ApplyConstraints;
  /**
   * Called before and after a commit that notes tables as rewritten by head office itself, of which this one may be
   * one: the commit may arrive although nobody hears of it, and a table may be begun while it is on its way.
   *
   * @param seq of the checkpoint that is committed
   */
  onRewritten(tables: readonly string[], seq: number): void;
  /** Called after each chunk that central has committed. */
  onCommit(checkpoint: Checkpoint): void;
}

/** What a sentence needs to name a table: `name` as the command line takes it. */
export function nameOf({ connection, target }: Pick<PassContext, 'connection' | 'target'>) {
  return { connection, schema: target.schema, table: target.name, name: target.name };
}

/**
 * How a pass ended. `stopped`: the checkpoint says where it goes on. `reopen`: it goes on at once, under a
 * new snapshot. `catch_up`: a `changes` pass must follow. `deletes_held`: all is there, and the checkpoint asks
 * for a `changes` pass; that may be no more than removing what the branch has removed. `lacking`: all was sent, and
 * central does not have it; the checkpoint asks for a comparison.
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
  /** Rows that central has too few. */
  readonly missing: number;
  /** Rows that are not there as they were sent. */
  readonly unproven: number;
}
