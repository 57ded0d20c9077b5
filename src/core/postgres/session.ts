import pg from 'pg';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { type AskedAbout, isAtWork, isBlocked } from './atWork.ts';
import { type CancelRoute, cancelRoute, requestCancel } from './cancel.ts';
import { classify, LOST, type Side } from './classifyError.ts';
import { awaitsAnswer, backendPidOf, cancelKeyOf } from './clientState.ts';
import { CopyIn } from './copyIn.ts';
import { CopyOut } from './copyOut.ts';
import { watchConnecting } from './dial.ts';
import { endpointFacts, openOneOf } from './openOneOf.ts';
import { ENDS_TRANSACTION, Pipeline, type Statement, type StatementResult, type Value } from './pipeline.ts';
import { notAsKept, PreparedStatements } from './preparedStatements.ts';
import { oneLine } from './quote.ts';
import { reachServer } from './reachServer.ts';
import { type Recoding, recodingOf } from './recoding.ts';
import type { CopyFormat } from './rowBlock.ts';
import { ServerWaits } from './serverWaits.ts';
import { askingOptions, queueMs, type SessionOptions, type Timeouts } from './sessionOptions.ts';
import { everySetting, lateSettings, startupOptions, transactionSettings } from './sessionSettings.ts';
import { bytesOf, isEncrypted } from './socketFacts.ts';
import { guardClient } from './wireGuard.ts';

export type { Statement, StatementResult, TextRow } from './pipeline.ts';
export { DEFAULT_TIMEOUTS, type SessionOptions, type Timeouts } from './sessionOptions.ts';

/** A connection to one PostgreSQL. Everything it throws is a classified {@link SyncFailure}. */
export class Session {
  readonly side: Side;
  readonly #client: pg.Client;
  readonly #options: SessionOptions;
  /** Null if it is unknown how the server was reached; nothing can be cancelled there then. */
  readonly #route: CancelRoute | null;
  #silent = false;
  #lost: Error | null = null;
  #cancelling: Promise<unknown> = Promise.resolve();
  readonly #waits = new ServerWaits(this);
  #pooled = false;
  /** See {@link settingsMayHaveChanged}. */
  #unsure = false;
  /** Whether sign-in has completed, so that TLS has worked. */
  #signedIn = false;
  #version = 0;
  /** `18.4`, `15.18 (Debian 15.18-0+deb12u1)`; the server reports it at sign-in. */
  #serverVersion = '';
  #recoding: Recoding | null = null;
  readonly #prepared = new PreparedStatements();

  private constructor(client: pg.Client, options: SessionOptions, route: CancelRoute | null) {
    this.#client = client;
    this.#options = options;
    this.#route = route;
    this.side = options.side;
    // Without a listener, a connection lost between two statements would end the process.
    client.on('error', (error) => {
      this.#lost = error;
    });
    const connection = guardClient(client, options.endpoint, route?.ssl);
    connection.on('parameterStatus', (told: Readonly<Record<string, string>>) => {
      if (told.parameterName === 'server_version') this.#serverVersion = told.parameterValue ?? '';
    });
    client.on('end', () => {
      this.#lost ??= new Error('Connection terminated unexpectedly');
    });
  }

  /** @throws SyncFailure why no connection could be made */
  static open(options: SessionOptions): Promise<Session> {
    return openOneOf(Session.connect, options);
  }

  /** How to read texts from the server; null if its declared encoding is right. */
  get recoding(): Recoding | null {
    return this.#recoding;
  }

  /** Server version as a number: 150018 is 15.18. */
  version(): number {
    return this.#version;
  }

  /** Whether a pooler may lend the server's session to others between transactions. Each then makes our settings again. */
  get pooled(): boolean {
    return this.#pooled;
  }

