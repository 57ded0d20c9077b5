import type { TableOutcome } from '../../shared/contract.ts';
import { FailureCode, type FailureDetail, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { NoticeCode } from '../../shared/notices.ts';
import { assertNever, Strategy } from '../../shared/status.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { computedAt } from '../compare/columns.ts';
import type { WorkerLinks } from '../load/links.ts';
import { runTable, type TableEnd, type TableRecorder, type TableRunner } from '../table/tableRun.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { targetSchema } from '../target/target.ts';
import type { ConnectionTable, ConnectionWork, Prepared, RunContext } from './connectionRun.ts';
import { JournalRecorder, quietRecorder } from './recorder.ts';
import { type RelatedTableRun, RelatedTables } from './relatedTables.ts';
import { childrenLeftOut, unknownTable } from './select.ts';
import { RewrittenTables } from './writtenTables.ts';

/** Callbacks to the connection's run. */
export interface TurnEvents {
  /** Whether no further table may start. */
  endsHere(): boolean;
  ended(outcome: TableOutcome): void;
  unreachable(failure: FailureDetail): void;
  /** The failure of all remaining tables, once a server does not answer; null while both do. */
  circuit(): FailureDetail | null;
  lostLease(): void;
}

/** Maximum rounds of comparing tables that head office changed. Triggers that trigger each other would never end. */
const MOST_ROUNDS = 3;

/** A table that is done, but waits until tables that head office changed along with it are compared. */
interface Waiting {
  readonly recorder: JournalRecorder;
  readonly end: Extract<TableEnd, { kind: 'completed' }>;
}

/**
 * Runs the tables of a connection: first the rows of all tables, then the held deletes, then a comparison of the tables
 * that head office itself has changed meanwhile.
 */
export class TableTurns {
  readonly #run: RunContext;
  readonly #work: ConnectionWork;
  readonly #opened: Prepared;
  readonly #events: TurnEvents;
  readonly #relatedTables: RelatedTables;
  readonly #rewritten: RewrittenTables;
  readonly #waiting = new Map<string, Waiting>();
  /** Tables whose own turn failed or was stopped, and has reported that. */
  readonly #unfinished = new Set<string>();
  /** Tables that are running now, each with the tables because of which it is compared. */
  readonly #running = new Map<string, ReadonlySet<string>>();

  constructor(run: RunContext, work: ConnectionWork, opened: Prepared, events: TurnEvents) {
    this.#run = run;
    this.#work = work;
    this.#opened = opened;
    this.#events = events;
    const { tables, others, connection } = work;
    this.#rewritten = new RewrittenTables(opened.checkpoints.values());
    // Tables of the batch that were done before it was resumed, but none that was never loaded.
    const known = others.filter((one) => opened.checkpoints.get(one.table)?.mark != null);
    this.#relatedTables = new RelatedTables(opened.keys, {
      find: (name) => [...tables, ...known].find((one) => one.table === name),
      run: (one) => {
        // The run raises the table's epoch, so the checkpoint read before is out of date for the table's own turn.
        opened.checkpoints.delete(one.table.table);
        return this.#runTable(one, null);
      },
      quiet: ({ table }, forTable) =>
        quietRecorder(run.journal, { batchId: run.batchId, connection: connection.id, table }, forTable),
      rewritten: (cause, changed) => {
        for (const one of changed) {
          // Whatever waits for the comparison of `cause` waits for the tables that this comparison changes, too.
          this.#rewritten.add(one, [cause, ...(this.#running.get(cause) ?? [])]);
          // Central's checkpoint has a new note, so it has to be read again.
          opened.checkpoints.delete(one);
        }
      },
    });
  }

  /** Runs a table's own turn. If its deletes are held, its row in the journal stays `in_progress`. */
  async run(links: WorkerLinks, table: ConnectionTable, recorder: JournalRecorder): Promise<void> {
    if (table.shape === null) {
      // If it was copied before, the branch has dropped it. If not, the settings name a wrong table.
      const known = (this.#opened.checkpoints.get(table.table)?.state ?? 'new') !== 'new';
      this.#events.ended(
        known
          ? recorder.skipped('source_table_missing')
          : recorder.failed(unknownTable(this.#work.connection, table)),
      );
      return;
    }
    const relations = this.#relatedTables.of(links, table.table, false);
    const checkpoint = this.#opened.checkpoints.get(table.table) ?? null;
    const left = childrenLeftOut(this.#work.connection, table.shape);
    if (left.length > 0)
      recorder.notice({ code: NoticeCode.ChildrenLeftOut, params: { tables: left.join(', ') } });
    const computed = this.#computed(table.shape);
    if (computed.length > 0)
      recorder.notice({ code: NoticeCode.ComputedAtCentral, params: { columns: computed.join(', ') } });
    await this.#tell({ links, table, duty: 'sync', recorder, relations }, checkpoint);
  }

  #computed(source: TableShape): readonly string[] {
    const there = this.#opened.existing.find((one) => one.name === source.name);
    return there === undefined ? [] : computedAt(there, source);
  }

  /**
   * Does all held deletes, one table after the other: they are few, and each may have to re-sync another table.
   */
  async removeHeld(links: WorkerLinks, depth: (table: string) => number): Promise<void> {
    for (let next = this.#relatedTables.takeHeld(depth); next !== undefined; ) {
      const { table, recorder } = next;
      if (this.#events.endsHere()) this.#left(recorder);
      else {
        const relations = this.#relatedTables.of(links, table.table, true);
        await this.#tell({ links, table, duty: 'deletes', recorder, relations }, null);
      }
      next = this.#relatedTables.takeHeld(depth);
    }
  }

  #left(recorder: TableRecorder): void {
    if (!(recorder instanceof JournalRecorder)) return;
    const failure = this.#events.circuit();
    this.#events.ended(failure === null ? recorder.stopped() : recorder.failed(failure));
  }

  async #tell(one: RelatedTableRun, checkpoint: Checkpoint | null): Promise<void> {
    const { table, recorder } = one;
    // A recorder of a re-sync has no row in the journal to end.
    const told = recorder instanceof JournalRecorder ? recorder : null;
    try {
      const end = await this.#runTable(one, checkpoint);
      if (end.kind === 'deletes_held') {
        this.#relatedTables.hold(table, recorder);
        told?.deletesHeld();
      } else if (told !== null) this.#endOrWait(table.table, told, end);
      if (end.kind === 'failed' && end.failure.kind === FailureKind.Unreachable)
        this.#events.unreachable(end.failure);
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.detail.code !== FailureCode.LostLease) throw error;
      this.#events.lostLease();
      if (told !== null) this.#events.ended(told.stopped());
    }
  }

  /**
   * Ends a table, or lets it wait if head office's keys or triggers changed other tables when it was written. If one of
   * those cannot be made equal to the branch, that is this table's failure.
   */
  #endOrWait(
    table: string,
    recorder: JournalRecorder,
    end: Exclude<TableEnd, { kind: 'deletes_held' }>,
  ): void {
    const rewritten = this.#rewritten.because(table);
    const others = rewritten.filter((one) => this.#relatedTables.knows(one));
    const outside = rewritten.filter((one) => !this.#relatedTables.knows(one));
    if (outside.length > 0)
      recorder.notice({ code: NoticeCode.RewrittenOutside, params: { tables: outside.join(', ') } });
    if (end.kind === 'completed' && others.length > 0) {
      this.#waiting.set(table, { recorder, end });
      recorder.waitsFor(others);
      return;
    }
    if (end.kind !== 'completed') this.#unfinished.add(table);
    this.#events.ended(this.#outcome(recorder, end));
  }

  /** Compares the tables that head office itself has changed, after all own turns, and ends the tables that wait for it. */
  async compareRewritten(links: WorkerLinks): Promise<void> {
    const failures = new Map<string, FailureDetail>();
    try {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        for (const table of this.#toCompare(failures)) {
          if (this.#events.endsHere()) break;
          const failure = await this.#compareAgain(links, table);
          if (failure !== null) failures.set(table, failure);
        }
      }
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.detail.code !== FailureCode.LostLease) throw error;
      this.#events.lostLease();
    }
    for (const [table, one] of this.#waiting) this.#endWaiting(table, one, failures);
  }

  #toCompare(failures: ReadonlyMap<string, FailureDetail>): readonly string[] {
    return this.#rewritten.tables.filter(
      (one) => this.#relatedTables.knows(one) && !failures.has(one) && !this.#unfinished.has(one),
    );
  }

  async #compareAgain(links: WorkerLinks, table: string): Promise<FailureDetail | null> {
    const cause = this.#rewritten.causes(table)[0] ?? '';
    const end = await this.#relatedTables.compareAgain(links, table, cause);
    if (end?.kind !== 'failed') return null;
    if (end.failure.kind === FailureKind.Unreachable) this.#events.unreachable(end.failure);
    return end.failure;
  }

  #endWaiting(table: string, { recorder, end }: Waiting, failures: ReadonlyMap<string, FailureDetail>): void {
    const own = this.#rewritten.tables.filter((one) => one === table);
    const left = [...own, ...this.#rewritten.because(table)].filter((one) => this.#relatedTables.knows(one));
    const failure = left.map((one) => failures.get(one)).find((one) => one !== undefined);
    if (left.length === 0) this.#events.ended(recorder.completed(end.checkpoint));
    else if (failure !== undefined) this.#events.ended(recorder.failed(failure));
    else if (this.#events.endsHere()) this.#left(recorder);
    else if (left.every((one) => this.#unfinished.has(one)))
      this.#events.ended(recorder.completed(end.checkpoint));
    else this.#events.ended(recorder.failed(this.#neverEnds(table, left)));
  }

  /** The failure if head office changes one of these tables whenever another is repaired, so that comparing never ends. */
  #neverEnds(table: string, others: readonly string[]): FailureDetail {
    return {
      code: FailureCode.CentralRewritesTables,
      kind: FailureKind.Permanent,
      message: `${others.join(', ')} differ again whenever ${table} is mended`,
      params: {
        connection: this.#work.connection.id,
        schema: targetSchema(this.#run.central, this.#work.connection),
        table,
        tables: others.join(', '),
      },
    };
  }

  #outcome(recorder: JournalRecorder, end: Exclude<TableEnd, { kind: 'deletes_held' }>): TableOutcome {
    switch (end.kind) {
      case 'completed':
        return recorder.completed(end.checkpoint);
      case 'stopped':
        return recorder.stopped();
      case 'failed':
        return recorder.failed(end.failure);
      default:
        return assertNever(end);
    }
  }

  /** @param checkpoint the table's checkpoint; null if it may be out of date and must be read */
  async #runTable(one: RelatedTableRun, checkpoint: Checkpoint | null): Promise<TableEnd> {
    const { table } = one.table;
    const causes = this.#rewritten.take(table);
    this.#running.set(table, causes);
    let compared = false;
    try {
      const end = await this.#runJob(one, checkpoint);
      compared = end.kind === 'completed';
      return end;
    } finally {
      this.#running.delete(table);
      if (!compared && causes.size > 0) this.#rewritten.add(table, causes);
    }
  }

  async #runJob(one: RelatedTableRun, checkpoint: Checkpoint | null): Promise<TableEnd> {
    const { ports, central, installation, limits, retry, throttle, stop, halt } = this.#run;
    const { table, duty, relations } = one;
    const { claim, existing, created, rights } = this.#opened;
    const failure = rights.refused.get(table.table);
    if (failure !== undefined) return { kind: 'failed', failure };
    if (table.shape === null) throw new Error(`${table.table} is not at the source`);
    const own = { ports, central, installation, claim, limits, retry, throttle, stop, halt };
    const noteTraffic = this.#run.traffic.ofTable(one.links, this.#work.connection.id, table.table);
    const runner: TableRunner = { ...own, relations, noteTraffic };
    const job = {
      connection: this.#work.connection,
      source: table.shape,
      existing: existing.find((found) => found.name === table.table),
      created: created.has(table.table) && duty === 'sync',
      checkpoint,
      batchId: this.#run.batchId,
      // A requested strategy is for the table's own turn only.
      strategy: duty === 'again' && table.strategy !== Strategy.Cursor ? null : table.strategy,
      cursor: table.cursor,
      allowDeletes: this.#run.allowDeletes,
      mayDelete: table.mayDelete && rights.owned.has(table.table),
      duty,
    };
    const end = await runTable(runner, one.links, job, one.recorder);
    noteTraffic();
    return end;
  }
}
