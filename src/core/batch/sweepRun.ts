import type { EngineEvent, TableOutcome } from '../../shared/contract.ts';
import { FailureCode } from '../../shared/errors.ts';
import type { Notice } from '../../shared/notices.ts';
import { Strategy } from '../../shared/status.ts';
import { type WorkerLinks, withRoom } from '../load/links.ts';
import type { Side } from '../postgres/classifyError.ts';
import type { Link } from '../postgres/link.ts';
import type { Timeouts } from '../postgres/session.ts';
import type { SourceConnection } from '../source/port.ts';
import { type WatchedLinks, type WatchedTools, watched } from '../table/watchdog.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { moveUnchanged } from '../target/manyCheckpoints.ts';
import { asFailure } from '../unexpected.ts';
import { allOf } from './allOf.ts';
import { tellNotice } from './batchNotices.ts';
import type { ConnectionTable, Prepared, RunContext } from './connectionRun.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Emit, JournalRecorder } from './recorder.ts';
import { isOtherCount, type PipelineRun, sendTogether } from './sendTogether.ts';
import { changedTables, newTables, type SmallTable } from './smallTables.ts';
import { GROUP_BYTES, merged, type SweepTable, sweep, sweepGroups, type Unchanged } from './sweep.ts';

/** Callbacks to the connection's run. */
export interface SweepEvents {
  /** Whether no further table may be swept. */
  endsHere(): boolean;
  /** Number of tables that nobody has taken yet. */
  left(): number;
  lostLease(): void;
  /** Takes a table out of the queue; undefined where it was taken already. */
  take(table: string, emit: Emit): JournalRecorder | undefined;
  ended(outcome: TableOutcome): void;
}

type SweepTools = WatchedTools &
  Pick<PipelineRun, 'atCentral'> & {
    /** See {@link Heartbeat.lendLast}. */
    lastAtCentral<T>(work: (central: Link, releases: boolean) => Promise<T>): Promise<T>;
  };

/**
 * Sweeps a connection's possibly unchanged tables before any table has its own turn: see {@link sweep}. What has changed a
 * little, and small tables that were just made, are then sent together: see {@link sendTogether}. At central it uses the
 * session that has claimed the connection, and needs no other.
 */
export class Sweeps {
  readonly #run: RunContext;
  readonly #opened: Prepared;
  readonly #heartbeat: Heartbeat;
  readonly #events: SweepEvents;
  readonly #groups: (readonly SweepTable[])[] = [];
  readonly #ended = new Set<string>();
  readonly #found: Unchanged[] = [];

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
    await allOf(able.map((links) => this.#sweepGroups(links)));
    const [links] = able;
    if (links === undefined) return;
    for (const one of merged(this.#found)) await this.#move(links, one);
  }

  async #sweepGroups(links: WorkerLinks): Promise<void> {
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      if (this.#events.endsHere()) return;
      const found = await this.#sweepGroup(links, group);
      if (found !== null) this.#found.push(found);
      await this.#sendSmallChanges(links, group, found);
    }
  }

  async #sweepGroup(links: WorkerLinks, group: readonly SweepTable[]): Promise<Unchanged | null> {
    try {
      return await this.#watched(links, namesOf(group), (tools) =>
        sweep(tools.links, tools.atCentral, this.#opened.claim, group),
      );
    } catch (error) {
      links.cut();
      this.#giveUp(
        error,
        group.map((one) => one.source.name),
      );
      return null;
    }
  }

