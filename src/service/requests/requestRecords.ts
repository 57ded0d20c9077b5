import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  CLOCK_SKEW_MS,
  type Judged,
  judgeRow,
  type OfficeRequest,
  type RequestRow,
} from '../../core/headOffice/signedRequest.ts';
import type { WritableJournal } from '../../core/journal/journal.ts';
import type { OfficeRequestRow } from '../../core/journal/officeRequests.ts';
import { fragmentOf } from '../../core/settings/fragment.ts';
import type { RequestRefusal } from '../../shared/officeRequests.ts';
import type { RequestSettings } from '../../shared/requestSettings.ts';

/** When this journal first looked for requests. Older ones may have been accepted under an earlier journal. */
const SINCE = 'requests_since';
/** The latest expiry of the requests that were forgotten. */
const FORGOTTEN = 'requests_forgotten';
/** How long an id is remembered after its expiry, because clocks are set back. */
const REMEMBERED_MS = 30 * 86_400_000;
/** Refused rows that are remembered, so that each is told once. */
const KEPT_REFUSED = 500;
/** Refused rows that are recorded in a day. Whoever may write the table must not fill the journal. */
const REFUSED_A_DAY = 50;
/** Requests that are accepted in a day; more of them wait. Whoever has stolen a key must not keep a branch busy for good. */
const ACCEPTED_A_DAY = 100;
const DAY_MS = 86_400_000;
/** Lengths of the columns at head office. */
const LONGEST_NAME = 100;
/** Longer arguments are cut in the event log. */
const LONGEST_ARGS = 4000;

const instant = z.iso.datetime();

/** What to do about a row. */
export type Taken =
  | { readonly kind: 'accepted'; readonly request: OfficeRequest }
  | { readonly kind: 'refused'; readonly code: RequestRefusal }
  /** It is known, and its row could not be changed yet; or there were too many today, and it waits. */
  | { readonly kind: 'known' };

export interface RequestsHere {
  readonly journal: WritableJournal;
  readonly installationId: string;
  /** Ids of the connections, and of those that are switched off. */
  readonly connections: readonly string[];
  readonly disabled: readonly string[];
  readonly settings: RequestSettings;
  readonly now: Date;
}

/** Notes when looking begins. Called before each look: a clock that was ahead at the first one is corrected some time. */
export function noteSince({ journal, now }: RequestsHere): void {
  const since = instant.safeParse(journal.serviceNote(SINCE)).data;
  if (since !== undefined && Date.parse(since) <= now.getTime() + CLOCK_SKEW_MS) return;
  journal.setServiceNote(SINCE, now.toISOString());
}

/** Judges a row against what is remembered, and records the verdict with its line of the event log. */
export function takeRow(here: RequestsHere, row: RequestRow): Taken {
  const { journal } = here;
  if (row.id.length > LONGEST_NAME || row.connection.length > LONGEST_NAME) return { kind: 'known' };
  const judged = remembered(here, row, judgeRow(row, here));
  if (judged.kind === 'known') return judged;
  if (judged.kind === 'refused') {
    recordRefusal(here, row, judged);
    return judged;
  }
  if (journal.acceptedOfficeRequests(new Date(here.now.getTime() - DAY_MS)) >= ACCEPTED_A_DAY)
    return { kind: 'known' };
  const { request } = judged;
  const { id, connection, text, keyName, expires } = request;
  const facts = { ...factsOf(request), args: textOf(request.args) };
  const isNew = journal.acceptOfficeRequest({
    ...{ key: id, connection, rowId: row.id, expiresAt: expires, facts },
    ...{ text, keyName },
  });
  return isNew ? judged : { kind: 'known' };
}

function remembered(
  { journal }: RequestsHere,
  row: RequestRow,
  judged: Judged,
): Judged | { readonly kind: 'known' } {
  if (judged.kind !== 'accepted') return judged;
  const { request } = judged;
  const { by } = request;
  const refuse = (code: RequestRefusal): Judged => ({ kind: 'refused', code, by });
  const known = journal.officeRequest(request.id);
  if (known !== null)
    return known.told === null && known.connection === row.connection
      ? { kind: 'known' }
      : refuse('replayed');
  // An id that was forgotten expired before this. It can only seem to be valid after the clock was set back.
  const forgotten = instant.safeParse(journal.serviceNote(FORGOTTEN)).data;
  if (forgotten !== undefined && request.expires.getTime() <= Date.parse(forgotten)) return refuse('expired');
  const since = instant.safeParse(journal.serviceNote(SINCE)).data;
  if (since === undefined || request.issued.getTime() < Date.parse(since)) return refuse('before_records');
  if (request.action === 'settings' && fragmentOf(request.args.fragment) === null)
    return refuse('settings_forbidden');
  return judged;
}

function recordRefusal(
  { journal, now }: RequestsHere,
  row: RequestRow,
  { code, by }: { readonly code: RequestRefusal; readonly by: string | null },
): void {
  if (journal.refusedOfficeRequests(new Date(now.getTime() - DAY_MS)) >= REFUSED_A_DAY) return;
  const expiresAt = new Date(now.getTime() + REMEMBERED_MS);
  const { connection, id: rowId } = row;
  // `by` is only known where the signature is right; nothing else of the row is repeated but its id.
  const facts = { id: rowId, ...(by !== null && { by }) };
  journal.refuseOfficeRequest({ key: digestOf(row, code), connection, rowId, expiresAt, facts }, code);
}

/** Whoever changes a row gets a line for each change; the same row again gets none. */
function digestOf({ connection, id, request, signature }: RequestRow, code: RequestRefusal): string {
  const whole = JSON.stringify([connection, id, request, signature, code]);
  return `refused:${createHash('sha256').update(whole).digest('hex')}`;
}

/** Who asked for what, for the event log. */
export function factsOf({ id, action, by, keyName }: OfficeRequest): Readonly<Record<string, string>> {
  return { id, action, by, key: keyName };
}

function textOf(args: unknown): string {
  return JSON.stringify(args).slice(0, LONGEST_ARGS);
}

/** Removes what is remembered for no reason any more. */
export function forgetOld({ journal, now }: RequestsHere): void {
  journal.together(() => {
    const latest = journal.forgetOfficeRequests(new Date(now.getTime() - REMEMBERED_MS), KEPT_REFUSED);
    if (latest === null) return;
    const before = instant.safeParse(journal.serviceNote(FORGOTTEN)).data ?? '';
    if (latest > before) journal.setServiceNote(FORGOTTEN, latest);
  });
}

/** The state that a request's row at head office should have. */
export function stateToTell({ state }: OfficeRequestRow): 'received' | 'done' | 'failed' | 'refused' {
  return state === 'accepted' || state === 'begun' ? 'received' : state;
}
