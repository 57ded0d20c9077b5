import type { FindingCode } from '../../doctor.ts';

/** `found` alone where all is well; else also what it means and what to do. */
type FindingWords = { readonly found: string } | Readonly<Record<'found' | 'means' | 'next', string>>;

const computerFindings = {
  settings_ok: { found: 'The settings can be used (connections: {{count}}).' },
  settings_no_branch: {
    found: 'The settings name head office, but no branch database.',
    means: 'Nothing is copied from this computer. That is right for head office’s own computer.',
    next: 'At a branch, add its database: "branchline connection add --id ID --host …", or on the page Branches.',
  },
  settings_all_disabled: {
    found: 'All {{count}} connections are switched off.',
    means: 'Nothing is copied from this computer.',
    next: 'Switch one on, on the page Branches or with "enabled" in the settings.',
  },
  program_ok: { found: 'Branchline {{version}} on {{runtime}} ({{platform}}).' },
  program_replaced: {
    found: 'Branchline {{version}} is running, but its program files were replaced on {{since}}.',
    means: 'The program that runs is still the old one, and files of two versions may not fit together.',
    next: 'Quit Branchline and start it again, or restart its service.',
  },
  service_runs: { found: 'A tray application or background service keeps the schedules of this folder.' },
  service_missing: {
    found:
      'No tray application and no background service runs for this folder, but {{count}} schedules are switched on.',
    means: 'Nothing is copied by itself until one of them runs.',
    next: 'Start Branchline from the menu, or set the service up: "branchline serve".',
  },
  service_not_needed: {
    found: 'No tray application and no background service runs for this folder.',
    means: 'Without a schedule none is needed: syncs run when a person starts them.',
    next: 'To sync by itself, add a schedule and start Branchline.',
  },
  schedules_ok: {
    found:
      'Schedules that are switched on: {{count}}. The next run is "{{schedule}}" on {{nextAt}} ({{cron}}, {{timezone}}).',
  },
  schedules_none: {
    found: 'There is no schedule.',
    means: 'Tables are copied only when a person starts it.',
    next: 'Add a schedule on the page Schedules, or under "schedules" in the settings.',
  },
  schedules_off: {
    found: 'All {{count}} schedules are switched off.',
    means: 'Tables are copied only when a person starts it.',
    next: 'Switch a schedule on, on the page Schedules.',
  },
  schedule_never: {
    found: 'The schedule "{{schedule}}" ({{cron}}) never comes.',
    means: 'It will never start a sync.',
    next: 'Correct it on the page Schedules.',
  },
  schedule_idle: {
    found: 'The schedule "{{schedule}}" has no connection that is switched on.',
    means: 'It runs, but copies nothing.',
    next: 'Choose its connections on the page Schedules, or switch one of them on.',
  },
  schedule_far: {
    found:
      'The next run is more than a month away: "{{schedule}}" on {{nextAt}} ({{cron}}, {{timezone}}); {{count}} switched on.',
    means: 'Head office will have old data until then.',
    next: 'If that is not meant, correct the schedule on the page Schedules.',
  },
  folder_ok: { found: 'The data folder {{folder}} can be written.' },
  folder_absent: {
    found: 'The data folder {{folder}} does not exist yet.',
    means: 'Branchline has not been used here, or it uses another folder.',
    next: 'If Branchline works on this computer, name its folder: "--data-dir DIR". Otherwise begin with the settings.',
  },
  folder_unwritable: {
    found: 'The data folder {{folder}} cannot be written: {{reason}}.',
    means: 'Branchline cannot record what it does, so it copies nothing.',
    next: 'Give the user who runs Branchline the right to write there.',
  },
  disk_ok: { found: '{{freeBytes}} are free on the disk of {{folder}}.' },
  disk_low: {
    found: 'Only {{freeBytes}} are free on the disk of {{folder}}.',
    means: 'Once it is full, a running batch stops.',
    next: 'Make room on this disk, at least 1 GB.',
  },
  disk_full: {
    found: 'The disk of {{folder}} is full, or nearly so: {{freeBytes}} are free.',
    means: 'Branchline cannot record what it does, so batches stop.',
    next: 'Make room on this disk now, or raise the quota of the user who runs Branchline.',
  },
  temp_ok: { found: '{{freeBytes}} are free for temporary files ({{folder}}).' },
  temp_low: {
    found: 'Only {{freeBytes}} are free for temporary files ({{folder}}).',
    means: 'Other programs may fail, and the demo databases do not start.',
    next: 'Make room there.',
  },
  temp_unwritable: {
    found: 'The folder for temporary files {{folder}} cannot be written: {{reason}}.',
    means: 'Some functions of this computer’s programs fail without saying why.',
    next: 'Correct TMPDIR (TEMP on Windows) of the user who runs Branchline, or the rights of the folder.',
  },
  logs_ok: { found: 'Log files can be written ({{folder}}).' },
  logs_absent: { found: 'There are no log files yet ({{folder}}).' },
  logs_unwritable: {
    found: 'Log files cannot be written in {{folder}}: {{reason}}.',
    means: 'Branchline works, but nobody can find out later what went wrong.',
    next: 'Give the user who runs Branchline the right to write there.',
  },
  journal_ok: { found: 'The journal is sound ({{fileBytes}}).' },
  journal_absent: { found: 'There is no journal yet: no sync has run here.' },
  journal_damaged: {
    found: 'The journal ({{fileBytes}}) is damaged: {{finding}}',
    means:
      'Its history of batches may be lost. No copied rows are: Branchline goes on from what head office has.',
    next: 'Start Branchline: it sets the damaged file aside under another name and begins a new journal. If that happens again, have the disk checked.',
  },
  journal_unreadable: {
    found: 'The journal cannot be read: {{reason}}.',
    means: 'Branchline cannot record what it does, so it copies nothing.',
    next: 'Check the rights of the files in the data folder, and the disk.',
  },
  lease_free: { found: 'No sync is running now.' },
  lease_held: {
    found: 'A sync is running: {{face}}, process {{pid}} on {{host}}, since {{since}}.',
    means: 'Until it ends, no other one can start on this computer.',
    next: 'Nothing, unless it should not run: then stop it in the window, or end that process.',
  },
  lease_taken: {
    found: 'Another program holds the right to sync (lease.db), and has not said which one it is.',
    means: 'Until it ends, no sync can start on this computer.',
    next: 'Close other programs that have opened the data folder, such as a backup. If it stays so, restart the computer.',
  },
  keychain_ok: { found: 'The system’s keychain answers.' },
  keychain_absent: {
    found: 'There is no keychain for this user ({{reason}}).',
    means: 'Passwords are kept in a file of the data folder that only this user can read.',
    next: 'Nothing; that is usual on a server. A keychain would need a desktop session.',
  },
  keychain_locked: {
    found: 'The keychain is locked ({{reason}}).',
    means: 'Passwords in it cannot be read until somebody unlocks it.',
    next: 'Sign in to the desktop, or unlock the keychain. On a computer where nobody signs in, use "passfile" or an environment variable.',
  },
  keychain_silent: {
    found: 'The keychain does not answer ({{reason}}).',
    means: 'Perhaps it waits for somebody to unlock it. Passwords in it cannot be read.',
    next: 'Look for a question on the screen, or sign out and in again.',
  },
  keychain_failed: {
    found: 'The keychain cannot be used ({{reason}}).',
    means: 'Passwords in it cannot be read.',
    next: 'Repair the keychain, or store the passwords again: "branchline connection password ID".',
  },
  zone_ok: { found: 'This computer’s time zone is {{zone}}, and the schedules fit it.' },
  zone_differs: {
    found:
      'This computer’s time zone is {{zone}}; the schedule "{{schedule}}" runs by the clock of {{timezone}}.',
    means: 'It runs at another hour than the clock of this computer shows.',
    next: 'If that is not meant, correct the time zone of the computer or of the schedule.',
  },
  sleep_never: { found: 'This computer does not go to sleep by itself.' },
  sleep_after: {
    found: 'This computer goes to sleep after {{minutes}} without use.',
    means: 'While it sleeps, no schedule runs and a running batch is cut off.',
    next: 'Switch sleep off in the power settings, at least on mains.',
  },
  sleep_idle: {
    found: 'This computer stops when it is not used (IdleAction={{action}}).',
    means: 'Then no schedule runs and a running batch is cut off.',
    next: 'Set IdleAction=ignore in /etc/systemd/logind.conf, then restart systemd-logind.',
  },
  sleep_unknown: {
    found: 'Whether this computer goes to sleep by itself cannot be found out here ({{reason}}).',
    means: 'While it sleeps, no schedule runs.',
    next: 'Check the power settings.',
  },
} as const;

