import pg from 'pg';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { type CancelRoute, cancelRoute, requestCancel } from './cancel.ts';
import { CopyIn } from './copyIn.ts';
import { CopyOut } from './copyOut.ts';
import { dial, watchConnecting } from './dial.ts';
import { classify, LOST, type Side } from './failure.ts';
import { hideFor } from './hidePassword.ts';
import { endpointFacts, openOneOf } from './openOneOf.ts';
import { Pipeline, type Statement, type StatementResult, type Value } from './pipeline.ts';
import { notAsKept, PreparedStatements } from './preparedStatements.ts';
import { oneLine } from './quote.ts';
import { type Recoding, recodingOf } from './recoding.ts';
import type { CopyFormat } from './rowBlock.ts';
import type { SessionOptions } from './sessionOptions.ts';
import { everySetting, lateSettings, startupOptions, transactionSettings } from './sessionSettings.ts';
import { guardWire } from './wireGuard.ts';

export type { Statement, StatementResult, TextRow } from './pipeline.ts';
export { DEFAULT_TIMEOUTS, type SessionOptions, type Timeouts } from './sessionOptions.ts';

/** Statements that make sense without an open transaction: there may be none any more. */
const ENDS_TRANSACTION = new Set(['COMMIT', 'ROLLBACK']);

/** One connection to one PostgreSQL. Everything it throws is a classified {@link SyncFailure}. */
export class Session {
  readonly side: Side;
  readonly #client: pg.Client;
  readonly #options: SessionOptions;
  /** Null where nobody knows how the server was reached; then nothing can be cancelled there. */
  readonly #route: CancelRoute | null;
  #silent = false;
  #lost: Error | null = null;
  #cancelling: Promise<unknown> = Promise.resolve();
  /** Tell those who wait for an answer that none will come. */
  readonly #waiting = new Set<(error: Error) => void>();
  #pooled = false;
  /** See {@link settingsMayHaveChanged}. */
  #unsure = false;
  /** Whether it has signed in, so that TLS has worked. */
  #signedIn = false;
  #version = 0;
  /** `18.4`, `15.18 (Debian 15.18-0+deb12u1)`; what the server tells by itself at sign-in. */
  #serverVersion = '';
  #recoding: Recoding | null = null;
  readonly #prepared = new PreparedStatements();

