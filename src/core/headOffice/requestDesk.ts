import { type KeyObject, randomUUID } from 'node:crypto';
import { SyncFailure, UsageCode, UsageError } from '../../shared/errors.ts';
import type { ListedRequest } from '../../shared/officeRequests.ts';
import type { CentralSettings } from '../../shared/settings.ts';
import { openLink } from '../postgres/link.ts';
import { oneLine, own, textArray } from '../postgres/quote.ts';
import { DEFAULT_TIMEOUTS, type Session, type Statement, type StatementResult } from '../postgres/session.ts';
import { FENCED } from '../target/checkpoint.ts';
import { askingSql, KEPT_DAYS, REFUSE_PLANTED, REFUSE_PLANTED_REQUESTS } from '../target/headOfficeTables.ts';
import { REFUSE_UNTRUSTED_OWNERS } from '../target/ownOwners.ts';
import { UNDEFINED_COLUMN, UNDEFINED_TABLE } from '../target/setup.ts';
import { type Asked, MOST_REQUEST_BYTES, readUnverified, signRequest } from './signedRequest.ts';

/** A person waits for it. */
const ANSWER_MS = 20_000;
/** Requests that a list shows. */
const MOST_LISTED = 500;

/** A request to some branches. */
export interface Asking {
  readonly connections: readonly string[];
  readonly asked: Asked;
  readonly by: string;
  readonly now: Date;
  /** How long the branches may wait with it. */
  readonly validMs: number;
  /** Ed25519, private. */
  readonly key: KeyObject;
}

/** A request that was stored. */
export interface SentRequest {
  readonly connection: string;
  readonly id: string;
}

const iso = (column: string): string =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ${column}`;

/** The installation of each connection that has reported last. */
const INSTALLATIONS =
  oneLine(`SELECT DISTINCT ON (connection) connection, installation FROM branchline.installations
  WHERE connection::pg_catalog.text ${own('=')} ANY ($1::pg_catalog.text[]) AND retired_at IS NULL
  ORDER BY connection, last_seen DESC`);

const INSERT = oneLine(`INSERT INTO branchline.requests (connection, installation, id, request, signature)
  VALUES ($1, $2, $3, $4, $5)`);

const PRUNE = `DELETE FROM branchline.requests WHERE at ${own('<')} (pg_catalog.now() ${own('-')} '${KEPT_DAYS} d'::interval)`;

const LIST = oneLine(`SELECT connection, id, ${iso('at')}, ${iso('ended_at')}, state, code, batch_id,
    CASE WHEN pg_catalog.octet_length(request) ${own('<=')} ${MOST_REQUEST_BYTES} THEN request END AS request
  FROM branchline.requests r WHERE $1::pg_catalog.text[] IS NULL OR connection::pg_catalog.text ${own('=')} ANY ($1::pg_catalog.text[])
  ORDER BY r.at DESC, id LIMIT ${MOST_LISTED}`);

/**
 * One session of head office, to ask branches for something and to see what has become of it.
 *
 * All methods throw UsageError `requests_missing`, `requests_denied`, `fleet_untrusted`; SyncFailure why central cannot be
 * reached.
 */
export class RequestDesk implements AsyncDisposable {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async open(central: CentralSettings, folder: string): Promise<RequestDesk> {
    const { session } = await openLink({
      side: 'central',
      endpoint: central,
      connection: 'central',
      folder,
      applicationName: 'branchline-request',
      timeouts: { ...DEFAULT_TIMEOUTS, answerMs: ANSWER_MS },
    });
    return new RequestDesk(session);
  }

  /**
   * Signs a request for each of the branches and stores all of them, or none.
   *
   * @throws UsageError `fleet_branch_unknown` for a branch that has never reported
   */
  async send({ connections, asked, by, now, validMs, key }: Asking): Promise<readonly SentRequest[]> {
    const [found] = await this.#run([{ text: INSTALLATIONS, values: [textArray(connections)] }]);
    const installations = new Map(
      found?.rows.map(({ connection, installation }) => [connection ?? '', installation ?? '']),
    );
    const rows = connections.map((connection) => {
      const installation = installations.get(connection);
      if (installation === undefined) throw new UsageError(UsageCode.FleetBranchUnknown, { connection });
      const times = { issued: now, expires: new Date(now.getTime() + validMs) };
      return signRequest({ id: randomUUID(), by, connection, installation, asked, ...times }, key);
    });
    if (rows.some(({ request }) => request.length > MOST_REQUEST_BYTES))
      throw new UsageError(UsageCode.RequestTooBig, { limit: MOST_REQUEST_BYTES });
    await this.#run([
      PRUNE,
      ...rows.map((row) => ({
        text: INSERT,
        values: [row.connection, row.installation, row.id, row.request, row.signature],
      })),
    ]);
    return rows.map(({ connection, id }) => ({ connection, id }));
  }

  /**
   * The latest requests, latest first.
   *
   * @param connections null for all
   */
  async list(connections: readonly string[] | null): Promise<readonly ListedRequest[]> {
    const values = [connections === null ? null : textArray(connections)];
    const [found] = await this.#run([{ text: LIST, values }]);
    return (found?.rows ?? []).map((row) => ({
      connection: row.connection ?? '',
      id: row.id ?? '',
      ...readUnverified(row.request ?? null),
      at: row.at ?? '',
      state: row.state ?? '',
      code: row.code ?? null,
      batch: row.batch_id ?? null,
      ended_at: row.ended_at ?? null,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
  }

  async #run(statements: readonly (string | Statement)[]): Promise<readonly StatementResult[]> {
    const session = this.#session;
    const before = [...session.begin(), REFUSE_UNTRUSTED_OWNERS, REFUSE_PLANTED, REFUSE_PLANTED_REQUESTS];
    try {
      const results = await session.script([...before, ...statements, 'COMMIT']);
      return results.slice(before.length, before.length + statements.length);
    } catch (error) {
      throw await explained(session, error);
    }
  }
}

/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

/** The error in words for a person, where it is about the table of requests. Ends the open transaction. */
async function explained(session: Session, error: unknown): Promise<unknown> {
  const sqlstate = error instanceof SyncFailure ? error.detail.sqlstate : undefined;
  if (!session.lost) await session.query('ROLLBACK').catch(() => {});
  if (sqlstate === UNDEFINED_TABLE || sqlstate === UNDEFINED_COLUMN)
    return new UsageError(UsageCode.RequestsMissing, {}, { cause: error });
  if (sqlstate !== DENIED && sqlstate !== FENCED) return error;
  const found = await session.query('SELECT current_user AS role').catch(() => null);
  const user = found?.rows[0]?.role ?? '';
  if (sqlstate === FENCED) return new UsageError(UsageCode.FleetUntrusted, { user }, { cause: error });
  return new UsageError(
    UsageCode.RequestsDenied,
    { user, sql: askingSql(user).join('\n') },
    { cause: error },
  );
}