const serverFindings = {
  server_ok: { found: '{{host}}:{{port}} answers, and {{user}} can sign in to {{database}}.' },
  ssh_ok: {
    found: 'The SSH server {{sshHost}} shows the pinned host key {{hostKey}} and lets Branchline through.',
  },
  ssh_not_pinned: {
    found: 'No host key of the SSH server {{sshHost}}:{{sshPort}} is pinned yet. It shows {{offered}}.',
    means:
      'Branchline would trust that key at the first sign-in. The doctor does not sign in, so the database was not checked.',
    next: 'Compare the fingerprint with whoever runs the SSH server, then accept it: "branchline connection ssh-host-key {{connection}} --accept".',
  },
  tls_verified: {
    found: 'Encrypted, and the server’s certificate was checked ({{sslmode}}); it ends on {{endsAt}}.',
  },
  tls_local: {
    found: 'Not encrypted by the database ({{sslmode}}), but nothing leaves this computer or the SSH tunnel.',
  },
  tls_unverified: {
    found:
      'Encrypted, but who the server is was not checked ({{sslmode}}); its certificate ends on {{endsAt}}.',
    means: 'Another machine on the way could pretend to be the server.',
    next: 'Set "sslmode": "verify-full", and "sslrootcert" to the CA file of whoever runs the server.',
  },
  tls_plain: {
    found: 'Not encrypted ({{sslmode}}).',
    means: 'Anyone on the way can read and change the rows.',
    next: 'Switch TLS on at the server and set "sslmode": "verify-full", or reach the server through SSH.',
  },
  tls_ends_soon: {
    found: 'The server’s certificate ends in {{days}} days, on {{endsAt}} ({{sslmode}}).',
    means: 'Where it is checked, Branchline cannot connect after that.',
    next: 'Ask whoever runs the server to renew it.',
  },
  tls_expired: {
    found: 'The server’s certificate ended on {{endsAt}} ({{sslmode}}).',
    means: 'It is not checked, so Branchline still connects, but cannot know who the server is.',
    next: 'Ask whoever runs the server to renew it, then set "sslmode": "verify-full".',
  },
  server_version_ok: { found: 'PostgreSQL {{serverVersion}}.' },
  server_version_ended: {
    found: 'PostgreSQL {{serverVersion}}.',
    means: 'Branchline supports it, but the PostgreSQL project has not corrected it since {{endedOn}}.',
    next: 'Plan an upgrade with the administrator of this server.',
  },
  rights_read: { found: 'All chosen tables can be read ({{count}}).' },
  rights_write: { found: 'Branchline may make its tables and write to them.' },
  rights_write_only: {
    found: 'Branchline may write in schema {{schema}}, but not make tables there.',
    means: 'That is right where head office makes the tables. Tables that it has not made yet fail.',
    next: 'If Branchline should make them, grant CREATE on the schema to its role.',
  },
  rights_read_only: {
    found: 'This role may read how the branches stand, and nothing else.',
    means: 'That is right for head office’s own computer. A branch cannot copy with it.',
    next: 'Nothing, if this is head office’s computer.',
  },
  rights_tables: {
    found: 'Tables at head office that {{user}} may not write: {{count}} ({{tables}}).',
    means: 'Branchline may connect, but these tables will fail.',
    next: 'Let head office run this:\n{{sql}}',
  },
  own_tables_ok: {
    found:
      'Head office has Branchline’s own tables in version {{tablesVersion}}, as this program needs them (version {{known}}).',
  },
  own_tables_absent: {
    found: 'Head office does not have Branchline’s own tables yet.',
    means: 'The first batch makes them.',
    next: 'Nothing, if Branchline may make them (see “Rights”).',
  },
  own_tables_older: {
    found:
      'Branchline’s own tables at head office are of version {{tablesVersion}}; this program needs {{known}}.',
    means: 'The next batch brings them up to date.',
    next: 'Nothing, if Branchline may change them. Where branches have roles of their own, head office runs what "branchline central-sql" prints.',
  },
  own_tables_newer: {
    found:
      'Branchline’s own tables at head office are of version {{tablesVersion}}; this program knows only {{known}}.',
    means: 'A newer Branchline at another branch has changed them.',
    next: 'Install the same version of Branchline here.',
  },
  own_tables_hidden: {
    found: 'The version of Branchline’s own tables at head office could not be read.',
    means: 'The role may lack a right (see “Rights”).',
    next: 'Correct the rights, then check again.',
  },
  clock_ok: { found: 'The clocks of this computer and of the server agree ({{skewSeconds}} apart).' },
  clock_ahead: {
    found: 'This computer’s clock is {{skewSeconds}} ahead of the server’s.',
    means: 'Schedules run too early, or times at head office are wrong, depending on which clock is right.',
    next: 'Compare both with the right time, and let the wrong one be set over the network (NTP).',
  },
  clock_behind: {
    found: 'This computer’s clock is {{skewSeconds}} behind the server’s.',
    means: 'Schedules run too late, or times at head office are wrong, depending on which clock is right.',
    next: 'Compare both with the right time, and let the wrong one be set over the network (NTP).',
  },
  clock_far: {
    found: 'This computer’s clock and the server’s are {{skewSeconds}} apart.',
    means: 'Schedules run at the wrong time, and valid certificates may be refused.',
    next: 'Set the wrong clock now, and let it be set over the network (NTP) from then on.',
  },
  server_zone_ok: {
    found: 'The server’s time zone is {{serverZone}}, with the same time as here ({{zone}}).',
  },
  server_zone_differs: {
    found: 'The server’s time zone is {{serverZone}}; this computer’s is {{zone}}.',
    means: 'Rows are copied unchanged, but people may read times on both sides differently.',
    next: 'Nothing, if the server is in another place or keeps UTC on purpose.',
  },
  link_ok: { found: 'Round trip {{roundTripMs}}, about {{bytesPerSecond}}/s.' },
  link_slow: {
    found: 'The link is slow: round trip {{roundTripMs}}, about {{bytesPerSecond}}/s.',
    means: 'A first load of large tables takes long; daily changes are usually small.',
    next: 'Carry the first load on a disk ("branchline export"), and let Branchline go through SSH, which compresses.',
  },
  link_skipped: {
    found: 'The link was not measured.',
    means: 'A quick check sends as little as possible.',
    next: 'To measure it, check again without --quick.',
  },
  not_reached: {
    found: 'Not checked.',
    means: 'Something on the way there failed.',
    next: 'Correct what else is reported for this server, then check again.',
  },
  timed_out: {
    found: 'The check did not end within {{seconds}}.',
    means: 'Something is very slow or does not answer.',
    next: 'Check again. If it stays so, look at the link, the disk and the load of the server.',
  },
  check_failed: {
    found: 'The check itself failed: {{reason}}.',
    means: 'What it would have found is unknown.',
    next: 'Check again; if it stays so, send the log files to support.',
  },
} as const;

