import { FailureCode, type FailureDetail, FailureKind } from '../../shared/errors.ts';
import type { ApplyConstraints } from '../load/pass.ts';
import { type ForeignKey, ForeignKeys, NOT_REFERENCED, type Referenced } from '../target/foreignKeys.ts';
import type { Target } from '../target/target.ts';
import type { TableEnd } from './tableRun.ts';

/** SQLSTATE unique_violation. */
export const DUPLICATE = '23505';
/** SQLSTATE exclusion_violation. */
const EXCLUDED = '23P01';

/** Which end of a foreign key the other table is. */
export type KeyEnd = 'parent' | 'child';

/** What a table's run needs from the connection's run. */
export interface Relations {
  readonly keys: ForeignKeys;
  /**
   * Re-syncs another table of the run.
   *
   * @returns its result; null if it cannot be re-synced because it is not part of this run, is itself waiting for a
   *   re-sync, or may be running now
   */
  resync(table: string, end: KeyEnd): Promise<TableEnd | null>;
  /** Reports the connection's tables that head office's keys or triggers changed, or may have, when this one was written. */
  rewritten(tables: readonly string[]): void;
}

/** What to do after a table's attempt has failed. */
export type RecoveryStep =
  /** Another attempt, at once. */
  | { readonly kind: 'again' }
  /** The run was stopped while another table was re-synced. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'none'; readonly failure: FailureDetail };

const AGAIN: RecoveryStep = { kind: 'again' };

const NO_RELATIONS: Relations = {
  keys: new ForeignKeys([]),
  resync: async () => null,
  rewritten: () => {},
};

/**
 * Decides what to try when one of head office's constraints refuses rows (Branchline itself makes no foreign keys). Rows
 * that are valid at the branch may be refused only because they arrive in several chunks and tables.
 */
export class ConstraintRecovery {
  readonly #table: string;
  readonly #relations: Relations;
  readonly #referenced: Referenced;
  #whole = false;
  #moves = false;
  #movesAny = false;
  /** Number of committed chunks when another table was last re-synced for this one; -1 where none was. */
  #resyncedAt = -1;

  constructor(table: string, relations: Relations | null) {
    this.#table = table;
    this.#relations = relations ?? NO_RELATIONS;
    this.#referenced = relations?.keys.referenced(table) ?? NOT_REFERENCED;
  }

  get constraints(): ApplyConstraints {
    const { held, cascades, acts, rewrites } = this.#referenced;
    const refused = { whole: this.#whole, moves: this.#moves, insertsOnly: false };
    return { holdDeletes: held, cascades, acts, rewrites, ...refused };
  }

  /**
   * Decides how to go on after a failed attempt. A failure that stays names the other table of the foreign key.
   *
   * @param target the table that the attempt wrote to; null where it did not get so far
   * @param commits chunks committed so far: the same recovery is not tried again without one in between
   */
  async find(failure: FailureDetail, target: Target | null, commits: number): Promise<RecoveryStep> {
    const none: RecoveryStep = { kind: 'none', failure };
    if (failure.sqlstate === DUPLICATE)
      return this.#moveRows(target, target?.alsoUnique ?? []) ? AGAIN : none;
    if (failure.sqlstate === EXCLUDED) {
      this.#movesAny = target?.key != null && this.#moveRows(target, target.columns);
      return this.#movesAny ? AGAIN : none;
    }
    const key = this.#relations.keys.violated(failure);
    if (key === undefined) return none;
    const refused: RecoveryStep = {
      kind: 'none',
      failure: namingOtherTable(failure, key, this.#table, commits === this.#resyncedAt),
    };
    if (key.child === key.parent) return this.#takeWhole() ? AGAIN : refused;
    const [other, which] =
      key.child === this.#table ? ([key.parent, 'parent'] as const) : ([key.child, 'child'] as const);
    if (other === null || commits === this.#resyncedAt) return refused;
    this.#resyncedAt = commits;
    return this.#resyncFor(other, which, refused);
  }

  async #resyncFor(other: string, which: KeyEnd, refused: RecoveryStep): Promise<RecoveryStep> {
    const end = await this.#relations.resync(other, which);
    if (end?.kind === 'stopped') return { kind: 'stopped' };
    if (end === null) return refused;
    if (end.kind !== 'failed') return AGAIN;
    if (end.failure.kind === FailureKind.Permanent) return refused;
    // A failure of the connection says nothing about the rows, so the other table may be re-synced again later.
    this.#resyncedAt = -1;
    return { kind: 'none', failure: end.failure };
  }

  /**
   * The target with every non-key column treated as unique, once an exclusion constraint has refused a row. The constraint
   * may cover any column, so each row that differs is deleted and inserted again.
   */
  moving(target: Target): Target {
    if (!this.#movesAny) return target;
    return { ...target, alsoUnique: target.columns.filter((one) => target.key?.includes(one) !== true) };
  }

  /** Rows that swap a unique value, or take that of a removed row, have to be written in one statement. */
  #moveRows(target: Target | null, unique: readonly string[]): boolean {
    if (this.#moves || target === null || target.key === null) return false;
    if (unique.length === 0 || !this.#referenced.swappable) return false;
    this.#moves = true;
    this.#whole = true;
    return true;
  }

  /** A row that references one of a later chunk is refused; within one statement it is accepted. */
  #takeWhole(): boolean {
    const before = this.#whole;
    this.#whole = true;
    return !before;
  }
}

/** The failure of a table whose rows a foreign key has refused; it names the key's other table. */
export function keyFailure(failure: FailureDetail, keys: ForeignKeys, table: string): FailureDetail {
  const key = keys.violated(failure);
  return key === undefined ? failure : namingOtherTable(failure, key, table, false);
}

/** @param resynced whether the key's other table was re-synced just before, and the key refuses the rows still */
function namingOtherTable(
  failure: FailureDetail,
  key: ForeignKey,
  table: string,
  resynced: boolean,
): FailureDetail {
  const { code, params } = key.child === table ? parentMissing(key, resynced) : stillReferenced(key);
  return { ...failure, code, params: { ...failure.params, ...params } };
}

function parentMissing({ child, parent, name }: ForeignKey, resynced: boolean) {
  const code = resynced ? FailureCode.ParentLacking : FailureCode.ParentMissing;
  return { code, params: { table: child ?? '', parent, constraint: name } };
}

function stillReferenced({ child, on, parent, name }: ForeignKey) {
  return {
    code: FailureCode.StillReferenced,
    params: { table: parent, child: child ?? on, constraint: name },
  };
}