  private constructor(client: pg.Client, options: SessionOptions, route: CancelRoute | null) {
    this.#client = client;
    this.#options = options;
    this.#route = route;
    this.side = options.side;
    // Without a listener a connection lost between two statements would end the process.
    client.on('error', (error) => {
      this.#lost = error;
    });
    const connection = Reflect.get(client, 'connection') as pg.Connection;
    const { host, allowCleartextPassword = false } = options.endpoint;
    const ssl = route?.ssl;
    guardWire(connection, {
      // Nobody listens on the way to a socket in the file system.
      cleartext: allowCleartextPassword || host.startsWith('/'),
      verified: typeof ssl === 'object' && ssl.rejectUnauthorized === true,
      hide: hideFor(client.password, options.endpoint),
    });
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

  /** How texts that the server sends are to be read; null where as it declares them. */
  get recoding(): Recoding | null {
    return this.#recoding;
  }

  /** Server version as a number: 150018 is 15.18. */
  version(): number {
    return this.#version;
  }

  /**
   * Whether a pooler may hand the server's session to others between two transactions. Settings are then made in
   * each transaction anew, and a statement alone becomes one.
   */
  get pooled(): boolean {
    return this.#pooled;
  }

  /**
   * Statements that open a transaction under {@link SESSION_SETTINGS}. Behind a pooler nothing else may open one.
   *
   * @param mode `ISOLATION LEVEL …` and `READ ONLY`, which are then sure, whatever the database's defaults
   */
  begin(mode = 'ISOLATION LEVEL READ COMMITTED'): readonly string[] {
    const begin = `BEGIN ${mode}`;
    if (!this.#pooled) return [begin];
    return [begin, ...transactionSettings(this.side, this.#version, this.lockMs)];
  }

  /** @param pinned whether the start-up packet has carried our settings */
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
    if (Number(found?.changed ?? 0) > Number(found?.set ?? 0)) this.settingsMayHaveChanged();
  }

  /** Notes that code of a database's own has run: what it may have set is set back before the next transaction. */
  settingsMayHaveChanged(): void {
    // Behind a pooler each transaction makes its settings anew.
    this.#unsure = !this.#pooled;
  }

  async #setBack(): Promise<void> {
    if (!this.#unsure || this.#client.getTransactionStatus() !== 'I') return;
    this.#unsure = false;
    await this.#run([{ text: 'RESET ROLE' }, { text: everySetting(this.side, this.#version, this.lockMs) }]);
  }

  /** Time limit in milliseconds for a statement that works on many rows. */
  get workMs(): number {
    return this.#options.timeouts.workMs;
  }

  /** Time limit in milliseconds for waiting on a lock. */
  get lockMs(): number {
    return this.#options.timeouts.lockMs;
  }

  /** Whether the connection is gone; a session that is lost never comes back. */
  get lost(): boolean {
    return this.#lost !== null;
  }

  /** The server process at the other end; null where the server (or a pooler before it) did not say. */
  get backendPid(): number | null {
    const pid: unknown = Reflect.get(this.#client, 'processID');
    return typeof pid === 'number' ? pid : null;
  }

  /** Whether the server has a statement of ours under way. */
  get working(): boolean {
    return this.#lost === null && Reflect.get(this.#client, 'readyForQuery') === false;
  }

  /** Calls back once the connection is gone. */
  onEnd(listener: () => void): void {
    this.#client.once('end', listener);
  }

  /** Asks the server to cancel what it is doing for us. Never throws; takes some seconds at most. */
  async cancel(): Promise<void> {
    const [pid, secret]: unknown[] = [this.backendPid, Reflect.get(this.#client, 'secretKey')];
    if (this.#route === null || typeof pid !== 'number' || typeof secret !== 'number') return;
    this.#cancelling = requestCancel(this.#route, { pid, secret });
    await this.#cancelling;
  }

  /** Whether the connection is encrypted. */
  get encrypted(): boolean {
    const stream: unknown = Reflect.get(this.#client, 'connection')?.stream;
    return stream instanceof Object && 'encrypted' in stream && stream.encrypted === true;
  }

  /** Bytes that have passed in both directions. */
  get bytes(): number {
    const stream: unknown = Reflect.get(this.#client, 'connection')?.stream;
    if (!(stream instanceof Object) || !('bytesRead' in stream) || !('bytesWritten' in stream)) return 0;
    return Number(stream.bytesRead) + Number(stream.bytesWritten ?? 0);
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
    return this.#run(all, ms);
  }

  async #one(text: string, values?: readonly Value[], ms?: number): Promise<StatementResult> {
    const [result] = await this.#run([{ text, values: values ?? [] }], ms);
    return result ?? { rows: [], rowCount: 0 };
  }

  async #run(
    statements: readonly Statement[],
    ms = this.#options.timeouts.answerMs,
  ): Promise<readonly StatementResult[]> {
    this.#refuseLost();
    await this.#setBack();
    // A pooler may run the next statement in another session of the server.
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
    if (!this.#pooled || ENDS_TRANSACTION.has(text)) return false;
    return this.#client.getTransactionStatus() === 'I';
  }

  /** Runs one statement as a transaction, in one round trip. */
  async #alone(text: string, values: readonly Value[], ms: number): Promise<StatementResult> {
    try {
      const begin = this.begin().map((one) => ({ text: one }));
      const results = await this.#run([...begin, { text, values }, { text: 'COMMIT' }], ms);
      return results.at(-2) ?? { rows: [], rowCount: 0 };
    } catch (error) {
      if (!this.lost) await this.#one('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  /** A session that was cut sends nothing any more, even where its socket waits for a cancel to arrive. */
  #refuseLost(): void {
    if (this.#lost !== null) throw this.failure(this.#lost);
  }

  /** Starts to read rows. Await what it returns through {@link guard}. */
  copyOut(text: string, format: CopyFormat, columns: number): CopyOut {
    this.#refuseLost();
    const { firstRowMs, idleMs } = this.#options.timeouts;
    return this.#client.query(
      new CopyOut(text, { format, columns, firstRowMs, idleMs, onSilence: this.#onSilence }),
    );
  }

  /** Runs statements, the last of which is a COPY; resolves when the server is ready for its rows. */
  async copyIn(statements: readonly string[], format: CopyFormat): Promise<CopyIn> {
    this.#refuseLost();
    await this.#setBack();
    const copy = this.#client.query(
      new CopyIn(statements, format, this.#options.timeouts.stallMs, this.#onSilence),
    );
    await this.guard(copy.begin(), this.#options.timeouts.workMs);
    return copy;
  }

  /**
   * Awaits something that this connection is doing, and classifies what goes wrong.
   *
   * @param ms time limit; a server that is silent for longer counts as frozen, and the connection is cut
   */
  async guard<T>(work: Promise<T>, ms = Number.POSITIVE_INFINITY): Promise<T> {
    // Whoever waits is told by the timer itself: that the socket's end reaches it too is not relied on.
    const late = Promise.withResolvers<never>();
    late.promise.catch(() => {});
    const silence = (): void => {
      late.reject(new Error('no answer within the time-out'));
      this.#onSilence();
    };
    const timer = Number.isFinite(ms) ? setTimeout(silence, ms) : null;
    this.#waiting.add(late.reject);
    try {
      return await Promise.race([work, late.promise]);
    } catch (error) {
      throw this.failure(error);
    } finally {
      this.#waiting.delete(late.reject);
      if (timer !== null) clearTimeout(timer);
    }
  }

  /** What an error of this connection means. */
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
    // TLS has worked until now: bytes were changed on the way, which the next connection may be spared.
    const damaged = this.#signedIn && detail.code === FailureCode.Tls;
    return new SyncFailure(damaged ? { ...detail, ...LOST } : detail, { cause: error });
  }

  /** Ends the connection politely: an open transaction is rolled back by the server. */
  async close(): Promise<void> {
    if (this.working) this.destroy();
    if (this.#lost !== null) {
      await this.#cancelling;
      return;
    }
    const late = Promise.withResolvers<void>();
    const patience = setTimeout(() => {
      this.destroy();
      late.resolve();
    }, 2000);
    await Promise.race([this.#client.end().catch(() => {}), late.promise]);
    clearTimeout(patience);
  }

  /**
   * Cuts the connection at once, and lets the server cancel what it was doing: else it would go on for as long as it
   * has nothing to send. A pooler forwards that only while its client is there.
   */
  destroy(): void {
    const working = this.working;
    this.#lost ??= new Error('Connection terminated unexpectedly');
    const lost = this.#lost;
    const connection = Reflect.get(this.#client, 'connection') as pg.Connection | undefined;
    const cut = (): void => void connection?.stream.destroy();
    for (const tell of this.#waiting) tell(lost);
    const cancelled = working ? this.cancel() : null;
    if (cancelled !== null && this.#pooled) void cancelled.then(cut);
    else cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal a session over a client as it is; only {@link Session.connect} and tests make one */
  static adopt(client: pg.Client, options: SessionOptions, route: CancelRoute | null = null): Session {
    return new Session(client, options, route);
  }

  /**
   * Signs in, and makes the session's settings before anything else is asked.
   *
   * @internal only {@link Session.open} makes sessions
   */
  static async connect(config: pg.ClientConfig, options: SessionOptions, pins: boolean): Promise<Session> {
    const { endpoint, side, timeouts } = options;
    const ours = pins ? { options: startupOptions(side, timeouts.lockMs) } : {};
    const socket = await dial(endpoint, endpoint.connectTimeoutSeconds * 1000, options.abandoned);
    const giveUp = (): void => void socket.destroy(new Error('the attempt to connect was given up'));
    options.abandoned?.addEventListener('abort', giveUp);
    const client = new pg.Client({ ...config, ...ours, stream: () => socket });
    const session = Session.adopt(
      client,
      options,
      cancelRoute(socket, endpoint, typeof config.ssl === 'object' ? config.ssl : false),
    );
    // Where TLS fails, Node leaves the socket below it open, and the server's process with it.
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