/** `branchline doctor`, and its page in the window. */
export const doctor = {
  finding: { ...computerFindings, ...serverFindings } as const satisfies Readonly<
    Record<FindingCode, FindingWords>
  >,
  check: {
    settings: 'Settings',
    program: 'Program',
    service: 'Background program',
    schedules: 'Schedules',
    data_folder: 'Data folder',
    disk: 'Disk space',
    temp: 'Temporary files',
    logs: 'Log files',
    journal: 'Journal',
    lease: 'Running sync',
    keychain: 'Keychain',
    time_zone: 'Time zone',
    sleep: 'Sleep',
    server: 'Connection',
    ssh: 'SSH tunnel',
    tls: 'Encryption',
    server_version: 'Version',
    rights: 'Rights',
    own_tables: 'Branchline’s tables',
    clock: 'Clock',
    server_zone: 'Server’s time zone',
    link: 'Speed',
  },
  state: {
    ok: 'fine',
    note: 'note',
    warning: 'warning',
    problem: 'problem',
    unknown: 'not known',
  },
  computer: 'This computer',
  central: 'Head office',
  branch: '{{label}} ({{connection}})',
  means: 'Means',
  next: 'Do',
  message: 'Message',
  result: {
    ok: 'All is well.',
    note: 'All is well; see the notes.',
    unknown: 'All is well, as far as it could be checked.',
    warning: 'Branchline works, but something needs your attention.',
    problem: 'Something keeps Branchline from working.',
  },
  counts:
    'Problems: {{problems}}, warnings: {{warnings}}, notes: {{notes}}, fine: {{fine}}, not known: {{unknown}}',
  checkedAt: 'Branchline {{version}}, checked on {{at}}',
} as const;

/** The page in the window. */
export const doctorPage = {
  title: 'Check-up',
  intro:
    'Checks this computer, its links and both databases, and says what to do. It takes up to a minute and changes nothing.',
  run: 'Check now',
  again: 'Check again',
  running: 'Checking this computer and the databases …',
  quick: 'Without measuring the links',
  copy: 'Copy as text',
  copied: 'Copied',
  copyFailed: 'This browser did not let the text be copied. Select it on the page instead.',
  urgent: 'What needs you',
  fine_one: '1 check is fine',
  fine_other: '{{count}} checks are fine',
  open: 'Check this computer',
  openHelp:
    'When something does not work: checks this computer, the links and both databases, and says what to do.',
  toSetUp: 'Start the set-up',
} as const;
