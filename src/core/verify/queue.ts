import { type FailureDetail, FailureKind } from '../../shared/errors.ts';
import type { VerifyRow } from '../../shared/verify.ts';
import type { RunContext } from '../batch/connectionRun.ts';
import type { SourcePlan } from '../batch/plan.ts';
import type { Selected } from '../batch/select.ts';
import { failedRow } from './outcome.ts';

/** The tables that are left, and what was found of the others: first written to the journal, then told. */
export class VerifyQueue {
  readonly #run: RunContext;
  readonly #connection: string;
  readonly #left: Selected[];
  readonly done: VerifyRow[] = [];

  constructor(run: RunContext, { connection, selected }: SourcePlan) {
    this.#run = run;
    this.#connection = connection.id;
    // The longest first: two workers then end at about the same time.
    this.#left = [...selected].sort((a, b) => (b.shape?.bytes ?? 0) - (a.shape?.bytes ?? 0));
  }

  /** Puts the tables that others point to first, so that rows which are mended find what they point to. */
  follow(depth: (table: string) => number): void {
    this.#left.sort((a, b) => depth(a.table) - depth(b.table));
  }

  /** The next table; none once the run is stopped. */
  next(): Selected | undefined {
    return this.#run.stop.aborted ? undefined : this.#left.shift();
  }

  finish(row: VerifyRow): void {
    this.#run.journal.recordVerification(row);
    this.#run.emit({ type: 'verify_ended', row });
    // A table may be looked at again, when mending another one has taken rows of it along.
    const before = this.done.findIndex((one) => one.table_name === row.table_name);
    if (before < 0) this.done.push(row);
    else this.done[before] = row;
  }

  fail(table: string, failure: FailureDetail): void {
    this.finish(failedRow(this.#connection, table, this.#run.ports.clock, failure));
    // The server is down: the others need not wait for a time-out each to learn it.
    if (failure.kind === FailureKind.Unreachable) this.failRest(failure);
  }

  failRest(failure: FailureDetail): void {
    for (const one of this.#left.splice(0)) {
      this.finish(failedRow(this.#connection, one.table, this.#run.ports.clock, failure));
    }
  }
}
