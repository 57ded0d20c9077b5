import type { ErrorParams, FailureDetail, UsageCode } from './errors.ts';

/** From best to worst, apart from `unknown`: not checked, or not to be found out here. */
export const DOCTOR_STATES = ['ok', 'unknown', 'note', 'warning', 'problem'] as const;
export type DoctorState = (typeof DOCTOR_STATES)[number];

/** What is checked on this computer, and at each database server, in the order in which it is shown. */
export const COMPUTER_CHECKS = [
  'settings',
  'program',
  'service',
  'schedules',
  'data_folder',
  'disk',
  'temp',
  'logs',
  'journal',
  'lease',
  'keychain',
  'time_zone',
  'sleep',
] as const;
export const SERVER_CHECKS = [
  'server',
  'ssh',
  'tls',
  'server_version',
  'rights',
  'own_tables',
  'clock',
  'server_zone',
  'link',
] as const;
export type DoctorCheckName = (typeof COMPUTER_CHECKS)[number] | (typeof SERVER_CHECKS)[number];

/**
 * Everything that a check can find, apart from failures of servers and settings that cannot be used, with how bad it is.
 * The words are in the texts under `doctor.finding`.
 */
export const FINDINGS = {
  settings_ok: 'ok',
  settings_no_branch: 'note',
  settings_all_disabled: 'warning',
  program_ok: 'ok',
  program_replaced: 'warning',
  service_runs: 'ok',
  service_missing: 'warning',
  service_not_needed: 'note',
  schedules_ok: 'ok',
  schedules_none: 'note',
  schedules_off: 'note',
  schedule_never: 'problem',
  schedule_idle: 'warning',
  schedule_far: 'note',
  folder_ok: 'ok',
  folder_absent: 'note',
  folder_unwritable: 'problem',
  disk_ok: 'ok',
  disk_low: 'warning',
  disk_full: 'problem',
  temp_ok: 'ok',
  temp_low: 'note',
  temp_unwritable: 'warning',
  logs_ok: 'ok',
  logs_absent: 'ok',
  logs_unwritable: 'warning',
  journal_ok: 'ok',
  journal_absent: 'ok',
  journal_damaged: 'problem',
  journal_unreadable: 'problem',
  lease_free: 'ok',
  lease_held: 'note',
  lease_taken: 'note',
  keychain_ok: 'ok',
  keychain_absent: 'note',
  keychain_locked: 'warning',
  keychain_silent: 'warning',
  keychain_failed: 'warning',
  zone_ok: 'ok',
  zone_differs: 'note',
  sleep_never: 'ok',
  sleep_after: 'warning',
  sleep_idle: 'warning',
  sleep_unknown: 'unknown',
  server_ok: 'ok',
  ssh_ok: 'ok',
  ssh_not_pinned: 'warning',
  tls_verified: 'ok',
  tls_local: 'ok',
  tls_unverified: 'note',
  tls_plain: 'warning',
  tls_ends_soon: 'warning',
  tls_expired: 'warning',
  server_version_ok: 'ok',
  server_version_ended: 'note',
  rights_read: 'ok',
  rights_write: 'ok',
  rights_write_only: 'note',
  rights_read_only: 'note',
  rights_tables: 'problem',
  own_tables_ok: 'ok',
  own_tables_absent: 'note',
  own_tables_older: 'note',
  own_tables_newer: 'warning',
  own_tables_hidden: 'unknown',
  clock_ok: 'ok',
  clock_ahead: 'warning',
  clock_behind: 'warning',
  clock_far: 'problem',
  server_zone_ok: 'ok',
  server_zone_differs: 'note',
  link_ok: 'ok',
  link_slow: 'note',
  link_skipped: 'unknown',
  not_reached: 'unknown',
  timed_out: 'warning',
  check_failed: 'warning',
} as const satisfies Readonly<Record<string, DoctorState>>;
export type FindingCode = keyof typeof FINDINGS;

/** What a check found: one of our own findings, a server's failure, or why the settings or a folder cannot be used. */
export type Finding =
  | { readonly kind: 'finding'; readonly code: FindingCode; readonly params: ErrorParams }
  | { readonly kind: 'failure'; readonly failure: FailureDetail }
  | { readonly kind: 'usage'; readonly code: UsageCode; readonly params: ErrorParams };

/** One check of one subject. */
export interface DoctorCheck {
  readonly check: DoctorCheckName;
  /** `central`, the id of a connection, or null for this computer. */
  readonly subject: string | null;
  readonly state: DoctorState;
  readonly finding: Finding;
  /** How long the check took. */
  readonly ms: number;
}

export interface DoctorReport {
  /** When the checks began; ISO 8601, by this computer's clock. */
  readonly at: string;
  readonly version: string;
  /** The worst of all checks. */
  readonly state: DoctorState;
  readonly checks: readonly DoctorCheck[];
  /** Display names of the connections, by id. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface DoctorRequest {
  /** Leaves out what sends many bytes over the link. */
  readonly quick: boolean;
}

/** How bad a finding is. A failure, or settings that cannot be used, keep Branchline from working. */
export function stateOf(finding: Finding): DoctorState {
  return finding.kind === 'finding' ? FINDINGS[finding.code] : 'problem';
}

/** The worst of several states; `ok` if there are none. */
export function worstState(states: readonly DoctorState[]): DoctorState {
  const worst = Math.max(0, ...states.map((one) => DOCTOR_STATES.indexOf(one)));
  return DOCTOR_STATES[worst] ?? 'ok';
}
