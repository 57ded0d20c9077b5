import pg from 'pg';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { accountOf } from '../secrets/keychain.ts';
import { storedFor } from '../secrets/stored.ts';
import { systemKeychain } from '../secrets/systemKeychain.ts';
import { readSmallText } from '../settings/smallFile.ts';
import { watchConnecting } from './connectTimeout.ts';
import { CopyIn } from './copyIn.ts';
import { CopyOut } from './copyOut.ts';
import { classify, type Side } from './failure.ts';
import { passwordOption } from './password.ts';
import { literal, oneLine } from './quote.ts';
import type { CopyFormat } from './rowBlock.ts';
import type { SessionOptions } from './sessionOptions.ts';
import { isPoolerRefusal, lateSettings, startupOptions, transactionSettings } from './sessionSettings.ts';
import { isRetryWithNext, type TlsAttempt, tlsAttempts } from './tls.ts';

export { DEFAULT_TIMEOUTS, type SessionOptions, type Timeouts } from './sessionOptions.ts';

/** A row as PostgreSQL writes it: every value is text or null, so that nothing is rounded on the way. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface StatementResult {
  readonly rows: readonly TextRow[];
  readonly rowCount: number;
}

type Value = string | number | boolean | null;

/** Statements that make sense without an open transaction: there may be none any more. */
const ENDS_TRANSACTION = new Set(['COMMIT', 'ROLLBACK']);

/** See https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC */
interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

const AS_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (value: string | Buffer) => String(value) };

/** One connection to one PostgreSQL. Everything it throws is a classified {@link SyncFailure}. */
export class Session {
  readonly side: Side;
  readonly #client: pg.Client;
  readonly #options: SessionOptions;
  #silent = false;
  #lost: Error | null = null;
  #pooled = false;
  #version = 0;
  /** `18.4`, `15.18 (Debian 15.18-0+deb12u1)`; what the server tells by itself at sign-in. */
  #serverVersion = '';

