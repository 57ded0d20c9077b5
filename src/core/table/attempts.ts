import { centralRefusal, FailureCode, type FailureDetail } from '../../shared/errors.ts';
import { Strategy } from '../../shared/status.ts';
import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { removeOrphanRows, removeOrphanRowsFirst } from '../compare/orphanRows.ts';
import { brakeOf } from '../load/deleteBrake.ts';
import { NO_LIMITS } from '../load/fillChunk.ts';
import type { Lacking, Links, PassContext, PassEnd } from '../load/pass.ts';
import { endOfDeletes, lacksRows } from '../load/proof.ts';
import type { Snapshot } from '../source/port.ts';
import { anyMine, UNEXPECTED_ROWS } from '../target/apply.ts';
import { acquireTable, type Checkpoint, NO_COUNTS } from '../target/checkpoint.ts';
import { prepareTarget } from '../target/prepareTarget.ts';
import { type Target, targetSchema } from '../target/target.ts';
import { ConstraintRecovery, DUPLICATE, type RecoveryStep } from './constraintRecovery.ts';
import { explainFailure } from './explainFailure.ts';
import { refusedValue } from './refusedValue.ts';
import { choosePlan, type PassPlan, runPass } from './strategyChoice.ts';
import type { TableEnd, TableJob, TableRecorder, TableRunner } from './tableRun.ts';
import type { WatchedTools } from './watchdog.ts';

/** Maximum number of re-comparisons of a table in which head office keeps changing rows whenever we write some. */
const MOST_RECHECKS = 3;

/** The attempts at one table, with the state that is kept from one to the next. */
export class Attempts {
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
  /** `seq` of the last checkpoint that noted this table itself as rewritten by head office; null where none did. */
  #ownRewritten: number | null = null;
  /** Other tables that head office's keys and triggers changed when we wrote this one. */
  readonly #rewritten = new Set<string>();
  readonly #onReady: () => void;
  #rechecks = 0;
  #lastTarget: Target | null = null;
  readonly #recovery: ConstraintRecovery;
  /** Chunks committed so far. */
  commits = 0;

  /** @param onReady called when head office has let an attempt in and its table is ready */
  constructor(runner: TableRunner, job: TableJob, recorder: TableRecorder, onReady: () => void) {
    this.#runner = runner;
    this.#job = job;
    this.#recorder = recorder;
    this.#onReady = onReady;
    this.#recovery = new ConstraintRecovery(job.source.name, runner.relations);
    // Its own turn has already reported the start and the strategy.
    this.#started = job.duty === 'deletes';
    this.#chosen = job.duty === 'deletes';
  }

