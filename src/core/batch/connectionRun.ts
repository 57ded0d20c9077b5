import type { TableOutcome, TableRow } from '../../shared/contract.ts';
import type { FailureDetail } from '../../shared/errors.ts';
import type { CentralSettings, ConnectionSettings, CursorSettings } from '../../shared/settings.ts';
import type { Strategy } from '../../shared/status.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { WritableJournal } from '../journal/journal.ts';
import { WorkerLinks, withRoom } from '../load/links.ts';
import type { ChunkLimits } from '../load/pass.ts';
import type { Throttle } from '../load/throttle.ts';
import type { Ports } from '../ports.ts';
import { type Link, openLink } from '../postgres/link.ts';
import type { SessionOptions } from '../postgres/session.ts';
import type { SourceOptions } from '../source/openSource.ts';
import type { HiddenHistory, OpenTransaction } from '../source/port.ts';
import { CentralWait } from '../table/centralWait.ts';
import { type RetryPolicy, retryDelay } from '../table/retry.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import type { DeleteRights } from '../target/deleteRights.ts';
import { ForeignKeys } from '../target/foreignKeys.ts';
import type { BranchFacts } from '../target/headOfficeReport.ts';
import { type Claim, claimConnection, type Installation, ownerQuery } from '../target/ownership.ts';
import { setUpCentral } from '../target/setup.ts';
import { placeOf } from '../target/target.ts';
import { asFailure } from '../unexpected.ts';
import { allOf } from './allOf.ts';
import {
  tellChildren,
  tellHiddenHistory,
  tellLostRecords,
  tellMerged,
  tellNotice,
  tellStaleBackends,
  tellUnlogged,
  transactionNotices,
} from './batchNotices.ts';
import { releaseAndReport, reportUnread } from './branchReport.ts';
import { CentralReading } from './centralReading.ts';
import { noteCompareDue, tellCompareDue } from './compareDue.ts';
import { tellDroppedColumns } from './droppedColumns.ts';
import { Heartbeat } from './heartbeat.ts';
import { journalClaims, journalServerRuns } from './journalMemory.ts';
import { makeNewTables } from './newTables.ts';
import { type Emit, JournalRecorder, tellCentralWait } from './recorder.ts';
import type { RunTraffic } from './runTraffic.ts';
import type { SpareLinks } from './spareLinks.ts';
import { sweepCandidates } from './sweep.ts';
import { Sweeps } from './sweepRun.ts';
import { TableQueue } from './tableQueue.ts';
import { TableTurns } from './tableTurns.ts';
import { withRights } from './writtenTables.ts';

/** Maximum number of connections to run at a time. A branch has one, rarely two. */
export const PARALLEL_CONNECTIONS = 4;

/** What all connections of a run share. */
export interface RunContext {
  readonly ports: Ports;
  readonly journal: WritableJournal;
  readonly emit: Emit;
  /** The user-data folder. */
  readonly folder: string;
  readonly installation: Installation;
  readonly central: CentralSettings;
  /** The ids of all connections in the settings. */
  readonly connections: readonly string[];
  readonly limits: ChunkLimits;
  readonly retry: RetryPolicy;
  /** Shared by all connections, because they share the link. */
  readonly throttle: Throttle;
  readonly traffic: RunTraffic;
  readonly parallelTables: number;
  /** Whether an exported file is the source. Such a run has an installation id of its own. */
  readonly imports: boolean;
  /** Null for a single-table run. */
  readonly batchId: string | null;
  readonly allowDeletes: boolean;
  /** Connections whose source may be another one than before, as a person has confirmed. */
  readonly acceptSources: readonly string[];
  readonly stop: AbortSignal;
  readonly halt: AbortSignal;
  /** Sessions that are open already, where some were kept. */
  readonly spare?: SpareLinks | undefined;
  /** @param rows the connection's tables of the running batch */
  branchFacts(connection: string, rows: readonly TableRow[]): BranchFacts;
  sessionOptions(connection: ConnectionSettings): {
    readonly source: SourceOptions;
    readonly central: SessionOptions;
  };
}

/** One table to run. */
export interface ConnectionTable {
  readonly table: string;
  /** Null where the source does not have it. */
  readonly shape: TableShape | null;
  readonly strategy: Strategy | null;
  readonly cursor: CursorSettings | null;
  readonly mayDelete: boolean;
  /** See {@link Selected.nearest}. */
  readonly nearest?: string;
  /** Stands for all tables of the connection: see {@link TableRow.all_tables}. */
  readonly allTables?: true;
}

export interface ConnectionWork {
  readonly connection: ConnectionSettings;
  readonly identity: string | null;
  readonly hidden: HiddenHistory | null;
  readonly tables: readonly ConnectionTable[];
  /** Tables that are not to be run, but may be re-synced if foreign keys tie them to `tables`. */
  readonly others: readonly ConnectionTable[];
  /** Why the source's catalogue could not be read; null if it was read. */
  readonly failure: FailureDetail | null;
  /** The oldest open transaction at the source. */
  readonly transaction: OpenTransaction | null;
  /** See {@link SourcePlan.there}. */
  readonly there: readonly string[] | null;
}

