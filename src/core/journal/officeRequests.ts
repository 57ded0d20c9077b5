import type { RequestState } from '../../shared/officeRequests.ts';
import type { Clock } from '../ports.ts';
import { appendEvent } from './batchTotals.ts';
import type { ReadableStore, WritableStore } from './store.ts';

/** A request of head office as this branch remembers it; see migrations/0009-office-requests.ts. */
export interface OfficeRequestRow {
  readonly key: string;
  readonly connection: string;
  readonly row_id: string;
  readonly state: 'accepted' | 'begun' | 'done' | 'failed' | 'refused';
  readonly code: string | null;
  readonly batch_id: string | null;
  readonly request: string | null;
  readonly key_name: string | null;
  readonly expires_at: string;
  readonly told: RequestState | null;
}

/** How a request ended. */
export interface RequestOutcome {
  readonly state: 'done' | 'failed' | 'refused';
  readonly code: string | null;
  readonly batchId: string | null;
}

/** Facts for the event log. */
type Facts = Readonly<Record<string, unknown>>;

/** A request to remember before anything is done about it. */
export interface NewOfficeRequest {
  readonly key: string;
  readonly connection: string;
  readonly rowId: string;
  readonly expiresAt: Date;
  readonly facts: Facts;
}

export interface OfficeRequestReads {
  officeRequest(key: string): OfficeRequestRow | null;
  /** Accepted requests that have not ended, oldest first. */
  openOfficeRequests(): readonly OfficeRequestRow[];
  /** Requests whose row at head office does not say yet how they stand. */
  untoldOfficeRequests(limit: number): readonly OfficeRequestRow[];
  /** How many were accepted since. */
  acceptedOfficeRequests(since: Date): number;
  /** How many rows were refused since. */
  refusedOfficeRequests(since: Date): number;
}

/** Each change is one transaction with its line of the event log. */
export interface OfficeRequestWrites {
  /** @returns false if a request of that id was accepted before */
  acceptOfficeRequest(
    request: NewOfficeRequest & { readonly text: string; readonly keyName: string },
  ): boolean;
  /** @returns false if the same row was refused before */
  refuseOfficeRequest(request: NewOfficeRequest, code: string): boolean;
  /**
   * Called before anything is done: after a crash, a request that has begun is not carried out again.
   *
   * @returns false if it had begun or ended already
   */
  beginOfficeRequest(key: string, facts: Facts, batchId?: string | null): boolean;
  /** Does nothing if it has ended already. */
  endOfficeRequest(key: string, outcome: RequestOutcome, facts: Facts): void;
  noteOfficeRequestTold(key: string, told: RequestState): void;
  /**
   * Removes ended requests whose time is over, and the oldest refused ones beyond a number.
   *
   * @returns the latest expiry among the removed ones
   */
  forgetOfficeRequests(expiredBefore: Date, keptRefused: number): string | null;
}

const COLUMNS = 'key, connection, row_id, state, code, batch_id, request, key_name, expires_at, told';

export function createOfficeRequestReads(store: ReadableStore): OfficeRequestReads {
  return {
    officeRequest: (key) =>
      store.get<OfficeRequestRow>(`SELECT ${COLUMNS} FROM office_requests WHERE key = @key`, { key }) ?? null,
    openOfficeRequests: () =>
      store.all<OfficeRequestRow>(
        `SELECT ${COLUMNS} FROM office_requests WHERE state IN ('accepted', 'begun') ORDER BY rowid`,
      ),
    untoldOfficeRequests: (limit) =>
      store.all<OfficeRequestRow>(
        `SELECT ${COLUMNS} FROM office_requests
         WHERE told IS NOT CASE WHEN state IN ('accepted', 'begun') THEN 'received' ELSE state END
         ORDER BY rowid DESC LIMIT @limit`,
        { limit },
      ),
    acceptedOfficeRequests: (since) =>
      store.get<{ readonly count: number }>(
        'SELECT count(*) AS count FROM office_requests WHERE request IS NOT NULL AND at > @since',
        { since: since.toISOString() },
      )?.count ?? 0,
    refusedOfficeRequests: (since) =>
      store.get<{ readonly count: number }>(
        "SELECT count(*) AS count FROM office_requests WHERE state = 'refused' AND at > @since",
        { since: since.toISOString() },
      )?.count ?? 0,
  };
}