  /** Moves the unchanged tables' checkpoints in one transaction, and ends the tables. */
  async #move(links: WorkerLinks, found: Unchanged): Promise<void> {
    const { claim, checkpoints, followers } = this.#opened;
    const names = found.tables.map(({ table }) => table);
    const dealtWith = [...names, ...this.#ended].filter((table) => checkpoints.get(table)?.follows);
    // Each that is left behind is written: a run of a few tables writes those few instead.
    const others = followers - dealtWith.length;
    const follow = others * 2 <= names.length;
    const move = ({ session }: Link, releases: boolean): Promise<readonly Checkpoint[]> =>
      moveUnchanged(session, claim, this.#run.batchId, { ...found, follow, others, releases });
    // Nothing else has been written and nothing is left to do, so the claim need not be released by a transaction of its own.
    const isLast = follow && this.#ended.size === 0 && this.#events.left() === names.length;
    try {
      const moved = await this.#watched(links, names, ({ atCentral, lastAtCentral }) =>
        isLast ? lastAtCentral(move) : atCentral((link) => move(link, false)),
      );
      this.#endAll(moved);
    } catch (error) {
      this.#giveUp(error, names);
    }
  }

  /** Leaves tables to their own turns: one of them may be the cause. */
  #giveUp(error: unknown, tables: readonly string[]): void {
    if (asFailure(error).code === FailureCode.LostLease) this.#events.lostLease();
    this.#run.ports.logger.log('info', 'Tables are looked at one by one', { reason: String(error) });
    // A commit may have succeeded, so these checkpoints must be read again.
    for (const one of tables) this.#opened.checkpoints.delete(one);
  }

  /** Sends the group's tables that have changed a little; all others are left for their own turns. */
  async #sendSmallChanges(
    links: WorkerLinks,
    group: readonly SweepTable[],
    found: Unchanged | null,
  ): Promise<void> {
    const { checkpoints, existing, keys } = this.#opened;
    const unchanged = new Set(found?.tables.map(({ table }) => table));
    const left = group.filter(({ source }) => checkpoints.has(source.name) && !unchanged.has(source.name));
    await this.#send(links, changedTables(left, existing, keys));
  }

  /** Loads the small ones of the tables that were just made. */
  async loadNew(links: WorkerLinks, tables: readonly ConnectionTable[], schema: string): Promise<void> {
    const { layout } = this.#run.central;
    if (layout === 'merge') return;
    await this.#send(links, newTables(tables, this.#opened, schema, layout !== 'schema'));
  }

  async #send(links: WorkerLinks, tables: readonly SmallTable[]): Promise<void> {
    if (tables.length === 0 || this.#events.endsHere()) return;
    // A pooler may give each transaction of a pipeline another session.
    if (this.#opened.link.session.pooled) return;
    const { checkpoints, claim } = this.#opened;
    const { batchId, allowDeletes, stop, traffic } = this.#run;
    const { chunkRows } = this.#run.limits;
    const note = traffic.ofPipeline(claim.connection);
    const { clock } = this.#run.ports;
    let since = clock.monotonic();
    const local = new LocalWork();
    const done = (checkpoint: Checkpoint, sent: number): void => {
      // Tables of a pipeline are committed one after the other: each took as long as it came after the last one.
      const now = clock.monotonic();
      local.do(() => {
        this.#endAll([checkpoint], checkpoint.strategy ?? Strategy.Changes, now - since);
        note(checkpoint.table, sent);
      });
      since = now;
    };
    const common = { connection: claim.connection, batchId, allowDeletes, chunkRows, stop, done };
    try {
      const { unsure, failure } = await this.#watched(links, namesOf(tables), (tools) =>
        sendTogether({ ...common, ...tools }, tables),
      );
      for (const one of unsure) checkpoints.delete(one);
      if (failure === null) return;
      this.#tell(failure);
      await this.#heartbeat.mend();
    } catch (error) {
      links.cut();
      for (const { source } of tables) checkpoints.delete(source.name);
      this.#tell(error);
      await this.#heartbeat.mend().catch(() => {});
    } finally {
      local.throwFailure();
    }
  }

  /** Runs work on several tables, which is cut if nothing moves: then each of them has its own turn. */
  async #watched<T>(
    links: WorkerLinks,
    names: readonly string[],
    work: (tools: SweepTools) => Promise<T>,
  ): Promise<T> {
    const { throttle, ports } = this.#run;
    const { connection } = this.#opened.claim;
    const all = new SweepLinks(links, this.#heartbeat);
    const tell = (notice: Notice): void => tellNotice(this.#run, connection, null, notice);
    const watch = { links: all, throttle, logger: ports.logger, connection, table: names.join(', '), tell };
    let isOver = false;
    const mayBegin = (): void => {
      if (isOver) throw new Error('this attempt was given up');
    };
    const atCentral: PipelineRun['atCentral'] = (done) =>
      this.#heartbeat.lend((central) => {
        mayBegin();
        return done(central);
      });
    const lastAtCentral: SweepTools['lastAtCentral'] = (done) =>
      this.#heartbeat.lendLast((central, releases) => {
        mayBegin();
        return done(central, releases);
      });
    try {
      return await watched(watch, (tools) => work({ ...tools, atCentral, lastAtCentral }));
    } finally {
      isOver = true;
    }
  }

  /** Logs why tables are left for their own turns, which find out what the failure means for each. */
  #tell(failure: unknown): void {
    if (asFailure(failure).code === FailureCode.LostLease) this.#events.lostLease();
    if (isOtherCount(failure)) return;
    this.#run.ports.logger.log('info', 'Tables are run one by one', { reason: String(failure) });
  }

  /** Ends the tables in one transaction of the journal, because each commit waits for the disk. */
  #endAll(checkpoints: readonly Checkpoint[], strategy: Strategy = Strategy.Changes, msAgo = 0): void {
    const events: EngineEvent[] = [];
    this.#run.journal.together(() => {
      for (const checkpoint of checkpoints)
        this.#endOne(checkpoint, { strategy, msAgo }, (event) => events.push(event));
    });
    for (const event of events) this.#run.emit(event);
  }

  #endOne(
    checkpoint: Checkpoint,
    { strategy, msAgo }: { readonly strategy: Strategy; readonly msAgo: number },
    emit: Emit,
  ): void {
    const recorder = this.#events.take(checkpoint.table, emit);
    this.#ended.add(checkpoint.table);
    if (recorder === undefined) return;
    recorder.started(msAgo);
    recorder.chosen(strategy, strategy === Strategy.Full ? 'first_load' : 'row_versions');
    // An unchanged table has no progress to report.
    if (checkpoint.processed + checkpoint.skipped > 0) recorder.committed(checkpoint);
    this.#events.ended(recorder.completed(checkpoint));
  }
}