  /**
   * Makes the next attempt.
   *
   * @param tools for this attempt only: those of an attempt that was given up are revoked
   */
  async next(tools: WatchedTools): Promise<TableEnd> {
    this.#tools = tools;
    if (!this.#started) this.#recorder.started();
    this.#started = true;
    if (!this.#first) this.#job = { ...this.#job, source: await this.#readSource() };
    const first = this.#first;
    const target = await this.#target();
    // The claim has already raised the epoch for the first attempt. After a lost connection it must be raised again.
    const found = (first ? this.#job.checkpoint : null) ?? (await this.#acquire());
    this.#onReady();
    // A commit that was on its way when the connection was lost has arrived by now, or never will: the epoch is raised.
    this.tellRewritten();
    if (isOwnEnd(found, this.#job)) return { kind: 'completed', checkpoint: found };
    if (this.#job.duty === 'deletes') return this.#endOfDeletes(target, found);
    return this.#passes(target, found);
  }

  async #endOfDeletes(target: Target, found: Checkpoint): Promise<TableEnd> {
    const end = await this.#removeHeld(target, found);
    if (end.kind !== 'done' && end.kind !== 'lacking') return { kind: 'stopped' };
    const at = this.#withOwn(end.checkpoint);
    if (end.kind === 'done' && at.rewritten === null) return { kind: 'completed', checkpoint: at };
    return this.#passes(target, at, end.kind === 'done');
  }

  /** @param recheck whether all rows were sent, and only what head office itself may have changed is left to compare */
  async #passes(target: Target, found: Checkpoint, recheck = false): Promise<TableEnd> {
    let at = found;
    let again = recheck;
    for (;;) {
      const snapshot = await this.#openSnapshot(target);
      const plan = choosePlan(this.#job, target, at, snapshot, again);
      if (!this.#chosen)
        for (const one of await snapshot.notices(at.state === 'new')) this.#recorder.notice(one);
      const start = await this.#startAt(at, target, plan, again);
      this.#direct = start.direct;
      const end = await this.#pass(target, snapshot, plan, start);
      if (end.kind === 'deletes_held') return { kind: 'deletes_held' };
      const own = this.#ownRewritten !== null;
      at = this.#withOwn(end.checkpoint);
      again = end.kind === 'done';
      if (again && at.rewritten === null) return { kind: 'completed', checkpoint: at };
      if (end.kind === 'stopped' || this.#runner.stop.aborted) return { kind: 'stopped' };
      if (end.kind === 'lacking') await this.#mayCompare(target, plan, end, own);
      if (again) await this.#mayRecheck(target, start, at);
    }
  }

  /** The pass's checkpoint, with the note of this table's own rewritten rows that was made since the pass began. */
  #withOwn(at: Checkpoint): Checkpoint {
    if (this.#ownRewritten === null) return at;
    const rewritten = { ...at.rewritten, [this.#job.source.name]: this.#ownRewritten };
    this.#ownRewritten = null;
    return { ...at, rewritten };
  }

  /** @throws SyncFailure where head office changes further rows after each repair */
  async #mayRecheck(target: Target, before: Checkpoint, after: Checkpoint): Promise<void> {
    this.#rechecks++;
    if (this.#rechecks <= MOST_RECHECKS) return;
    const repaired = after.processed - before.processed + after.deleted - before.deleted;
    throw await lacksRows(this.#context(target), { missing: 0, unproven: Math.max(1, repaired) });
  }

  /**
   * Reports again which tables head office changed because of this one's writes. A commit whose answer was lost may
   * succeed after the first report, when such a table has already been compared.
   */
  tellRewritten(): void {
    if (this.#rewritten.size > 0) this.#runner.relations?.rewritten([...this.#rewritten]);
  }

  #noteRewritten(tables: readonly string[], seq: number): void {
    const others = tables.filter((one) => one !== this.#job.source.name);
    if (others.length < tables.length) this.#ownRewritten = seq;
    for (const one of others) this.#rewritten.add(one);
    if (others.length > 0) this.#runner.relations?.rewritten(others);
  }

  get #given(): WatchedTools {
    if (this.#tools === null) throw new Error('no attempt was begun');
    return this.#tools;
  }

  /**
   * Allows one comparison of a table that lacks rows.
   *
   * @param own whether head office has changed further rows of this table
   * @throws SyncFailure where the table was compared already and still lacks rows
   */
  async #mayCompare(target: Target, { strategy }: PassPlan, lacking: Lacking, own: boolean): Promise<void> {
    if (this.#compared || (strategy === Strategy.Compare && !own))
      throw await lacksRows(this.#context(target), lacking);
    this.#compared = true;
  }

  /** Reads the source table's columns again: what the last attempt knew of them may be why it failed. */
  async #readSource(): Promise<TableShape> {
    const { connection, source: known } = this.#job;
    const { name, schema } = known;
    const from = await this.#given.links.source();
    const [source] = await from.readTables({ id: connection.id, schema }, [name]);
    if (source === undefined) throw centralRefusal(FailureCode.SourceTableMissing, { table: name });
    return source;
  }

  async #openSnapshot({ shapeDigest }: Target): Promise<Snapshot> {
    const from = await this.#given.links.source();
    return from.openSnapshot(this.#job.source, { cursor: this.#job.cursor, shapeDigest });
  }

  /** Whether a direct COPY met existing rows. The next attempt then goes through a staging table. */
  refuseDirect(failure: FailureDetail): boolean {
    const refused =
      [DUPLICATE, UNEXPECTED_ROWS].includes(failure.sqlstate ?? '') ||
      failure.code === FailureCode.CentralLacksRows;
    if (!this.#direct || !refused) return false;
    this.#directRefused = true;
    this.#direct = false;
    return true;
  }

  /** Whether to look once more: another program may have created the same table just now, and so taken its name. */
  mayHaveCrossed({ code }: FailureDetail): boolean {
    if (code !== FailureCode.CentralNameTaken || this.#crossed) return false;
    this.#crossed = true;
    return true;
  }

  /** Whether central refused a value in binary. The next attempt sends text: that may pass, or the error shows the value. */
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

  /** See {@link ConstraintRecovery.find}. */
  recoveryStep(failure: FailureDetail): Promise<RecoveryStep> {
    return this.#recovery.find(failure, this.#lastTarget, this.commits);
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
    const created = this.#first && this.#job.created;
    this.#first = false;
    const found = await prepareTarget(session, version, central, connection, source, existing, (notice) =>
      this.#recorder.notice(notice),
    );
    const target = created ? { ...found, created } : found;
    const { textOnly } = await this.#given.links.source();
    this.#lastTarget = this.#asText || textOnly ? { ...target, format: 'text' } : target;
    return this.#lastTarget;
  }

  async #acquire(): Promise<Checkpoint> {
    const { installation, claim } = this.#runner;
    const { session } = await this.#given.links.central();
    return acquireTable(session, installation, claim, this.#job.source.name);
  }

  /** Where the pass begins: behind its own last chunk, or at the start of the table. */
  async #startAt(found: Checkpoint, target: Target, plan: PassPlan, recheck: boolean): Promise<Checkpoint> {
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
    // Rows that this batch has written stay written, so their counts are kept. If the source came back changed, the
    // comparison finds those rows equal.
    const keeps =
      recheck ||
      (isOwn(found, this.#job) && (this.#job.duty === 'again' || (!direct && found.state === 'running')));
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
    const first = context.constraints.moves && context.deletes && target.key !== null;
    const from = first ? await removeOrphanRowsFirst(context, snapshot, start) : start;
    if (from === null) return { kind: 'stopped', checkpoint: start };
    return runPass(context, snapshot, plan, from);
  }

  /** Does the deletes that the table's own turn held back, under a new snapshot. */
  async #removeHeld(target: Target, at: Checkpoint): Promise<PassEnd> {
    const context = this.#context(target);
    const snapshot = await this.#openSnapshot(target);
    const allowed = this.#job.allowDeletes ? { ...at, ...brakeOf(at, true) } : at;
    const end = await removeOrphanRows(context, snapshot, allowed, endOfDeletes);
    if (end.kind === 'stopped') return end;
    context.onCommit(end.checkpoint);
    await snapshot.close();
    return end;
  }

  #context(target: Target): PassContext {
    const { ports, limits, stop } = this.#runner;
    const { links, throttle } = this.#given;
    const { connection, source, allowDeletes, mayDelete } = this.#job;
    // With duty `deletes` they are done now.
    const holdDeletes = this.#recovery.constraints.holdDeletes && this.#job.duty !== 'deletes';
    const constraints = { ...this.#recovery.constraints, holdDeletes };
    return {
      links,
      connection: connection.id,
      source,
      target: this.#recovery.moving(target),
      limits: constraints.whole ? NO_LIMITS : limits,
      clock: ports.clock,
      throttle,
      stop,
      deletes: target.layout !== 'merge' || mayDelete,
      allowDeletes,
      constraints,
      onRewritten: (tables, seq) => this.#noteRewritten(tables, seq),
      onCommit: (checkpoint) => {
        this.commits++;
        this.#runner.noteTraffic();
        this.#recorder.committed(checkpoint);
      },
    };
  }
}

/** Whether this batch has already finished the table at central, and only the journal does not know it. */
function isOwnEnd(found: Checkpoint, job: TableJob): boolean {
  return job.duty !== 'again' && found.state === 'done' && found.rewritten === null && isOwn(found, job);
}

/** Whether the current batch wrote the checkpoint. False for runs without a batch: they cannot be told apart. */
function isOwn(found: Checkpoint, job: TableJob): boolean {
  return job.batchId !== null && found.batchId === job.batchId;
}
