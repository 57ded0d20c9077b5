import type { EngineEvent, TableOutcome } from '../../shared/contract.ts';
import type { FailureDetail } from '../../shared/errors.ts';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { CentralSettings, ConnectionSettings, CursorSettings } from '../../shared/settings.ts';
import { Strategy } from '../../shared/status.ts';
import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import { readCheckpoints } from '../central/checkpoints.ts';
import {
  beat,
  type Claim,
  claimConnection,
  HEARTBEAT_MS,
  type Installation,
  release,
} from '../central/ownership.ts';
import { setUpCentral } from '../central/setup.ts';
import { targetSchema } from '../central/target.ts';
import { beginCentral } from '../central/transaction.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ports } from '../ports.ts';
import type { SessionOptions } from '../postgres/session.ts';
import { openLink, WorkerLinks, withRoom } from '../sync/links.ts';
import type { ChunkLimits, Link } from '../sync/pass.ts';
import { type RetryPolicy, retryDelay } from '../sync/retry.ts';
import { type SweepTable, sweep, sweepGroups } from '../sync/sweep.ts';
import { asFailure, runTable, type TableRunner } from '../sync/tableRun.ts';
import type { Throttle } from '../sync/throttle.ts';
import { type Emit, JournalRecorder } from './recorder.ts';
import { sweepCandidates } from './sweepCandidates.ts';

/** What all connections of a run share. */
export interface RunContext {
  readonly ports: Ports;
  readonly journal: Journal;
  readonly emit: Emit;
  readonly installation: Installation;
  readonly central: CentralSettings;
  readonly limits: ChunkLimits;
  readonly retry: RetryPolicy;
  /** Shared by all connections: they share the link. */
  readonly throttle: Throttle;
  readonly parallelTables: number;
  /** Null for a table alone. */
  readonly batchId: string | null;
  readonly allowDeletes: boolean;
  /** Connections whose source may be another than before: a person has said so. */
  readonly acceptSources: readonly string[];
  readonly stop: AbortSignal;
  readonly halt: AbortSignal;
  sessionOptions(connection: ConnectionSettings): {
    readonly source: SessionOptions;
    readonly central: SessionOptions;
  };
}

/** One table to do. */
export interface ConnectionTable {
  readonly table: string;
  /** Null where the source does not have it. */
  readonly shape: TableShape | null;
  readonly strategy: Strategy | null;
  readonly cursor: CursorSettings | null;
  readonly mayDelete: boolean;
}

export interface ConnectionWork {
  readonly connection: ConnectionSettings;
  readonly identity: string;
  readonly tables: readonly ConnectionTable[];
  /** Why the source could not even be looked at. */
  readonly failure: FailureDetail | null;
}

export interface ConnectionEnd {
  readonly outcomes: readonly TableOutcome[];
  /** Somebody else has taken the connection over in the middle of the run. */
  readonly lostLease: boolean;
}

/** Runs the tables of one connection, `parallelTables` at a time, the largest first. */
export async function runConnection(run: RunContext, work: ConnectionWork): Promise<ConnectionEnd> {
  return new ConnectionRun(run, work).run();
}

class ConnectionRun {
  readonly #run: RunContext;
  readonly #work: ConnectionWork;
  readonly #queue: ConnectionTable[];
  readonly #groups: (readonly SweepTable[])[] = [];
  readonly #outcomes: TableOutcome[] = [];
  /**
   * The circuit: once a server does not answer, all tables that are left fail with this at once instead
   * of waiting out a time-out each.
   */
  #open: FailureDetail | null = null;
  #lostLease = false;
  /** Something failed that is no table's fault (the journal cannot be written): no new table is begun. */
  #broken = false;
  /** The connection to central that claims and gives signs of life; null before the claim. */
  #control: Link | null = null;
  /** A sign of life that comes back late opens no connection that nobody would close. */
  #letGone = false;

  constructor(run: RunContext, work: ConnectionWork) {
    this.#run = run;
    this.#work = work;
    // The longest first: two workers then end at about the same time.
    this.#queue = [...work.tables].sort((a, b) => (b.shape?.bytes ?? 0) - (a.shape?.bytes ?? 0));
  }

  async run(): Promise<ConnectionEnd> {
    if (this.#work.failure !== null) this.#openCircuit(this.#work.failure);
    const opened = this.#open === null && this.#queue.length > 0 ? await this.#prepare() : null;
    if (opened === null) {
      this.#failRest();
      return this.#end();
    }
    const heart = this.#startHeart(opened.claim);
    try {
      await this.#runTables(opened);
      this.#failRest();
    } finally {
      clearInterval(heart);
      await this.#letGo(opened.claim);
    }
    return this.#end();
  }

  async #letGo(claim: Claim): Promise<void> {
    this.#letGone = true;
    const session = this.#control?.session;
    if (session === undefined) return;
    if (!session.lost) await release(session, claim).catch(() => {});
    await session.close();
  }

