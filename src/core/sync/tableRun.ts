import { FailureCode, type FailureDetail } from '../../shared/errors.ts';
import type { Notice } from '../../shared/notices.ts';
import type { CentralSettings, ConnectionSettings, CursorSettings } from '../../shared/settings.ts';
import { Strategy } from '../../shared/status.ts';
import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { anyMine } from '../central/apply.ts';
import { acquireTable, type Checkpoint, centralRefusal, NO_COUNTS } from '../central/checkpoint.ts';
import type { Claim, Installation } from '../central/ownership.ts';
import { prepareTarget } from '../central/prepareTarget.ts';
import { type Target, targetSchema } from '../central/target.ts';
import type { Ports } from '../ports.ts';
import { withRuns } from '../source/serverRuns.ts';
import { closeSnapshot, forTarget, openSnapshot, type Snapshot } from '../source/snapshot.ts';
import { asFailure } from '../unexpected.ts';
import { NO_LIMITS } from './chunk.ts';
import { brakeOf } from './deletes.ts';
import { type Detour, Detours, DUPLICATE, type Relations } from './detours.ts';
import { endOfDeletes } from './endOfPass.ts';
import { explainFailure } from './explainFailure.ts';
import type { WorkerLinks } from './links.ts';
import { noticesOf } from './notices.ts';
import type { ChunkLimits, Lacking, Links, PassContext, PassEnd } from './pass.ts';
import { choosePlan, type PassPlan, runPass } from './plan.ts';
import { lacksRows } from './proof.ts';
import { refusedValue } from './refusedValue.ts';
import { isCancelled, isOurDisk, type RetryPolicy, retryDelay } from './retry.ts';
import { removeStrays, removeStraysFirst } from './strays.ts';
import type { Throttle } from './throttle.ts';
import { type WatchedTools, watched } from './watchdog.ts';

/** One table to run. */
export interface TableJob {
  readonly connection: ConnectionSettings;
  readonly source: TableShape;
  /** The table at central, as the batch found it. */
  readonly existing: TableShape | undefined;
  /** Where it stands, as the claim of the connection left it; null where it is to be read. */
  readonly checkpoint: Checkpoint | null;
  /** The batch it belongs to; null for a table alone. A pass of the same batch goes on where it was. */
  readonly batchId: string | null;
  /** As set for the table or asked for; null lets the engine choose. */
  readonly strategy: Strategy | null;
  readonly cursor: CursorSettings | null;
  /** Whether a person has allowed more deletes than the brake does. */
  readonly allowDeletes: boolean;
  /** Layout `merge`: whether a person has let this connection delete in the shared table. */
  readonly mayDelete: boolean;
  readonly duty: TableDuty;
}

/**
 * What is to be done: the table's own turn (`sync`); the same again for another table's sake (`again`), with the
 * counts going on; or only the deletes that its turn has left (`deletes`).
 */
export type TableDuty = 'sync' | 'again' | 'deletes';

/** Everything that is the same for all tables of a connection's run. */
export interface TableRunner {
  readonly ports: Ports;
  readonly central: CentralSettings;
  readonly installation: Installation;
  readonly claim: Claim;
  readonly limits: ChunkLimits;
  readonly retry: RetryPolicy;
  readonly throttle: Throttle;
  readonly stop: AbortSignal;
  readonly halt: AbortSignal;
  readonly relations: Relations | null;
}

/** Is told what happens; writes it to the journal and emits it. */
export interface TableRecorder {
  started(): void;
  /** How it goes about it, and why. */
  chosen(strategy: Strategy, reason: string): void;
  /** The pass goes on behind rows that central has already. */
  resumed(checkpoint: Checkpoint): void;
  committed(checkpoint: Checkpoint): void;
  retrying(failure: FailureDetail, attempt: number, delayMs: number): void;
  /** Rows gone from the source stay at central: the layout makes removing them unsafe. */
  deletesOff(): void;
  /** What a person should know, although nothing has failed. */
  notice(notice: Notice): void;
}

export type TableEnd =
  | { readonly kind: 'completed'; readonly checkpoint: Checkpoint }
  /** All rows are there; what the branch has removed has to wait for other tables. */
  | { readonly kind: 'deletes_held' }
  | { readonly kind: 'failed'; readonly failure: FailureDetail }
  | { readonly kind: 'stopped' };

