import type { EngineEvent, TableOutcome } from '../../shared/contract.ts';
import { FailureCode } from '../../shared/errors.ts';
import { Strategy } from '../../shared/status.ts';
import { type WorkerLinks, withRoom } from '../load/links.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { asFailure } from '../unexpected.ts';
import type { Prepared, RunContext } from './connectionRun.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Emit, JournalRecorder } from './recorder.ts';
import { GROUP_BYTES, type SweepTable, sweep, sweepGroups } from './sweep.ts';

/** Callbacks to the connection's run. */
export interface SweepEvents {
  /** Whether no further table may be swept. */
  endsHere(): boolean;
  lostLease(): void;
  /** Takes a table out of the queue; undefined where it was taken already. */
  take(table: string, emit: Emit): JournalRecorder | undefined;
  ended(outcome: TableOutcome): void;
}

/**
 * Sweeps a connection's possibly unchanged tables before any table has its own turn: see {@link sweep}. At central it uses
 * the session that has claimed the connection, and needs no other.
 */
export class Sweeps {
  readonly #run: RunContext;
  readonly #opened: Prepared;
  readonly #heartbeat: Heartbeat;
  readonly #events: SweepEvents;
  readonly #groups: (readonly SweepTable[])[] = [];

  constructor(run: RunContext, opened: Prepared, heartbeat: Heartbeat, events: SweepEvents) {
    this.#run = run;
    this.#opened = opened;
    this.#heartbeat = heartbeat;
    this.#events = events;
  }

  /** Sweeps the tables. One worker does a small amount alone, since it is done before a second one has signed in. */
  async run(workers: readonly WorkerLinks[], tables: readonly SweepTable[]): Promise<void> {
    this.#groups.push(...sweepGroups(tables));
    if (this.#groups.length === 0) return;
    const bytes = tables.reduce((all, one) => all + one.source.bytes, 0);
    const able = bytes > GROUP_BYTES ? await withRoom(workers) : workers.slice(0, 1);
    for (const end of await Promise.allSettled(able.map((links) => this.#sweepGroups(links))))
      if (end.status === 'rejected') throw end.reason;
  }

  async #sweepGroups(links: WorkerLinks): Promise<void> {
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      if (this.#events.endsHere()) return;
      this.#endUnchanged(await this.#sweepGroup(links, group));
    }
  }

  async #sweepGroup(links: WorkerLinks, group: readonly SweepTable[]): Promise<readonly Checkpoint[]> {
    const { claim, checkpoints } = this.#opened;
    try {
      return await sweep(links, (work) => this.#heartbeat.lend(work), claim, this.#run.batchId, group);
    } catch (error) {
      if (asFailure(error).code === FailureCode.LostLease) this.#events.lostLease();
      // Any of the tables may be the cause, so each is run on its own.
      this.#run.ports.logger.log('info', 'Tables are looked at one by one', { reason: String(error) });
      links.cut();
      // The sweep's commit may have succeeded, so these checkpoints must be read again.
      for (const one of group) checkpoints.delete(one.source.name);
      return [];
    }
  }

  /** Ends the tables in one transaction of the journal, because each commit waits for the disk. */
  #endUnchanged(checkpoints: readonly Checkpoint[]): void {
    const events: EngineEvent[] = [];
    this.#run.journal.together(() => {
      for (const checkpoint of checkpoints) this.#endOne(checkpoint, (event) => events.push(event));
    });
    for (const event of events) this.#run.emit(event);
  }

  #endOne(checkpoint: Checkpoint, emit: Emit): void {
    const recorder = this.#events.take(checkpoint.table, emit);
    if (recorder === undefined) return;
    recorder.started();
    recorder.chosen(Strategy.Changes, 'row_versions');
    this.#events.ended(recorder.completed(checkpoint));
  }
}
