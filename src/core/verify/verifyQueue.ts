import { ALL_TABLES } from '../../shared/contract.ts';
import { type FailureDetail, FailureKind } from '../../shared/errors.ts';
import type { VerifyRow } from '../../shared/verify.ts';
import type { RunContext } from '../batch/connectionRun.ts';
import type { Selected } from '../batch/select.ts';
import type { SourcePlan } from '../batch/sourcePlan.ts';
import { failedRow } from './outcome.ts';

/** What a worker does next: one table on its own, or several small ones together. */
export type Turn =
  | { readonly kind: 'table'; readonly table: Selected }
  | { readonly kind: 'group'; readonly tables: readonly Selected[] };

/** How the tables are divided into turns. */
export interface TurnOrder {
  /** Foreign-key depth: rows of referenced tables are repaired before the rows that reference them. */
  depth(table: string): number;
  /** Whether a table may be compared together with others. */
  isGrouped(table: Selected): boolean;
}

/** Maximum bytes of a group: it is scanned in about a second, so no other worker has to wait long at the end. */
const GROUP_BYTES = 64 * 1024 * 1024;
/** Maximum tables of a group. Each takes a lock for itself and each index; a server has 6,400 by default. */
const GROUP_TABLES = 150;
/** When a connection's failures reach this sum of {@link WEIGHTS}, its tables are compared one by one. */
const MOST_FAILURES = 40;
/**
 * Weight of a group's failure. A failing group is halved, so one table that cannot be compared fails seven groups of 120
 * tables until it is found. A bad link may fail any group, and only single tables wait between attempts.
 */
const WEIGHTS: Readonly<Record<FailureKind, number>> = {
  [FailureKind.Permanent]: 1,
  [FailureKind.Transient]: 8,
  [FailureKind.Unreachable]: MOST_FAILURES,
};

/** The remaining tables, and the results so far: each is first written to the journal, then reported. */
export class VerifyQueue {
  readonly #run: RunContext;
  readonly #connection: string;
  readonly #left: Selected[];
  /** Parts of groups that have failed. */
  readonly #parts: (readonly Selected[])[] = [];
  /** Tables that a group could not prove equal. */
  readonly #alone = new Set<string>();
  #order: TurnOrder = { depth: () => 0, isGrouped: () => false };
  /** Foreign-key depths of the groups that are being compared. */
  readonly #running: number[] = [];
  #failures = 0;
  #changed = Promise.withResolvers<void>();
  readonly done: VerifyRow[] = [];

  constructor(run: RunContext, { connection, selected }: SourcePlan) {
    this.#run = run;
    this.#connection = connection.id;
    // Longest first, so that parallel workers end at about the same time.
    this.#left = [...selected].sort((a, b) => (b.shape?.bytes ?? 0) - (a.shape?.bytes ?? 0));
  }

  follow(order: TurnOrder): void {
    this.#order = order;
    this.#left.sort((a, b) => order.depth(a.table) - order.depth(b.table));
  }