/**
 * Brings one table up to date: attempts, with back-off between them, until it is done, stopped, or
 * failed for good. Each attempt goes on where central says that the last one came to.
 *
 * @throws SyncFailure `lost_lease`: the whole connection belongs to somebody else; `local_disk_full`, `journal_failed`
 */
export async function runTable(
  runner: TableRunner,
  links: WorkerLinks,
  job: TableJob,
  recorder: TableRecorder,
): Promise<TableEnd> {
  const attempts = new Attempts(runner, job, recorder);
  const { throttle, ports } = runner;
  const names = { connection: job.connection.id, table: job.source.name };
  const watch = { links, throttle, logger: ports.logger, ...names };
  let failures = 0;
  for (;;) {
    const before = attempts.commits;
    try {
      return await watched(watch, (tools) => attempts.next(tools));
    } catch (error) {
      links.cut();
      if (runner.halt.aborted) return { kind: 'stopped' };
      const met = asFailure(error, runner.ports.logger);
      if (runner.stop.aborted && isCancelled(met)) return { kind: 'stopped' };
      if (met.code === FailureCode.LostLease || isOurDisk(met)) throw error;
      if (attempts.refuseDirect(met) || attempts.mayHaveCrossed(met) || attempts.refuseBinary(error))
        continue;
      const detour = await attempts.detour(met);
      if (detour.kind === 'again') continue;
      if (detour.kind === 'stopped') return detour;
      const { failure } = detour;
      if (attempts.commits > before) failures = 0;
      const delay = retryDelay(runner.retry, failure, failures, runner.ports.random);
      if (delay === null) return { kind: 'failed', failure: await attempts.explain(links, failure, error) };
      failures++;
      recorder.retrying(failure, failures, delay);
      if (!(await pause(runner, delay))) return { kind: 'stopped' };
    }
  }
}

/** @returns false where the run was stopped meanwhile */
async function pause(runner: TableRunner, ms: number): Promise<boolean> {
  await runner.ports.clock.sleep(ms, runner.stop).catch(() => {});
  return !runner.stop.aborted;
}

/** What is kept from attempt to attempt. */
class Attempts {
  readonly #runner: TableRunner;
  #tools: WatchedTools | null = null;
  #job: TableJob;
  readonly #recorder: TableRecorder;
  #first = true;
  #direct = false;
  #directRefused = false;
  #crossed = false;
  #started = false;
  #chosen = false;
  #compared = false;
  #asText = false;
  #lastTarget: Target | null = null;
  readonly #detours: Detours;
  /** Chunks committed so far. */
  commits = 0;

  constructor(runner: TableRunner, job: TableJob, recorder: TableRecorder) {
    this.#runner = runner;
    this.#job = job;
    this.#recorder = recorder;
    this.#detours = new Detours(job.source.name, runner.relations);
    // It was begun and told before.
    this.#started = job.duty === 'deletes';
    this.#chosen = job.duty === 'deletes';
  }

