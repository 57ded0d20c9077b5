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
import { childrenLeftOut } from './select.ts';
import { RewrittenTables } from './writtenTables.ts';

/** What a connection's run is asked and told of its tables. */
export interface TurnEvents {
  /** Whether no table is to be begun any more. */
  endsHere(): boolean;
  ended(outcome: TableOutcome): void;
  unreachable(failure: FailureDetail): void;
  /** Why all tables that are left fail at once; null while the servers answer. */
  circuit(): FailureDetail | null;
  lostLease(): void;
}

/** How many times tables are compared because head office changed them when others were: a ring of triggers never ends. */
const MOST_ROUNDS = 3;

/** A table that is done but for others that head office changed when it was written. */
interface Waiting {
  readonly recorder: JournalRecorder;
  readonly end: Extract<TableEnd, { kind: 'completed' }>;
}

/**
 * Gives the tables of a connection their turns: first the rows of all, then the deletes that had to wait, then those
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
  /** Tables whose own turn has failed or was stopped: it says all there is to say. */
  readonly #unfinished = new Set<string>();
  /** Tables that are run at this moment, with those because of which. */
  readonly #running = new Map<string, ReadonlySet<string>>();

  constructor(run: RunContext, work: ConnectionWork, opened: Prepared, events: TurnEvents) {
    this.#run = run;
    this.#work = work;
    this.#opened = opened;
    this.#events = events;
    const { tables, others, connection } = work;
    this.#rewritten = new RewrittenTables(opened.checkpoints.values());
    // A table of the batch that was done before the batch was resumed; none that was never loaded.
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
          // Tables that wait for `cause` to be compared wait for what that comparison rewrites, too.
          this.#rewritten.add(one, [cause, ...(this.#running.get(cause) ?? [])]);
          // Central's checkpoint has a note now that this copy lacks: it is read again.
          opened.checkpoints.delete(one);
        }
      },
    });
  }

  /** A table's own turn. Where it has to leave its deletes, its row in the journal stays in progress. */
  async run(links: WorkerLinks, table: ConnectionTable, recorder: JournalRecorder): Promise<void> {
    if (table.shape === null) {
      // A table that was copied before has been dropped; one that never was is a mistake in the settings.
      const known = (this.#opened.checkpoints.get(table.table)?.state ?? 'new') !== 'new';
      this.#events.ended(
        known ? recorder.skipped('source_table_missing') : recorder.failed(this.#unknown(table)),
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

  #unknown({ table, nearest }: ConnectionTable): FailureDetail {
    const { id, schema } = this.#work.connection;
    return {
      code: FailureCode.SourceTableUnknown,
      kind: FailureKind.Permanent,
      message: `schema ${schema} has no table or view ${table}`,
      params: {
        connection: id,
        schema,
        table,
        nearest: nearest === undefined || nearest === '' ? '–' : nearest,
      },
    };
  }

  /**
   * The deletes of all tables that had to leave them. One table after the other: they are few, and any of them
   * may have to bring another one again.
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
    // A quiet recorder has no row of the journal to end.
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
   * A table that is done waits where head office changed others when it was written, by a foreign key or a trigger:
   * what keeps those from being as the branch has them is this table's failure.
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

  /** Compares what head office itself has changed, when no table has its own turn any more, and ends who waits for it. */
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

  /** Head office changes one of these tables whenever another one is mended, so no order of comparing ends. */
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

  /** @param checkpoint where the table stands, if that is sure; else it is read */
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
    const { claim, existing, rights } = this.#opened;
    const failure = rights.refused.get(table.table);
    if (failure !== undefined) return { kind: 'failed', failure };
    if (table.shape === null) throw new Error(`${table.table} is not at the source`);
    const own = { ports, central, installation, claim, limits, retry, throttle, stop, halt };
    const runner: TableRunner = { ...own, relations };
    const job = {
      connection: this.#work.connection,
      source: table.shape,
      existing: existing.find((found) => found.name === table.table),
      checkpoint,
      batchId: this.#run.batchId,
      // What was asked for was asked for the table's own turn.
      strategy: duty === 'again' && table.strategy !== Strategy.Cursor ? null : table.strategy,
      cursor: table.cursor,
      allowDeletes: this.#run.allowDeletes,
      mayDelete: table.mayDelete && rights.owned.has(table.table),
      duty,
    };
    return runTable(runner, one.links, job, one.recorder);
  }
}
