import { SyncFailure } from '../../shared/errors.ts';
import type { RequestState } from '../../shared/officeRequests.ts';
import type { CentralSettings } from '../../shared/settings.ts';
import { openLink } from '../postgres/link.ts';
import { oneLine, own, textArray } from '../postgres/quote.ts';
import {
  DEFAULT_TIMEOUTS,
  type Session,
  type Statement,
  type StatementResult,
  type Timeouts,
} from '../postgres/session.ts';
import { FENCED } from '../target/checkpoint.ts';
import { REFUSE_PLANTED_REQUESTS } from '../target/headOfficeTables.ts';
import { REFUSE_UNTRUSTED_OWNERS } from '../target/ownOwners.ts';
import { UNDEFINED_COLUMN, UNDEFINED_TABLE } from '../target/setup.ts';
import { upgradeHeadOffice } from '../target/writeReport.ts';
import { MOST_REQUEST_BYTES, type RequestRow } from './signedRequest.ts';

/** A request's row takes part in nothing, so it may wait a while. */
const ANSWER_MS = 20_000;
/** Rows that are read at once. More of them come with the next look. */
const MOST_ROWS = 20;
/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

/** `denied`: our role may not, or the table is missing; `untrusted`: others own the table. */
export type ExchangeProblem = 'denied' | 'untrusted';

/** What to write into a request's row. */
export interface RequestAnswer {
  readonly connection: string;
  readonly id: string;
  readonly state: RequestState;
  readonly code: string | null;
  readonly batchId: string | null;
  /** The row has never been accepted: the answer must not take the place of what came of one that was. */
  readonly onlyWaiting: boolean;
}

export interface ExchangeOptions {
  readonly central: CentralSettings;
  /** The data folder, where relative file names in the settings start. */
  readonly folder: string;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly stop: AbortSignal;
  /** Of this computer: rows for another one are neither read nor answered. */
  readonly installationId: string;
}

const WAITING = oneLine(`SELECT connection, installation, id,
    CASE WHEN pg_catalog.octet_length(request) ${own('<=')} ${MOST_REQUEST_BYTES} THEN request END AS request,
    pg_catalog."left"(signature, 200) AS signature
  FROM branchline.requests WHERE connection ${own('=')} ANY ($1::pg_catalog.text[]) AND installation ${own('=')} $3 AND state ${own('=')} 'waiting'
    AND id ${own('<>')} ALL ($2::pg_catalog.text[]) ORDER BY at LIMIT ${MOST_ROWS}`);

const ANSWER = oneLine(`UPDATE branchline.requests SET state = $3::pg_catalog.text, code = $4, batch_id = $5,
    received_at = COALESCE(received_at, pg_catalog.now()),
    ended_at = CASE WHEN $3::pg_catalog.text ${own('<>')} 'received' THEN pg_catalog.now() END
  WHERE connection ${own('=')} $1 AND id ${own('=')} $2 AND installation ${own('=')} $6`);

const ANSWER_WAITING = `${ANSWER} AND state ${own('=')} 'waiting'`;

/** One session of a branch at central, to look for requests and to say what has become of them. */
export class RequestExchange implements AsyncDisposable {
  readonly #session: Session;
  readonly #installationId: string;

  private constructor(session: Session, installationId: string) {
    this.#session = session;
    this.#installationId = installationId;
  }

  /** @throws SyncFailure why central cannot be reached */
  static async open(options: ExchangeOptions): Promise<RequestExchange> {
    const { central, folder, timeouts, stop, installationId } = options;
    const { session } = await openLink({
      side: 'central',
      endpoint: central,
      connection: 'central',
      folder,
      // Not that of runs: a run that claims a connection ends the sessions of that name.
      applicationName: 'branchline-requests',
      timeouts: { ...DEFAULT_TIMEOUTS, answerMs: ANSWER_MS, ...timeouts },
      stop,
    });
    return new RequestExchange(session, installationId);
  }

  /**
   * The waiting rows of these connections, for this computer.
   *
   * @param except ids that are known, and whose rows could not be changed
   */
  async waiting(
    connections: readonly string[],
    except: readonly string[],
  ): Promise<readonly RequestRow[] | ExchangeProblem> {
    const values = [textArray(connections), textArray(except), this.#installationId];
    const statements = [{ text: WAITING, values }];
    let results = await this.#transaction(statements);
    if (results === 'missing') {
      // After an update, where our role owns the schema and no batch has made the table yet.
      await upgradeHeadOffice(this.#session, false);
      results = await this.#transaction(statements);
    }
    if (typeof results === 'string') return problemOf(results);
    const rows = results[0]?.rows ?? [];
    // A server may answer more than it was asked for.
    return rows.slice(0, MOST_ROWS).map(({ connection, installation, id, request, signature }) => ({
      connection: connection ?? '',
      installation: installation ?? '',
      id: id ?? '',
      request: request ?? null,
      signature: signature ?? '',
    }));
  }

  /** Writes answers. Rows that are gone are no error. */
  async answer(answers: readonly RequestAnswer[]): Promise<ExchangeProblem | null> {
    const results = await this.#transaction(
      answers.map(({ connection, id, state, code, batchId, onlyWaiting }) => ({
        text: onlyWaiting ? ANSWER_WAITING : ANSWER,
        values: [
          ...[connection, id, state, code?.slice(0, 60) ?? null, batchId?.slice(0, 100) ?? null],
          this.#installationId,
        ],
      })),
    );
    return typeof results === 'string' ? problemOf(results) : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
  }

  async #transaction(
    statements: readonly Statement[],
  ): Promise<readonly StatementResult[] | ExchangeProblem | 'missing'> {
    const session = this.#session;
    const before = [...session.begin(), REFUSE_UNTRUSTED_OWNERS, REFUSE_PLANTED_REQUESTS];
    try {
      const results = await session.script([...before, ...statements, 'COMMIT']);
      return results.slice(before.length, before.length + statements.length);
    } catch (error) {
      const sqlstate = error instanceof SyncFailure ? error.detail.sqlstate : undefined;
      if (!session.lost) await session.query('ROLLBACK').catch(() => {});
      if (sqlstate === FENCED) return 'untrusted';
      if (sqlstate === UNDEFINED_TABLE || sqlstate === UNDEFINED_COLUMN) return 'missing';
      if (sqlstate === DENIED) return 'denied';
      throw error;
    }
  }
}

function problemOf(problem: ExchangeProblem | 'missing'): ExchangeProblem {
  return problem === 'missing' ? 'denied' : problem;
}
