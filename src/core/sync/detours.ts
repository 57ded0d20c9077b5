import { FailureCode, type FailureDetail } from '../../shared/errors.ts';
import { type ForeignKey, ForeignKeys, NOT_REFERENCED, type Referenced } from '../central/foreignKeys.ts';
import type { Target } from '../central/target.ts';
import type { Care } from './pass.ts';

/** SQLSTATE unique_violation. */
export const DUPLICATE = '23505';

/** What a table's run asks of the run around it. */
export interface Relations {
  readonly keys: ForeignKeys;
  /**
   * Brings another table of the run up to date once more.
   *
   * @returns whether that came to its end
   */
  bringAgain(table: string): Promise<boolean>;
}

const NO_RELATIONS: Relations = { keys: new ForeignKeys([]), bringAgain: async () => false };

/**
 * Keys that head office has put on its tables (Branchline itself makes none) may refuse rows that are right
 * at the branch, only because they come in pieces. What is tried then, from one attempt to the next.
 */
export class Detours {
  readonly #table: string;
  readonly #relations: Relations;
  readonly #referenced: Referenced;
  #whole = false;
  #moves = false;
  /** How many chunks were committed when another table was brought again; -1 before. */
  #helpedAt = -1;

  constructor(table: string, relations: Relations | null) {
    this.#table = table;
    this.#relations = relations ?? NO_RELATIONS;
    this.#referenced = relations?.keys.referenced(table) ?? NOT_REFERENCED;
  }

  get care(): Care {
    const { held, cascades } = this.#referenced;
    return { holdDeletes: held, cascades, whole: this.#whole, moves: this.#moves };
  }

  /**
   * Whether a failed attempt should be made again at once, in another way.
   *
   * @param target what the attempt wrote to; null where it did not come so far
   * @param commits chunks committed so far: without one in between, the same is not tried twice
   */
  async find(failure: FailureDetail, target: Target | null, commits: number): Promise<boolean> {
    if (failure.sqlstate === DUPLICATE) return this.#moveRows(target);
    const key = this.#relations.keys.violated(failure);
    if (key === undefined) return false;
    if (key.child === key.parent) return this.#takeWhole();
    const other = key.child === this.#table ? key.parent : key.child;
    if (other === null || commits === this.#helpedAt) return false;
    this.#helpedAt = commits;
    return this.#relations.bringAgain(other);
  }

  /** A failure with the other table of a foreign key in it, where one was violated. */
  told(failure: FailureDetail): FailureDetail {
    const key = this.#relations.keys.violated(failure);
    if (key === undefined) return failure;
    const told = key.child === this.#table ? parentMissing(key) : stillReferenced(key);
    return { ...failure, code: told.code, params: { ...failure.params, ...told.params } };
  }

  /** Rows that swap a unique value, or take over that of a removed row, need each other, too. */
  #moveRows(target: Target | null): boolean {
    if (this.#moves || target === null || target.key === null) return false;
    if (target.alsoUnique.length === 0 || !this.#referenced.swappable) return false;
    this.#moves = true;
    this.#whole = true;
    return true;
  }

  /** A row that points to one of a later chunk is refused, and in one statement it is not. */
  #takeWhole(): boolean {
    const before = this.#whole;
    this.#whole = true;
    return !before;
  }
}

function parentMissing({ child, parent, name }: ForeignKey) {
  return { code: FailureCode.ParentMissing, params: { table: child ?? '', parent, constraint: name } };
}

function stillReferenced({ child, on, parent, name }: ForeignKey) {
  return {
    code: FailureCode.StillReferenced,
    params: { table: parent, child: child ?? on, constraint: name },
  };
}