  /**
   * The next turn; undefined when none is left, or the run is stopped. While a group is compared, more may be left than
   * there is now. The caller must report a group's end by {@link groupEnded} or {@link groupFailed}.
   */
  async next(): Promise<Turn | undefined> {
    for (;;) {
      if (this.#run.stop.aborted) return undefined;
      const turn = this.#take();
      if (turn !== undefined || this.#running.length === 0) return turn;
      await this.#changed.promise;
    }
  }

  #take(): Turn | undefined {
    const [head] = this.#left;
    // A table that is referenced may turn out to need a repair.
    if (this.#parts.length === 0 && this.#running.some((one) => one < this.#depth(head))) return undefined;
    const tables = this.#parts.shift() ?? (head === undefined ? [] : this.#groupWith(head));
    if (tables.length === 0)
      return head === undefined ? undefined : { kind: 'table', table: this.#remove(head) };
    for (const one of tables) this.#remove(one);
    this.#running.push(this.#depth(tables[0]));
    return { kind: 'group', tables };
  }

  #depth(table: Selected | undefined): number {
    return table === undefined ? 0 : this.#order.depth(table.table);
  }

  #remove(table: Selected): Selected {
    const at = this.#left.indexOf(table);
    if (at >= 0) this.#left.splice(at, 1);
    return table;
  }

  /** A table and those that are compared with it; empty if it is compared on its own. */
  #groupWith(head: Selected): readonly Selected[] {
    if (!this.#isGrouped(head)) return [];
    const depth = this.#depth(head);
    const group: Selected[] = [];
    let bytes = 0;
    for (const one of this.#left) {
      if (this.#depth(one) !== depth || !this.#isGrouped(one)) continue;
      bytes += one.shape?.bytes ?? 0;
      if (group.length > 0 && bytes > GROUP_BYTES) break;
      group.push(one);
      if (group.length === GROUP_TABLES) break;
    }
    return group;
  }

  #isGrouped(table: Selected): boolean {
    return this.#failures < MOST_FAILURES && !this.#alone.has(table.table) && this.#order.isGrouped(table);
  }

  /** Records the tables of a group that are equal. Each of the others gets a turn of its own, before any that waits. */
  groupEnded(equal: readonly VerifyRow[], others: readonly Selected[]): void {
    try {
      // In one transaction, because each commit waits for the disk.
      this.#run.journal.together(() => {
        for (const row of equal) this.#run.journal.recordVerification(row);
      });
      for (const row of equal) this.#tell(row);
      this.#compareAlone(others);
    } finally {
      this.#groupDone(equal[0]?.table_name ?? others[0]?.table);
    }
  }

  /**
   * Any table may be the cause, so each half is compared again; in the end the faulty table alone, which says why.
   *
   * @param failure null if the run was stopped
   */
  groupFailed(tables: readonly Selected[], failure: FailureDetail | null): void {
    this.#failures += failure === null ? 0 : WEIGHTS[failure.kind];
    const givesUp = this.#failures >= MOST_FAILURES;
    const half = Math.ceil(tables.length / 2);
    if (givesUp || tables.length === 1) this.#compareAlone(tables);
    else this.#parts.push(tables.slice(0, half), tables.slice(half));
    if (givesUp) this.#compareAlone(this.#parts.splice(0).flat());
    this.#groupDone(tables[0]?.table);
  }

  #compareAlone(tables: readonly Selected[]): void {
    for (const { table } of tables) this.#alone.add(table);
    this.#left.unshift(...tables);
  }

  /** @param table any of the group's */
  #groupDone(table: string | undefined): void {
    this.#running.splice(this.#running.indexOf(table === undefined ? 0 : this.#order.depth(table)), 1);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  finish(row: VerifyRow): void {
    this.#run.journal.recordVerification(row);
    this.#tell(row);
  }

  #tell(row: VerifyRow): void {
    this.#run.emit({ type: 'verify_ended', row });
    // A table is verified again if repairing another one has deleted rows of it.
    const before = this.done.findIndex((one) => one.table_name === row.table_name);
    if (before < 0) this.done.push(row);
    else this.done[before] = row;
  }

  fail(table: string, failure: FailureDetail): void {
    this.finish(failedRow(this.#connection, table, this.#run.ports.clock, failure));
    // The server is down, so the other tables fail at once instead of each waiting for a time-out.
    if (failure.kind === FailureKind.Unreachable) this.failRest(failure);
  }

  /** Records one row for all tables of the connection, whose names are unknown. */
  failAll(failure: FailureDetail): void {
    const row = failedRow(this.#connection, ALL_TABLES, this.#run.ports.clock, failure);
    this.finish({ ...row, all_tables: true });
  }

  failRest(failure: FailureDetail): void {
    for (const one of [...this.#parts.splice(0).flat(), ...this.#left.splice(0)]) {
      this.finish(failedRow(this.#connection, one.table, this.#run.ports.clock, failure));
    }
  }
}
