/** What an administrator at head office may ask a branch to do. */
export const REQUEST_ACTIONS = ['run', 'verify', 'pause', 'resume', 'retry', 'settings'] as const;
export type RequestAction = (typeof REQUEST_ACTIONS)[number];

/** What has become of a request, as its row at head office says. */
export const REQUEST_STATES = ['waiting', 'received', 'done', 'refused', 'failed'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** Why a branch does not carry a request out. */
export const REQUEST_REFUSALS = [
  /** No key of the settings has signed these bytes: forged, changed after signing, or signed by another key. */
  'forged',
  'malformed',
  'too_big',
  'expired',
  /** Issued later than now, by more than clocks differ. */
  'from_future',
  /** For another connection or another installation. */
  'other_branch',
  /** Its id was accepted before. */
  'replayed',
  /** Issued before this branch's records begin, so that nobody could know whether it was accepted before. */
  'before_records',
  'unknown_action',
  /** The branch's settings do not allow this action. */
  'not_allowed',
  /** The fragment has something that never comes from head office. */
  'settings_forbidden',
  /** The settings would not be valid with it. */
  'settings_invalid',
] as const;
export type RequestRefusal = (typeof REQUEST_REFUSALS)[number];

/** What else an outcome's code may say. Other codes are those of failures and refusals (errors.ts). */
export const REQUEST_RESULTS = [
  'nothing_failed',
  'tables_differ',
  /** The branch has changes that are not copied yet. */
  'tables_behind',
  'tables_failed',
  'pause_kept',
  'not_paused',
  /** The branch was paused when the request would have begun. */
  'paused',
  /** The program or the run ended before its result was known. */
  'interrupted',
] as const;

/** A request as head office lists it. Times are ISO 8601 in UTC, by head office's clock. */
export interface ListedRequest {
  readonly connection: string;
  readonly id: string;
  /** Null where the row has no request that can be read. */
  readonly action: string | null;
  readonly by: string | null;
  readonly at: string;
  readonly expires: string | null;
  readonly state: string;
  readonly code: string | null;
  readonly batch: string | null;
  readonly ended_at: string | null;
}

/** Who asked for a batch, as the signed request said it. */
export interface AskedByHeadOffice {
  readonly by: string;
  /** The request's id. */
  readonly request: string;
}