export function createOfficeRequestWrites(store: WritableStore, clock: Clock): OfficeRequestWrites {
  const now = (): string => clock.now().toISOString();
  const insert = (
    { key, connection, rowId, expiresAt }: NewOfficeRequest,
    rest: Readonly<Record<'state' | 'code' | 'request' | 'key_name' | 'ended_at' | 'told', string | null>>,
  ): boolean =>
    store.run(
      `INSERT INTO office_requests (key, connection, row_id, state, code, request, key_name, expires_at, at, ended_at, told)
       VALUES (@key, @connection, @row_id, @state, @code, @request, @key_name, @expires_at, @at, @ended_at, @told)
       ON CONFLICT DO NOTHING`,
      { key, connection, row_id: rowId, expires_at: expiresAt.toISOString(), at: now(), ...rest },
    ) === 1;
  return {
    acceptOfficeRequest: (request) =>
      store.write(() => {
        const { text, keyName, connection, facts } = request;
        const rest = {
          state: 'accepted',
          code: null,
          request: text,
          key_name: keyName,
          ended_at: null,
          told: null,
        };
        if (!insert(request, rest)) return false;
        appendEvent(store, clock, 'request_accepted', { connection, detail: facts });
        return true;
      }),
    refuseOfficeRequest: (request, code) =>
      store.write(() => {
        const { connection, facts } = request;
        // Its answer is given along with the verdict, as often as the row is found.
        const rest = {
          ...{ state: 'refused', code, request: null, key_name: null },
          ...{ ended_at: now(), told: 'refused' },
        };
        if (!insert(request, rest)) return false;
        appendEvent(store, clock, 'request_refused', { connection, detail: { code, ...facts } });
        return true;
      }),
    beginOfficeRequest: (key, facts, batchId = null) =>
      store.write(() => {
        const begun = store.run(
          "UPDATE office_requests SET state = 'begun', batch_id = @batch_id WHERE key = @key AND state = 'accepted'",
          { key, batch_id: batchId },
        );
        if (begun !== 1) return false;
        const connection = connectionOf(store, key);
        appendEvent(store, clock, 'request_begun', { batchId, connection, detail: facts });
        return true;
      }),
    endOfficeRequest: (key, { state, code, batchId }, facts) =>
      store.write(() => {
        const ended = store.run(
          `UPDATE office_requests SET state = @state, code = @code, ended_at = @now,
             batch_id = coalesce(@batch_id, batch_id)
           WHERE key = @key AND state IN ('accepted', 'begun')`,
          { key, state, code, batch_id: batchId, now: now() },
        );
        if (ended !== 1) return;
        const connection = connectionOf(store, key);
        appendEvent(store, clock, `request_${state}`, { batchId, connection, detail: { code, ...facts } });
      }),
    noteOfficeRequestTold: (key, told) => {
      store.run('UPDATE office_requests SET told = @told WHERE key = @key', { key, told });
    },
    forgetOfficeRequests: (expiredBefore, keptRefused) =>
      store.write(() => {
        const before = { before: expiredBefore.toISOString() };
        const over = 'ended_at IS NOT NULL AND expires_at < @before';
        const latest = store.get<{ readonly at: string | null }>(
          `SELECT max(expires_at) AS at FROM office_requests WHERE ${over} AND state <> 'refused'`,
          before,
        );
        store.run(`DELETE FROM office_requests WHERE ${over}`, before);
        store.run(
          `DELETE FROM office_requests WHERE state = 'refused' AND request IS NULL AND key NOT IN
             (SELECT key FROM office_requests WHERE state = 'refused' ORDER BY rowid DESC LIMIT @kept)`,
          { kept: keptRefused },
        );
        return latest?.at ?? null;
      }),
  };
}

function connectionOf(store: WritableStore, key: string): string {
  return (
    store.get<{ readonly connection: string }>('SELECT connection FROM office_requests WHERE key = @key', {
      key,
    })?.connection ?? ''
  );
}
