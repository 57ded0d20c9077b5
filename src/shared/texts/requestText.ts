import type { BatchOptions } from '../contract.ts';
import { REQUEST_ACTIONS, REQUEST_REFUSALS, REQUEST_RESULTS, REQUEST_STATES } from '../officeRequests.ts';
import type { Translate } from './translate.ts';

type Detail = Readonly<Record<string, unknown>>;
type RequestEvent = `request_${'accepted' | 'begun' | 'done' | 'failed' | 'refused'}`;

/** A line of the event log about a request of head office. */
export function sayRequestRow(event: RequestEvent, detail: Detail, t: Translate): string {
  const { code, action } = detail;
  const [by, id, key] = [textOf(detail.by), textOf(detail.id), textOf(detail.key)];
  const why = typeof code === 'string' ? sayRequestCode(code, t) : '';
  const what = sayRequestAction(typeof action === 'string' ? action : null, t);
  switch (event) {
    case 'request_accepted':
      return t('requests.log.accepted', { action: what, by, key });
    case 'request_begun':
      return t('requests.log.begun', { action: what, by });
    case 'request_done':
      return t('requests.log.done', { action: what, by, why }).trim();
    case 'request_failed':
      return t('requests.log.failed', { action: what, by, why }).trim();
    case 'request_refused':
      // Without a right signature nobody knows whose it is.
      return detail.by === undefined
        ? t('requests.log.refused', { why, id })
        : t('requests.log.refusedOf', { by, why, id });
  }
}

/** An action in words; one of another version as it is. */
export function sayRequestAction(action: string | null, t: Translate): string {
  if (action === null) return '–';
  const known = REQUEST_ACTIONS.find((one) => one === action);
  return known === undefined ? action : t(`requests.action.${known}`);
}

/** A state in words; whatever else the row has, as it is. */
export function sayRequestState(state: string, t: Translate): string {
  const known = REQUEST_STATES.find((one) => one === state);
  return known === undefined ? state : t(`requests.state.${known}`);
}

/** A code in words: of a request, else of a failure or refusal as it is. */
export function sayRequestCode(code: string, t: Translate): string {
  const known = [...REQUEST_REFUSALS, ...REQUEST_RESULTS].find((one) => one === code);
  return known === undefined ? code : t(`requests.code.${known}`);
}

/** Who began a batch: a person at head office by name; null for everybody else. */
export function askedByText({ askedBy }: BatchOptions, t: Translate): string | null {
  return askedBy === undefined ? null : t('requests.askedBy', { by: askedBy.by });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '?';
}
