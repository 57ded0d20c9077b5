import type { FailureDetail } from '../../shared/errors.ts';
import { VerifyResult, type VerifyRow } from '../../shared/verify.ts';
import type { Selected } from '../batch/select.ts';
import { tableOrder } from '../batch/tableQueue.ts';
import { type ApplyConstraints, NO_CONSTRAINTS } from '../load/pass.ts';
import { keyFailure } from '../table/constraintRecovery.ts';
import type { ForeignKeys } from '../target/foreignKeys.ts';

/** How the repair of one table ended. */
export type Tried<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: FailureDetail }
  | { readonly kind: 'stopped' };

/** What repairs need from the verify around them. */
export interface RepairRun {
  verify(table: Selected, constraints: ApplyConstraints): Promise<Tried<VerifyRow>>;
  finish(row: VerifyRow): void;
  fail(table: string, failure: FailureDetail): void;
}

interface Waiting {
  readonly table: Selected;
  /** What was repaired before; null if nothing could be. */
  readonly before: VerifyRow | null;
  readonly failure: FailureDetail | null;
}

/**
 * The order of repairs if head office has foreign keys, as in a sync: rows of referenced tables come first,
 * and deletes come afterwards, with referencing tables first. A table whose rows were refused because of
 * another table is tried again after the others, then as one transaction.
 */
export class RepairTurns {
  readonly #keys: ForeignKeys;
  readonly #selected: readonly Selected[];
  readonly #depth: (table: string) => number;
  #refused: Waiting[] = [];
  #held: Waiting[] = [];

  constructor(keys: ForeignKeys, selected: readonly Selected[]) {
    this.#keys = keys;
    this.#selected = selected;
    const names = selected.map((one) => one.table);
    this.#depth = tableOrder(names, keys).depth;
  }

  /** Whether nothing waits for {@link rest}. */
  get isDone(): boolean {
    return this.#refused.length === 0 && this.#held.length === 0;
  }

  depth(table: string): number {
    return this.#depth(table);
  }

  /** What a table's first attempt must leave for later. */
  constraints(table: string, whole = false): ApplyConstraints {
    const { held, cascades, acts, rewrites } = this.#keys.referenced(table);
    return { ...NO_CONSTRAINTS, holdDeletes: held, cascades, acts, rewrites, whole };
  }

  /** The constraints after all rows have arrived. */
  #constraintsForRest(table: string): ApplyConstraints {
    return { ...this.constraints(table, true), holdDeletes: false };
  }

  /** Handles the end of a table's first attempt, or leaves the table for {@link rest}. */
  take(run: RepairRun, table: Selected, tried: Tried<VerifyRow>): void {
    if (tried.kind === 'stopped') return;
    if (tried.kind === 'failed') {
      if (this.#keys.violated(tried.failure) === undefined) run.fail(table.table, tried.failure);
      else this.#refused.push({ table, before: null, failure: tried.failure });
      return;
    }
    const left = tried.value.result === VerifyResult.Differs || tried.value.result === VerifyResult.Behind;
    if (left && this.constraints(table.table).holdDeletes)
      this.#held.push({ table, before: tried.value, failure: null });
    else run.finish(tried.value);
  }

  /** Repairs what had to wait for other tables. */
  async rest(run: RepairRun): Promise<void> {
    await this.#whileItHelps(run, (table) => this.constraints(table, true));
    const held = this.#held.sort((a, b) => this.depth(b.table.table) - this.depth(a.table.table));
    this.#held = [];
    for (const one of held) await this.#removeHeld(run, one);
    await this.#whileItHelps(run, (table) => this.#constraintsForRest(table));
    for (const { table, failure } of this.#refused.splice(0))
      if (failure !== null) run.fail(table.table, keyFailure(failure, this.#keys, table.table));
  }

  /** Retries refused tables until a whole round repairs nothing more. */
  async #whileItHelps(run: RepairRun, constraints: (table: string) => ApplyConstraints): Promise<void> {
    for (let before = Number.POSITIVE_INFINITY; this.#refused.length > 0 && this.#refused.length < before; ) {
      before = this.#refused.length;
      for (const { table } of this.#refused
        .splice(0)
        .sort((a, b) => this.depth(a.table.table) - this.depth(b.table.table)))
        this.take(run, table, await run.verify(table, constraints(table.table)));
    }
  }

  async #removeHeld(run: RepairRun, { table, before }: Waiting): Promise<void> {
    const tried = await run.verify(table, this.#constraintsForRest(table.table));
    if (tried.kind !== 'done') return this.take(run, table, tried);
    run.finish(before === null ? tried.value : together(before, tried.value));
    if (tried.value.repaired_deletes === 0) return;
    // ON DELETE CASCADE may have deleted rows that the branch still has.
    for (const { name, isOwn } of this.#keys.referenced(table.table).cascades) {
      if (!isOwn) continue;
      const child = this.#selected.find((one) => one.table === name);
      if (child !== undefined) this.take(run, child, await run.verify(child, this.#constraintsForRest(name)));
    }
  }
}

/** Combines both attempts of a table into one row. */
function together(first: VerifyRow, last: VerifyRow): VerifyRow {
  const repaired = first.repaired_rows + first.repaired_deletes > 0;
  return {
    ...last,
    result: last.result === VerifyResult.Equal && repaired ? VerifyResult.Repaired : last.result,
    repaired_rows: first.repaired_rows + last.repaired_rows,
    repaired_deletes: first.repaired_deletes + last.repaired_deletes,
    repaired_bytes: first.repaired_bytes + last.repaired_bytes,
    duration_seconds: first.duration_seconds + last.duration_seconds,
  };
}