  /**
   * Statements that open a transaction under our settings. Behind a pooler nothing else may open one.
   * @param mode `ISOLATION LEVEL …` and `READ ONLY`, which are then sure, whatever the database's defaults
   */
  begin(mode = 'ISOLATION LEVEL READ COMMITTED'): readonly string[] {
    const begin = `BEGIN ${mode}`;
    if (!this.#pooled) return [begin];
    return [begin, ...transactionSettings(this.side, this.#version, this.lockMs)];
  }

  /** @param pinned whether the start-up packet contained our settings */
  async #start(pinned: boolean): Promise<void> {
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(this.#serverVersion) ?? [];
    if (major !== undefined && Number(major) >= 10) this.#version = Number(major) * 10_000 + Number(minor);
    else this.#version = Number((await this.#one('SHOW server_version_num')).rows[0]?.server_version_num);
    const { connection, encoding } = this.#options;
    const shown = encoding && (await this.#one('SHOW server_encoding')).rows[0];
    this.#recoding = shown ? recodingOf(connection, shown.server_encoding ?? '', encoding) : null;
    this.#pooled = true;
    const pid = this.backendPid;
    if (!pinned || pid === null) return;
    const [found] = (await this.#one(oneLine(lateSettings(this.side, this.#version, this.lockMs, pid)))).rows;
    this.#pooled = Number(found?.set ?? 0) === 0;
    if (found?.ran === 't') this.settingsMayHaveChanged();
  }

  /** Records that code of the database has run. Settings that it may have changed are restored before the next transaction. */
  settingsMayHaveChanged(): void {
    // Behind a pooler each transaction makes its settings anyway.
    this.#unsure = !this.#pooled;
  }

  async #setBack(): Promise<void> {
    if (!this.#unsure || this.inTransaction) return;
    this.#unsure = false;
    await this.#run([{ text: 'RESET ROLE' }, { text: everySetting(this.side, this.#version, this.lockMs) }]);
  }

  get timeouts(): Timeouts {
    return this.#options.timeouts;
  }

  /** Time limit in milliseconds for a statement that works on many rows. */
  get workMs(): number {
    return this.#options.timeouts.workMs;
  }

  /** Time limit in milliseconds for waiting on a lock. */
  get lockMs(): number {
    return this.#options.timeouts.lockMs;
  }

  /** Whether the connection is gone; it never comes back. */
  get lost(): boolean {
    return this.#lost !== null;
  }

  /** Whether a transaction is open, or has failed and is not rolled back yet. */
  get inTransaction(): boolean {
    return this.#client.getTransactionStatus() !== 'I';
  }

  /** Process id of the server's backend; null if the server (or a pooler) did not report one. */
  get backendPid(): number | null {
    return backendPidOf(this.#client);
  }

  /** Whether the server is running one of our statements. */
  get working(): boolean {
    return this.#lost === null && awaitsAnswer(this.#client);
  }

  /** Whether the server is working on a statement of this session, asked in another one; null where it cannot be asked. */
  async isAtWork(): Promise<boolean | null> {
    return this.lost ? false : isAtWork(this.#open, this.#asked).catch(() => null);
  }

  /** Whether a statement of this session waits for another session's lock; false where the server cannot be asked. */
  async isBlocked(): Promise<boolean> {
    return !this.lost && isBlocked(this.#open, this.#asked).catch(() => false);
  }

  get #asked(): AskedAbout {
    return {
      ...this.#options,
      pid: this.backendPid,
      pooled: this.#pooled,
      inTransaction: this.inTransaction,
    };
  }

  /** Opens another session at the same server. */
  readonly #open = (): Promise<Session> => Session.open(askingOptions(this.#options, this.#client.password));

  /** Calls back when the connection is gone. */
  onEnd(listener: () => void): void {
    this.#client.once('end', listener);
  }

  /** Asks the server to cancel the current statement. Never throws; takes a few seconds at most. */
  async cancel(): Promise<void> {
    const key = cancelKeyOf(this.#client);
    if (this.#route === null || key === null) return;
    this.#cancelling = requestCancel(this.#route, key);
    await this.#cancelling;
  }

  get encrypted(): boolean {
    return isEncrypted(this.stream);
  }

  get bytes(): number {
    return bytesOf(this.stream);
  }

  /** The socket to the server, or TLS on it, for `socketFacts.ts`. */
  get stream(): object {
    return Object(Reflect.get(this.#client, 'connection')?.stream);
  }

  /** Runs one statement with bound values. */
  async query(
    text: string,
    values: readonly Value[] = [],
    ms = this.#options.timeouts.answerMs,
  ): Promise<StatementResult> {
    if (this.#isAlone(text)) return this.#alone(text, values, ms);
    return this.#one(text, values, ms);
  }

  /** Runs several statements in one round trip. After an error the server skips the rest. */
  async script(
    statements: readonly (string | Statement)[],
    ms = this.#options.timeouts.answerMs,
  ): Promise<readonly StatementResult[]> {
    const all = statements.map((one) => (typeof one === 'string' ? { text: one } : one));
    const first = all[0]?.text ?? '';
    if (this.#isAlone(first) && !first.startsWith('BEGIN'))
      throw new Error(`No transaction was opened behind the pooler for: ${first.slice(0, 60)}`);
    return this.#run(all, this.#withQueue(ms));
  }

  async #one(text: string, values?: readonly Value[], ms?: number): Promise<StatementResult> {
    return (await this.#run([{ text, values: values ?? [] }], ms))[0] ?? { rows: [], rowCount: 0 };
  }

  async #run(
    statements: readonly Statement[],
    ms = this.#options.timeouts.answerMs,
  ): Promise<readonly StatementResult[]> {
    this.#refuseLost();
    await this.#setBack();
    // Not kept behind a pooler, which may run the next statement in another session of the server.
    const sent = this.#pooled ? statements : statements.map((one) => this.#prepared.named(one));
    const pipeline = new Pipeline(sent);
    try {
      const results = await this.guard(this.#client.query(pipeline).results, ms);
      this.#prepared.note(sent);
      return results;
    } catch (error) {
      const unsure = notAsKept(error, pipeline.unanswered);
      if (unsure !== null) this.destroy();
      throw unsure ?? error;
    }
  }

  /** Whether a statement would run behind a pooler without a transaction, and so without our settings. */
  #isAlone(text: string): boolean {
    return this.#queues && !ENDS_TRANSACTION.has(text);
  }

  /** Whether a pooler has yet to lend a session of the server, for which others may be waiting, too. */
  get #queues(): boolean {
    return this.#pooled && !this.inTransaction;
  }

  #withQueue(ms: number): number {
    return this.#queues ? Math.max(ms, queueMs(this.#options.timeouts)) : ms;
  }

  /** Runs one statement as a transaction, in one round trip. */
  async #alone(text: string, values: readonly Value[], ms: number): Promise<StatementResult> {
    try {
      const begin = this.begin().map((one) => ({ text: one }));
      const results = await this.#run([...begin, { text, values }, { text: 'COMMIT' }], this.#withQueue(ms));
      return results.at(-2) ?? { rows: [], rowCount: 0 };
    } catch (error) {
      if (!this.lost) await this.#one('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  /** A session that was cut sends nothing more, even while its socket stays open for a cancel request. */
  #refuseLost(): void {
    if (this.#lost !== null) throw this.failure(this.#lost);
  }

  /** Starts to read rows. Await its results through {@link guard}. */
  copyOut(text: string, format: CopyFormat, columns: number): CopyOut {
    this.#refuseLost();
    const limits = { ...this.timeouts, wait: this.#waits.start, onSilence: this.#onSilence };
    return this.#client.query(new CopyOut(text, { format, columns, ...limits }));
  }

  /** Runs statements, the last a COPY; resolves when the server is ready for rows, or at once if `ahead` and no pooler. */
  async copyIn(statements: readonly string[], format: CopyFormat, ahead = false): Promise<CopyIn> {
    this.#refuseLost();
    await this.#setBack();
    const { stallMs, workMs: beginMs } = this.#options.timeouts;
    const options = { format, stallMs, beginMs, wait: this.#waits.start, onStall: this.#onSilence };
    const copy = this.#client.query(new CopyIn(statements, options));
    if (!ahead || this.#pooled || !copy.beginAhead()) await this.guard(copy.begin(), beginMs);
    return copy;
  }

  /**
   * Awaits work on this connection and classifies its errors.
   *
   * @param ms time limit, after which the connection is cut; without one, `work` has limits of its own
   */
  async guard<T>(work: Promise<T>, ms = Number.POSITIVE_INFINITY): Promise<T> {
    try {
      return await this.#waits.answer(work, ms, this.#onSilence);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Classifies an error of this connection. */
  failure(error: unknown): SyncFailure {
    const facts = endpointFacts(this.#options);
    if (this.#silent && !(error instanceof SyncFailure)) {
      const message = 'no answer within the time-out';
      return new SyncFailure(
        { code: FailureCode.ConnectionFrozen, kind: FailureKind.Transient, message, params: facts },
        { cause: error },
      );
    }
    const detail = classify(error, this.side, facts);
    // TLS worked before, so bytes were changed on the way; the next connection may succeed.
    const damaged = this.#signedIn && detail.code === FailureCode.Tls;
    return new SyncFailure(damaged ? { ...detail, ...LOST } : detail, { cause: error });
  }

  /** Ends the connection politely. The server rolls an open transaction back. */
  async close(): Promise<void> {
    if (this.working) this.destroy();
    if (this.#lost !== null) return void (await this.#cancelling);
    const late = Promise.withResolvers<void>();
    const patience = setTimeout(() => {
      this.destroy();
      late.resolve();
    }, 2000);
    await Promise.race([this.#client.end().catch(() => {}), late.promise]);
    clearTimeout(patience);
  }

  /**
   * Cuts the connection at once and asks the server to cancel its statement, which would otherwise run until
   * it next sends something. A pooler forwards a cancel only while its client is connected.
   */
  destroy(): void {
    const working = this.working;
    this.#lost ??= new Error('Connection terminated unexpectedly');
    const lost = this.#lost;
    const connection = Reflect.get(this.#client, 'connection') as pg.Connection | undefined;
    const cut = (): void => void connection?.stream.destroy();
    this.#waits.reject(lost);
    const cancelled = working ? this.cancel() : null;
    if (cancelled !== null && this.#pooled) void cancelled.then(cut);
    else cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal a session on an existing client; only for {@link Session.connect} and tests */
  static adopt(client: pg.Client, options: SessionOptions, route: CancelRoute | null = null): Session {
    return new Session(client, options, route);
  }

  /**
   * Signs in, and makes the session's settings before anything else.
   *
   * @internal only {@link Session.open} creates sessions
   */
  static async connect(config: pg.ClientConfig, options: SessionOptions, pins: boolean): Promise<Session> {
    const { endpoint, side, timeouts } = options;
    const ours = pins ? { options: startupOptions(side, timeouts.lockMs) } : {};
    const found = await reachServer(options);
    const { socket } = found;
    const giveUp = (): void => void socket.destroy(new Error('the attempt to connect was given up'));
    options.abandoned?.addEventListener('abort', giveUp);
    const client = new pg.Client({ ...config, ...ours, stream: () => socket });
    const route = cancelRoute(found, endpoint, typeof config.ssl === 'object' ? config.ssl : false);
    const session = Session.adopt(client, options, route);
    // If TLS fails, Node leaves the underlying socket open, and the server's process with it.
    for (const over of ['error', 'end'] as const) client.on(over, () => socket.destroy());
    const connected = watchConnecting(client, endpoint.connectTimeoutSeconds * 1000);
    try {
      await client.connect();
      session.#signedIn = true;
      await session.#start(pins);
      return session;
    } catch (error) {
      session.destroy();
      socket.destroy();
      throw error;
    } finally {
      connected();
      options.abandoned?.removeEventListener('abort', giveUp);
    }
  }

  readonly #onSilence = (): void => {
    this.#silent = true;
    this.destroy();
  };
}