  #end(): ConnectionEnd {
    return { outcomes: this.#outcomes, lostLease: this.#lostLease };
  }

  /** Opens central, sets it up, and claims the connection; null where that failed or the run was stopped. */
  async #prepare(): Promise<Prepared | null> {
    const { ports, retry, stop } = this.#run;
    for (let failures = 0; ; failures++) {
      if (stop.aborted) return null;
      try {
        return await this.#prepareOnce();
      } catch (error) {
        const failure = asFailure(error);
        const delay = retryDelay(retry, failure, failures, ports.random);
        if (delay === null) {
          this.#openCircuit(failure);
          return null;
        }
        await ports.clock.sleep(delay, stop).catch(() => {});
      }
    }
  }

  async #prepareOnce(): Promise<Prepared> {
    const { ports, installation, central, emit } = this.#run;
    const { connection, identity } = this.#work;
    const link = await openLink(this.#run.sessionOptions(connection).central);
    try {
      await setUpCentral(link.session);
      const claim = await claimConnection(
        link.session,
        ports.clock,
        installation,
        connection.id,
        identity,
        this.#run.acceptSources.includes(connection.id),
      );
      if (claim.ghosts > 0) {
        this.#run.journal.logEvent('ghosts_ended', {
          connection: connection.id,
          detail: { count: claim.ghosts },
        });
        emit({ type: 'ghosts_ended', connection: connection.id, count: claim.ghosts });
      }
      const names = this.#work.tables.map((one) => one.table);
      await link.session.script(beginCentral(link.session, link.version, connection.id));
      const existing = await readTables(link.session, link.version, targetSchema(central, connection), names);
      const checkpoints = await readCheckpoints(link.session, claim, names);
      await link.session.query('COMMIT');
      this.#control = link;
      return { claim, existing, checkpoints };
    } catch (error) {
      link.session.destroy();
      throw error;
    }
  }

  /** Signs of life, so that no other installation takes the connection for abandoned. */
  #startHeart(claim: Claim): NodeJS.Timeout {
    let beating = false;
    const beatOnce = async (): Promise<void> => {
      // On a bad link one may take longer than the time between two.
      if (beating) return;
      beating = true;
      try {
        if (this.#control?.session.lost !== false) {
          const link = await openLink(this.#run.sessionOptions(this.#work.connection).central);
          if (this.#letGone) return link.session.destroy();
          this.#control = link;
        }
        await beat(this.#control.session, claim);
      } catch (error) {
        // The next chunk's checkpoint finds out in any case; this finds out sooner.
        if (asFailure(error).code === FailureCode.LostLease) this.#lostLease = true;
        this.#run.ports.logger.log('warn', 'The sign of life at central failed', { error: String(error) });
      } finally {
        beating = false;
      }
    };
    const timer = setInterval(beatOnce, HEARTBEAT_MS);
    timer.unref();
    return timer;
  }

  async #runTables(opened: Prepared): Promise<void> {
    const options = this.#run.sessionOptions(this.#work.connection);
    const workers = Array.from(
      { length: Math.min(this.#run.parallelTables, this.#queue.length) },
      () => new WorkerLinks(this.#run.ports.clock, options.source, options.central),
    );
    const cut = (): void => {
      for (const links of workers) links.cut();
    };
    this.#run.halt.addEventListener('abort', cut);
    try {
      const { existing, checkpoints } = opened;
      const candidates = sweepCandidates(
        this.#run.central,
        this.#run.batchId,
        this.#queue,
        existing,
        checkpoints,
      );
      this.#groups.push(...sweepGroups(candidates));
      const able = await withRoom(workers);
      await allOf(able.map((links) => this.#sweepAll(links, opened)));
      await allOf(able.map((links) => this.#worker(links, opened)));
    } finally {
      this.#run.halt.removeEventListener('abort', cut);
      await Promise.all(workers.map((links) => links.close()));
    }
  }

  async #worker(links: WorkerLinks, { claim, existing, checkpoints }: Prepared): Promise<void> {
    try {
      while (!this.#endsHere()) {
        const next = this.#queue.shift();
        if (next === undefined) return;
        await this.#runTable(
          links,
          claim,
          next,
          existing.find((one) => one.name === next.table),
          checkpoints.get(next.table) ?? null,
        );
      }
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  #endsHere(): boolean {
    return this.#run.stop.aborted || this.#lostLease || this.#broken || this.#open !== null;
  }

  async #sweepAll(links: WorkerLinks, opened: Prepared): Promise<void> {
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      if (this.#endsHere()) return;
      this.#endUnchanged(await this.#sweepGroup(links, opened, group));
    }
  }

  async #sweepGroup(
    links: WorkerLinks,
    { claim, checkpoints }: Prepared,
    group: readonly SweepTable[],
  ): Promise<readonly Checkpoint[]> {
    try {
      return await sweep(links, claim, this.#run.batchId, group);
    } catch (error) {
      if (asFailure(error).code === FailureCode.LostLease) this.#lostLease = true;
      // Any table may be at fault: each finds out for itself.
      this.#run.ports.logger.log('info', 'Tables are looked at one by one', { reason: String(error) });
      links.cut();
      // What the sweep was committing may have arrived.
      for (const one of group) checkpoints.delete(one.source.name);
      return [];
    }
  }

  /** In one transaction of the journal: on most days this is all the work, and each commit waits for the disk. */
  #endUnchanged(checkpoints: readonly Checkpoint[]): void {
    const events: EngineEvent[] = [];
    this.#run.journal.together(() => {
      for (const checkpoint of checkpoints) this.#endOne(checkpoint, (event) => events.push(event));
    });
    for (const event of events) this.#run.emit(event);
  }

  #endOne(checkpoint: Checkpoint, emit: Emit): void {
    const at = this.#queue.findIndex((one) => one.table === checkpoint.table);
    const [next] = at < 0 ? [] : this.#queue.splice(at, 1);
    if (next === undefined) return;
    const recorder = this.#recorder(next, emit);
    recorder.started();
    recorder.chosen(Strategy.Changes, 'row_versions');
    this.#outcomes.push(recorder.completed(checkpoint));
  }

  async #runTable(
    links: WorkerLinks,
    claim: Claim,
    next: ConnectionTable,
    existing: TableShape | undefined,
    checkpoint: Checkpoint | null,
  ): Promise<void> {
    const { ports, central, installation, limits, retry, throttle, stop, halt, batchId, allowDeletes } =
      this.#run;
    const { connection } = this.#work;
    const recorder = this.#recorder(next);
    const { shape } = next;
    if (shape === null) {
      this.#outcomes.push(recorder.skipped('source_table_missing'));
      return;
    }
    const runner: TableRunner = { ports, central, installation, claim, limits, retry, throttle, stop, halt };
    const job = {
      connection,
      source: shape,
      existing,
      checkpoint,
      batchId,
      strategy: next.strategy,
      cursor: next.cursor,
      allowDeletes,
      mayDelete: next.mayDelete,
    };
    try {
      const end = await runTable(runner, links, job, recorder);
      if (end.kind === 'completed') this.#outcomes.push(recorder.completed(end.checkpoint));
      else if (end.kind === 'stopped') this.#outcomes.push(recorder.stopped());
      else {
        this.#outcomes.push(recorder.failed(end.failure));
        if (end.failure.kind === FailureKind.Unreachable) this.#openCircuit(end.failure);
      }
    } catch (error) {
      if (!(error instanceof SyncFailure) || error.detail.code !== FailureCode.LostLease) throw error;
      this.#lostLease = true;
      this.#outcomes.push(recorder.stopped());
    }
  }

  #openCircuit(failure: FailureDetail): void {
    if (this.#open !== null) return;
    this.#open = failure;
    const connection = this.#work.connection.id;
    this.#run.journal.logEvent('circuit_opened', {
      ...(this.#run.batchId === null ? {} : { batchId: this.#run.batchId }),
      connection,
      detail: { code: failure.code, message: failure.message },
    });
    this.#run.emit({ type: 'circuit_opened', connection, failure });
  }

  #failRest(): void {
    const failure = this.#open;
    if (failure === null) return;
    for (const next of this.#queue.splice(0)) this.#outcomes.push(this.#recorder(next).failed(failure));
  }

  #recorder(next: ConnectionTable, emit = this.#run.emit): JournalRecorder {
    const { journal, ports, batchId } = this.#run;
    const ref = { batchId, connection: this.#work.connection.id, table: next.table };
    return new JournalRecorder(journal, emit, ports.clock, ref, next.shape?.estimatedRows ?? null);
  }
}

/** Waits for all, so that none goes on alone, then throws what the first that failed has thrown. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(work)) if (end.status === 'rejected') throw end.reason;
}

interface Prepared {
  readonly claim: Claim;
  readonly existing: readonly TableShape[];
  /** As the claim left them; none for a table of which that may no longer be true. */
  readonly checkpoints: Map<string, Checkpoint>;
}