  private constructor(client: pg.Client, options: SessionOptions) {
    this.#client = client;
    this.#options = options;
    this.side = options.side;
    // Without a listener a connection lost between two statements would end the process.
    client.on('error', (error) => {
      this.#lost = error;
    });
    const connection = Reflect.get(client, 'connection') as pg.Connection;
    connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      if (parameterName === 'server_version') this.#serverVersion = parameterValue;
    });
    client.on('end', () => {
      this.#lost ??= new Error('Connection terminated unexpectedly');
    });
  }

  /** @throws SyncFailure why no connection could be made */
  static async open(options: SessionOptions): Promise<Session> {
    const facts = endpointFacts(options);
    try {
      const { endpoint, folder } = options;
      const password =
        options.password ??
        passwordOption(endpoint, folder, process.env, readSmallText, await storedFor(endpoint));
      const attempts = tlsAttempts(endpoint, folder, readSmallText);
      return await connectOneOf(options, attempts, password);
    } catch (error) {
      const detail = classify(error, options.side, facts);
      if (SIGN_IN_CODES.has(detail.code)) systemKeychain().doubt(accountOf(options.endpoint));
      throw new SyncFailure(detail, { cause: error });
    }
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
   * SQL that opens a transaction under {@link SESSION_SETTINGS}. Behind a pooler nothing else may open one.
   *
   * @param mode `ISOLATION LEVEL …` and `READ ONLY`, which are then sure, whatever the database's defaults
   */
  begin(mode = 'ISOLATION LEVEL READ COMMITTED'): string {
    const begin = `BEGIN ${mode}`;
    if (!this.#pooled) return begin;
    return `${begin}; ${transactionSettings(this.side, this.#version, this.lockMs)}`;
  }

  /** @param pinned whether the start-up packet has carried our settings */
  async #start(pinned: boolean): Promise<void> {
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(this.#serverVersion) ?? [];
    if (major !== undefined && Number(major) >= 10) this.#version = Number(major) * 10_000 + Number(minor);
    else
      this.#version = Number((await this.#simple('SHOW server_version_num'))[0]?.rows[0]?.server_version_num);
    this.#pooled = true;
    const pid = this.backendPid;
    if (!pinned || pid === null) return;
    const [set] = await this.#simple(oneLine(lateSettings(this.side, this.#version, this.lockMs, pid)));
    this.#pooled = Number(set?.rows[0]?.set ?? 0) === 0;
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
    const result = await this.guard(
      this.#client.query<Record<string, string | null>>({ text, values: [...values], types: AS_TEXT }),
      ms,
    );
    return { rows: result.rows, rowCount: result.rowCount ?? 0 };
  }

  /** Runs several statements in one round trip (the simple protocol: no values can be bound). */
  async script(text: string, ms = this.#options.timeouts.answerMs): Promise<readonly StatementResult[]> {
    if (this.#isAlone(text) && !text.startsWith('BEGIN'))
      throw new Error(`No transaction was opened behind the pooler for: ${text.slice(0, 60)}`);
    return this.#simple(text, ms);
  }

  async #simple(text: string, ms = this.#options.timeouts.answerMs): Promise<readonly StatementResult[]> {
    const answer: unknown = await this.guard(this.#client.query({ text, types: AS_TEXT }), ms);
    const results = (Array.isArray(answer) ? answer : [answer]) as readonly pg.QueryResult<
      Record<string, string | null>
    >[];
    return results.map((result) => ({ rows: result.rows, rowCount: result.rowCount ?? 0 }));
  }

  /** Whether a statement would run behind a pooler without a transaction, and so without our settings. */
  #isAlone(text: string): boolean {
    if (!this.#pooled || ENDS_TRANSACTION.has(text)) return false;
    return this.#client.getTransactionStatus() === 'I';
  }

  /** Runs one statement as a transaction, in one round trip: values are written into it. */
  async #alone(text: string, values: readonly Value[], ms: number): Promise<StatementResult> {
    // Names may hold a `$1` too.
    const statement = text.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|\$(\d+)/g, (part, number?: string) => {
      if (number === undefined) return part;
      const value = values[Number(number) - 1] ?? null;
      return literal(value === null ? null : String(value));
    });
    try {
      const results = await this.#simple(`${this.begin()}; ${statement}; COMMIT`, ms);
      return results.at(-2) ?? { rows: [], rowCount: 0 };
    } catch (error) {
      if (!this.lost) await this.#simple('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  /** Starts to read rows. Await what it returns through {@link guard}. */
  copyOut(text: string, format: CopyFormat, columns: number): CopyOut {
    const { firstRowMs, idleMs } = this.#options.timeouts;
    return this.#client.query(
      new CopyOut(text, { format, columns, firstRowMs, idleMs, onSilence: this.#onSilence }),
    );
  }

  /** Starts to send rows; resolves when the server is ready for them. */
  async copyIn(text: string, format: CopyFormat): Promise<CopyIn> {
    const copy = this.#client.query(
      new CopyIn(text, format, this.#options.timeouts.stallMs, this.#onSilence),
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
    const silence = (): void => {
      this.#onSilence();
      late.reject(new Error('no answer within the time-out'));
    };
    const timer = Number.isFinite(ms) ? setTimeout(silence, ms) : null;
    try {
      return await (timer === null ? work : Promise.race([work, late.promise]));
    } catch (error) {
      throw this.failure(error);
    } finally {
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
    return new SyncFailure(classify(error, this.side, facts), { cause: error });
  }

  /** Ends the connection politely: an open transaction is rolled back by the server. */
  async close(): Promise<void> {
    if (this.#lost !== null) return;
    const late = Promise.withResolvers<void>();
    const patience = setTimeout(() => {
      this.destroy();
      late.resolve();
    }, 2000);
    await Promise.race([this.#client.end().catch(() => {}), late.promise]);
    clearTimeout(patience);
  }

  /** Cuts the connection at once. */
  destroy(): void {
    this.#lost ??= new Error('Connection terminated unexpectedly');
    const connection = Reflect.get(this.#client, 'connection') as pg.Connection | undefined;
    connection?.stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal a session over a client as it is; only {@link Session.connect} and tests make one */
  static adopt(client: pg.Client, options: SessionOptions): Session {
    return new Session(client, options);
  }

  /**
   * Signs in, and makes the session's settings before anything else is asked.
   *
   * @internal only {@link Session.open} makes sessions
   */
  static async connect(config: pg.ClientConfig, options: SessionOptions, pins: boolean): Promise<Session> {
    const { endpoint, side, timeouts } = options;
    const ours = pins ? { options: startupOptions(side, timeouts.lockMs) } : {};
    const client = new pg.Client({ ...config, ...ours });
    const session = Session.adopt(client, options);
    const connected = watchConnecting(client, endpoint.connectTimeoutSeconds * 1000);
    try {
      await client.connect();
      await session.#start(pins);
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    } finally {
      connected();
    }
  }

  readonly #onSilence = (): void => {
    this.#silent = true;
    this.destroy();
  };
}

/**
 * Whether a server works for one of our sessions, asked on a connection of its own; null where it does not say.
 * One that waits for its client, in either direction, does not work.
 *
 * @throws SyncFailure why it could not be asked
 */
export async function isAtWork(options: SessionOptions, pid: number | null): Promise<boolean | null> {
  await using session = await Session.open(options);
  const text = `SELECT state, wait_event_type, application_name FROM pg_catalog.pg_stat_activity
    WHERE pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4`;
  const [found] = (await session.query(text, [pid])).rows;
  // Behind a pooler the number is the pooler's, and may be somebody else's here.
  if (found === undefined || found.application_name !== options.applicationName) return null;
  if (found.state == null || found.state === 'disabled') return null;
  return found.state === 'active' && found.wait_event_type !== 'Client';
}

const SIGN_IN_CODES = new Set<FailureCode>([FailureCode.SourceSignIn, FailureCode.CentralSignIn]);

async function connectOneOf(
  options: SessionOptions,
  attempts: readonly TlsAttempt[],
  password: string | (() => never),
): Promise<Session> {
  const { endpoint } = options;
  for (const [index, attempt] of attempts.entries()) {
    const config: pg.ClientConfig = {
      host: endpoint.host,
      port: endpoint.port,
      database: endpoint.database,
      user: endpoint.user,
      password,
      ssl: attempt.ssl,
      application_name: options.applicationName,
      client_encoding: 'UTF8',
      keepAlive: true,
      // A dead peer (power cut, cable) is noticed within about half a minute of silence.
      keepAliveInitialDelayMillis: 20_000,
    };
    try {
      return await connectPinned(config, options);
    } catch (error) {
      if (index + 1 < attempts.length && isRetryWithNext(error, attempt)) continue;
      throw error;
    }
  }
  throw new Error('no way to connect was left to try');
}

/** Endpoints behind a pooler that refuses start-up options, until when: each session would be refused once more. */
const pooledUntil = new Map<string, number>();
/** After this a pooler that was taken away is noticed. */
const POOLED_MS = 600_000;

async function connectPinned(config: pg.ClientConfig, options: SessionOptions): Promise<Session> {
  const { host, port, database, user } = options.endpoint;
  const key = JSON.stringify([host, port, database, user]);
  if (performance.now() < (pooledUntil.get(key) ?? 0)) return Session.connect(config, options, false);
  try {
    return await Session.connect(config, options, true);
  } catch (error) {
    if (!isPoolerRefusal(error)) throw error;
    pooledUntil.set(key, performance.now() + POOLED_MS);
    return Session.connect(config, options, false);
  }
}

function endpointFacts(options: SessionOptions): Record<string, string | number> {
  const { endpoint, connection, side } = options;
  return {
    connection,
    side,
    host: endpoint.host,
    port: endpoint.port,
    database: endpoint.database,
    user: endpoint.user,
  };
}