function namesOf(tables: readonly { readonly source: { readonly name: string } }[]): readonly string[] {
  return tables.map(({ source }) => source.name);
}

/** A worker's connections, and the session to central that a sweep borrows. */
class SweepLinks implements WatchedLinks {
  readonly #links: WorkerLinks;
  readonly #heartbeat: Heartbeat;

  constructor(links: WorkerLinks, heartbeat: Heartbeat) {
    this.#links = links;
    this.#heartbeat = heartbeat;
  }

  get timeouts(): Timeouts {
    return this.#links.timeouts;
  }

  get moved(): number {
    return this.#links.moved + this.#heartbeat.moved;
  }

  get opening(): boolean {
    return this.#links.opening || this.#heartbeat.opening;
  }

  source(): Promise<SourceConnection> {
    return this.#links.source();
  }

  central(): Promise<Link> {
    return this.#links.central();
  }

  async atWork(): Promise<Side | false | null> {
    const [own, borrowed] = await Promise.all([this.#links.atWork(), this.#heartbeat.isAtWork()]);
    if (own === 'source' || own === 'central') return own;
    return borrowed === true ? 'central' : own === null || borrowed === null ? null : false;
  }

  cut(): void {
    this.#links.cut();
    this.#heartbeat.cut();
  }
}

/**
 * Writes to the journal in the middle of a pipeline. If that fails, no table's own turn can help: the run has to fail, and
 * not only the pipeline.
 */
class LocalWork {
  #failure: { readonly error: unknown } | null = null;

  do(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}