export interface ConnectionEnd {
  readonly outcomes: readonly TableOutcome[];
  /** Another installation has claimed the connection during the run. */
  readonly lostLease: boolean;
}

/** Runs the tables of one connection, `parallelTables` at a time, in the order of {@link TableQueue}. */
export async function runConnection(run: RunContext, work: ConnectionWork): Promise<ConnectionEnd> {
  return new ConnectionRun(run, work).run();
}

class ConnectionRun {
  readonly #run: RunContext;
  readonly #work: ConnectionWork;
  readonly #queue: TableQueue;
  readonly #outcomes: TableOutcome[] = [];
  /**
   * The open circuit: once a server does not answer, all remaining tables fail with this at once instead of waiting for
   * a time-out each.
   */
  #open: FailureDetail | null = null;
  #lostLease = false;
  /** Something failed that is no table's fault (the journal cannot be written), so no further table is started. */
  #broken = false;

  constructor(run: RunContext, work: ConnectionWork) {
    this.#run = run;
    this.#work = work;
    this.#queue = new TableQueue(work.tables, new ForeignKeys([]));
  }

  async run(): Promise<ConnectionEnd> {
    // A failure after a stop comes from the stop itself, so nothing has failed.
    if (this.#work.failure !== null && !this.#run.stop.aborted) this.#openCircuit(this.#work.failure);
    this.#tellTransaction();
    const opened = this.#open === null && this.#work.tables.length > 0 ? await this.#prepare() : null;
    if (opened === null) {
      this.#failRest();
      await reportUnread(this.#run, this.#work);
      return this.#end();
    }
    const heartbeat = this.#startHeartbeat(opened);
    try {
      this.#queue.follow(opened.keys);
      await this.#runTables(opened, heartbeat);
      this.#failRest();
    } finally {
      await heartbeat.letGo(releaseAndReport(this.#run, opened.claim, this.#lostLease));
    }
    return this.#end();
  }

  #tellTransaction(): void {
    const { journal, ports } = this.#run;
    const { connection, transaction } = this.#work;
    for (const notice of transactionNotices(journal, ports.clock, connection.id, transaction)) {
      tellNotice(this.#run, connection.id, null, notice);
    }
  }

  #end(): ConnectionEnd {
    return { outcomes: this.#outcomes, lostLease: this.#lostLease };
  }

  /** Connects to central, sets it up and claims the connection; null where that failed or the run was stopped. */
  async #prepare(): Promise<Prepared | null> {
    const { ports, retry, stop } = this.#run;
    const wait = new CentralWait(this.#run, (state) =>
      tellCentralWait(this.#run, { batchId: this.#run.batchId, connection: this.#work.connection.id }, state),
    );
    let failures = 0;
    for (;;) {
      if (stop.aborted) return null;
      try {
        const prepared = await this.#prepareOnce();
        wait.over();
        return prepared;
      } catch (error) {
        const failure = asFailure(error, ports.logger);
        const waited = await wait.after(failure);
        if (waited === 'again' || waited === 'stopped') {
          // A server that refuses us does answer.
          failures = 0;
          continue;
        }
        const delay = waited === 'given_up' ? null : retryDelay(retry, failure, failures, ports.random);
        if (delay === null) {
          wait.over();
          this.#openCircuit(failure);
          return null;
        }
        failures++;
        await ports.clock.sleep(delay, stop).catch(() => {});
      }
    }
  }

  async #prepareOnce(): Promise<Prepared> {
    const { ports, installation, central } = this.#run;
    const { connection, identity } = this.#work;
    const place = placeOf(central, connection);
    const begun = await this.#run.spare?.takeCentral(connection.id);
    const link = begun ?? (await openLink(this.#run.sessionOptions(connection).central));
    try {
      const owner = await setUpCentral(link.session, [ownerQuery(connection.id)]);
      const reading = new CentralReading(this.#run, this.#work, link, place.schema);
      const claim = await claimConnection(link.session, ports.clock, installation, connection.id, identity, {
        acceptsIdentity: this.#run.acceptSources.includes(connection.id),
        hidden: this.#work.hidden,
        memory: journalClaims(this.#run, connection.id),
        place,
        owner: owner?.at(-1),
        next: reading.statements,
      });
      tellStaleBackends(this.#run, claim);
      tellHiddenHistory(this.#run, connection.id, this.#work.hidden);
      const { written, ...state } = await reading.read(claim, claim.answers ?? null);
      const { existing, checkpoints } = state;
      tellMerged(this.#run, connection.id, written);
      tellUnlogged(this.#run, connection.id, existing);
      tellChildren(this.#run, this.#work, existing);
      tellDroppedColumns(this.#run, this.#work, existing);
      const areLost = tellLostRecords(this.#run, claim, [...checkpoints.values()]);
      if (areLost) noteCompareDue(this.#run, connection.id);
      tellCompareDue(this.#run, connection.id);
      const refused = new Set(state.rights.refused.keys());
      const { shapes, created } = await makeNewTables(this.#run, this.#work, link, existing, refused);
      return { claim, link, ...state, created, existing: [...existing, ...shapes] };
    } catch (error) {
      link.session.destroy();
      throw error;
    }
  }

  #startHeartbeat({ claim, link }: Prepared): Heartbeat {
    const open = (): Promise<Link> => openLink(this.#run.sessionOptions(this.#work.connection).central);
    return new Heartbeat(claim, link, open, this.#run.ports, () => {
      this.#lostLease = true;
    });
  }

  async #runTables(opened: Prepared, heartbeat: Heartbeat): Promise<void> {
    const { ports, journal } = this.#run;
    const options = this.#run.sessionOptions(this.#work.connection);
    const runs = journalServerRuns(journal, ports.logger, this.#work.connection.id);
    const spare = (await this.#run.spare?.take(this.#work.connection.id)) ?? null;
    let working = false;
    const workers = Array.from(
      { length: Math.min(this.#run.parallelTables, this.#work.tables.length) },
      (_, index) =>
        new WorkerLinks(
          ports.clock,
          options.source,
          options.central,
          runs,
          index === 0 ? spare : null,
          null,
          // At the start one worker is enough; later, a second one may have a table to finish.
          () => (index === 0 || working ? heartbeat.handOver() : null),
        ),
    );
    const cut = (): void => {
      for (const links of workers) links.cut();
      heartbeat.cut();
    };
    this.#run.halt.addEventListener('abort', cut);
    try {
      const { checkpoints, created, rights } = opened;
      const existing = opened.existing.filter(({ name }) => !created.has(name));
      const { central, batchId } = this.#run;
      const left = this.#queue.left.flatMap((one) => withRights(one, rights) ?? []);
      const candidates = sweepCandidates(central, batchId, left, existing, checkpoints);
      const sweeps = this.#sweeps(opened, heartbeat);
      await sweeps.run(workers, candidates);
      const [first] = workers;
      const { schema } = placeOf(central, this.#work.connection);
      if (first !== undefined) await sweeps.loadNew(first, left, schema);
      // One worker is enough for tables noted as rewritten. It signs in only if there are any.
      const isOver = this.#queue.left.length === 0 || this.#endsHere();
      const able = isOver ? workers.slice(0, 1) : await withRoom(workers);
      const turns = this.#turns(opened);
      working = true;
      await allOf(able.map((links) => this.#worker(links, turns)));
      const [links] = able;
      if (links === undefined) return;
      await turns.removeHeld(links, (table) => this.#queue.depth(table));
      await turns.compareRewritten(links);
    } finally {
      this.#run.halt.removeEventListener('abort', cut);
      await Promise.all(workers.map((links) => links.close()));
    }
  }

  #sweeps(opened: Prepared, heartbeat: Heartbeat): Sweeps {
    return new Sweeps(this.#run, opened, heartbeat, {
      endsHere: () => this.#endsHere(),
      left: () => this.#queue.left.length,
      lostLease: () => {
        this.#lostLease = true;
      },
      take: (table, emit) => {
        const next = this.#queue.remove(table);
        return next === undefined ? undefined : this.#recorder(next, emit);
      },
      ended: (outcome) => void this.#outcomes.push(outcome),
    });
  }

  #turns(opened: Prepared): TableTurns {
    return new TableTurns(this.#run, this.#work, opened, {
      endsHere: () => this.#endsHere(),
      ended: (outcome) => void this.#outcomes.push(outcome),
      unreachable: (failure) => this.#openCircuit(failure),
      circuit: () => this.#open,
      lostLease: () => {
        this.#lostLease = true;
      },
    });
  }

  async #worker(links: WorkerLinks, turns: TableTurns): Promise<void> {
    for (;;) {
      const next = await this.#queue.take(() => this.#endsHere());
      if (next === undefined) return;
      try {
        await turns.run(links, next, this.#recorder(next));
      } catch (error) {
        this.#broken = true;
        throw error;
      } finally {
        this.#queue.ended(next.table);
      }
    }
  }

  #endsHere(): boolean {
    return this.#run.stop.aborted || this.#lostLease || this.#broken || this.#open !== null;
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
    for (const next of this.#queue.drain()) this.#outcomes.push(this.#recorder(next).failed(failure));
  }

  #recorder(next: ConnectionTable, emit = this.#run.emit): JournalRecorder {
    const { journal, ports, batchId } = this.#run;
    const ref = { batchId, connection: this.#work.connection.id, table: next.table };
    return new JournalRecorder(journal, emit, ports.clock, ref, next.shape?.estimatedRows ?? null);
  }
}

/** State of central once the connection is claimed and the catalogue is read. */
export interface Prepared {
  readonly claim: Claim;
  /** The session that made the claim. */
  readonly link: Link;
  /** The foreign keys that head office has put on its tables. */
  readonly keys: ForeignKeys;
  readonly existing: readonly TableShape[];
  /** Names of those that were made just now, and so were empty. */
  readonly created: ReadonlySet<string>;
  /** Checkpoints as the claim read them. A table whose checkpoint may have changed since is removed. */
  readonly checkpoints: Map<string, Checkpoint>;
  readonly rights: DeleteRights;
  /** See {@link CentralState.followers}. */
  readonly followers: number;
}