  /** @param tools for this attempt alone: those of one that was given up lead nowhere */
  async next(tools: WatchedTools): Promise<TableEnd> {
    this.#tools = tools;
    if (!this.#started) this.#recorder.started();
    this.#started = true;
    if (!this.#first) this.#job = { ...this.#job, source: await this.#readSource() };
    const first = this.#first;
    const target = await this.#target();
    // The claim has raised the epoch already; after a lost connection it has to be raised again.
    const found = (first ? this.#job.checkpoint : null) ?? (await this.#acquire());
    if (isOwnEnd(found, this.#job)) return { kind: 'completed', checkpoint: found };
    let at = found;
    if (this.#job.duty === 'deletes') {
      const end = await this.#removeHeld(target, found);
      if (end.kind === 'done') return { kind: 'completed', checkpoint: end.checkpoint };
      if (end.kind !== 'lacking') return { kind: 'stopped' };
      at = end.checkpoint;
    }
    for (;;) {
      const snapshot = forTarget(await this.#openSnapshot(), target.print);
      const plan = choosePlan(this.#job, target, at, snapshot);
      if (!this.#chosen)
        for (const one of await noticesOf(this.#job, snapshot, at)) this.#recorder.notice(one);
      const start = await this.#startAt(at, target, plan);
      this.#direct = start.direct;
      const end = await this.#pass(target, snapshot, plan, start);
      if (end.kind === 'done') return { kind: 'completed', checkpoint: end.checkpoint };
      if (end.kind === 'deletes_held') return { kind: 'deletes_held' };
      if (end.kind === 'stopped' || this.#runner.stop.aborted) return { kind: 'stopped' };
      if (end.kind === 'lacking') await this.#mayCompare(target, plan, end);
      at = end.checkpoint;
    }
  }

  get #given(): WatchedTools {
    if (this.#tools === null) throw new Error('no attempt was begun');
    return this.#tools;
  }

  /** Whoever lacks rows is compared, once. @throws SyncFailure where that has brought nothing */
  async #mayCompare(target: Target, { strategy }: PassPlan, lacking: Lacking): Promise<void> {
    if (this.#compared || strategy === Strategy.Compare)
      throw await lacksRows(this.#context(target), lacking);
    this.#compared = true;
  }

  /** What the last attempt knew of the source may be why it failed. */
  async #readSource(): Promise<TableShape> {
    const { schema, name } = this.#job.source;
    const { session, version } = await this.#given.links.source();
    const [source] = await readTables(session, version, schema, [name]);
    if (source === undefined) throw centralRefusal(FailureCode.SourceTableMissing, { table: name });
    return source;
  }

  async #openSnapshot(): Promise<Snapshot> {
    const { session, version } = await this.#given.links.source();
    const snapshot = await openSnapshot(session, version, this.#job.source, this.#job.cursor);
    return { ...snapshot, horizon: withRuns(snapshot.horizon, this.#given.links.runs) };
  }

  /** Whether a direct COPY met rows that were there already, so that the next attempt has to compare. */
  refuseDirect(failure: FailureDetail): boolean {
    const refused = failure.sqlstate === DUPLICATE || failure.code === FailureCode.CentralLacksRows;
    if (!this.#direct || !refused) return false;
    this.#directRefused = true;
    this.#direct = false;
    return true;
  }

  /** A name that is taken may be that of the same table, which another program has just made: looked at once more. */
  mayHaveCrossed({ code }: FailureDetail): boolean {
    if (code !== FailureCode.CentralNameTaken || this.#crossed) return false;
    this.#crossed = true;
    return true;
  }

  /**
   * Whether a value was refused in binary: as text it may pass, and if not, the server shows which one it is.
   */
  refuseBinary(error: unknown): boolean {
    const { format, columns = [] } = this.#lastTarget ?? {};
    if (this.#asText || format !== 'binary' || refusedValue(error, columns)?.text !== null) return false;
    this.#asText = true;
    return true;
  }

  /** See {@link explainFailure}. */
  explain(links: Links, failure: FailureDetail, error: unknown): Promise<FailureDetail> {
    const { connection, source } = this.#job;
    const { central } = this.#runner;
    const table = {
      source,
      targetSchema: targetSchema(central, connection),
      connection: connection.id,
      isShared: central.layout !== 'schema',
    };
    return explainFailure(links, table, failure, error);
  }

  /** See {@link Detours.find}. */
  detour(failure: FailureDetail): Promise<Detour> {
    return this.#detours.find(failure, this.#lastTarget, this.commits);
  }

  async #target(): Promise<Target> {
    const { central } = this.#runner;
    const { connection, source } = this.#job;
    const { session, version } = await this.#given.links.central();
    const schema = targetSchema(central, connection);
    // A failed attempt may have made or changed the table.
    const existing = this.#first
      ? this.#job.existing
      : (await readTables(session, version, schema, [source.name]))[0];
    this.#first = false;
    const target = await prepareTarget(session, version, central, connection, source, existing);
    this.#lastTarget = this.#asText ? { ...target, format: 'text' } : target;
    return this.#lastTarget;
  }

  async #acquire(): Promise<Checkpoint> {
    const { installation, claim } = this.#runner;
    const { session } = await this.#given.links.central();
    return acquireTable(session, installation, claim, this.#job.source.name);
  }

  /** Where the pass begins: behind its own last chunk, or at the start of the table. */
  async #startAt(found: Checkpoint, target: Target, plan: PassPlan): Promise<Checkpoint> {
    if (!this.#chosen) this.#recorder.chosen(plan.strategy, plan.reason);
    this.#chosen = true;
    if (plan.goesOn) {
      if (found.lastKey !== null && this.commits === 0) this.#recorder.resumed(found);
      const resumed = found.resumed || found.lastKey !== null;
      const counts = found.batchId === this.#job.batchId ? {} : NO_COUNTS;
      const direct = found.direct && !this.#directRefused;
      const brake = this.#job.allowDeletes ? brakeOf(found, true) : {};
      return { ...found, ...counts, ...brake, batchId: this.#job.batchId, resumed, direct };
    }
    const full = plan.strategy === Strategy.Full;
    const direct = full && !this.#directRefused && target.plain && (await this.#isEmpty(target));
    // What this batch has written stays written, and counts: a source that came back otherwise than it was is
    // compared, and finds those rows the same.
    const keeps =
      isOwn(found, this.#job) && (this.#job.duty === 'again' || (!direct && found.state === 'running'));
    return {
      ...found,
      ...(keeps ? {} : NO_COUNTS),
      ...brakeOf(found, this.#job.allowDeletes),
      unproven: 0,
      batchId: this.#job.batchId,
      strategy: plan.strategy,
      state: 'running',
      lastKey: null,
      passMark: null,
      resumed: false,
      sourceSnapshotAt: null,
      direct,
      centralRows: direct ? 0 : found.centralRows,
    };
  }

  async #isEmpty(target: Target): Promise<boolean> {
    if (target.created) return true;
    const { session } = await this.#given.links.central();
    const result = await session.query(anyMine(target, this.#job.connection.id), [], session.workMs);
    return result.rows[0]?.any === 'f';
  }

  async #pass(target: Target, snapshot: Snapshot, plan: PassPlan, start: Checkpoint): Promise<PassEnd> {
    const context = this.#context(target);
    if (!context.deletes && !start.direct) this.#recorder.deletesOff();
    const first = context.care.moves && context.deletes && target.key !== null;
    const from = first ? await removeStraysFirst(context, snapshot, start) : start;
    if (from === null) return { kind: 'stopped', checkpoint: start };
    return runPass(context, snapshot, plan, from);
  }

  /** Removes what the table's turn has left, as the source has it by now. */
  async #removeHeld(target: Target, at: Checkpoint): Promise<PassEnd> {
    const context = this.#context(target);
    const snapshot = await this.#openSnapshot();
    const allowed = this.#job.allowDeletes ? { ...at, ...brakeOf(at, true) } : at;
    const end = await removeStrays(context, snapshot, allowed, endOfDeletes);
    if (end.kind === 'stopped') return end;
    context.onCommit(end.checkpoint);
    await closeSnapshot(snapshot);
    return end;
  }

  #context(target: Target): PassContext {
    const { ports, limits, stop } = this.#runner;
    const { links, throttle } = this.#given;
    const { connection, source, allowDeletes, mayDelete } = this.#job;
    // Their own turn has come.
    const holdDeletes = this.#detours.care.holdDeletes && this.#job.duty !== 'deletes';
    const care = { ...this.#detours.care, holdDeletes };
    return {
      links,
      connection: connection.id,
      source,
      target: this.#detours.moving(target),
      limits: care.whole ? NO_LIMITS : limits,
      clock: ports.clock,
      throttle,
      stop,
      deletes: target.layout !== 'merge' || mayDelete,
      allowDeletes,
      care,
      onCommit: (checkpoint) => {
        this.commits++;
        this.#recorder.committed(checkpoint);
      },
    };
  }
}

/** The table was finished in this very batch, but the journal did not hear of it. */
function isOwnEnd(found: Checkpoint, job: TableJob): boolean {
  return job.duty !== 'again' && found.state === 'done' && isOwn(found, job);
}

/** The checkpoint was written by the batch that runs; runs without a batch cannot be told apart. */
function isOwn(found: Checkpoint, job: TableJob): boolean {
  return job.batchId !== null && found.batchId === job.batchId;
}
