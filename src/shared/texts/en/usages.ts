import type { UsageCode } from '../../errors.ts';
import { exportUsages } from './exports.ts';

/** What a person asked for cannot be done as asked: what, what it means, what next. */
export const usages = {
  ...exportUsages,
  settings_missing: {
    what: 'There are no settings yet: {{path}} does not exist.',
    means: 'Branchline does not know which databases to read and where to send them.',
    next: 'Start with "branchline connection add --id central --host …", or try "branchline demo --keep".',
  },
  settings_invalid: {
    what: 'The settings in {{file}} are not right:\n{{problems}}',
    means: 'Nothing was run and the file was left as it is.',
    next: 'Correct it there, then try again.',
  },
  settings_unreadable: {
    what: 'The settings file {{path}} cannot be read: {{reason}}.',
    means: 'Nothing was run and the file was left as it is.',
    next: 'Correct the file, or put back a copy of it.',
  },
  settings_changed: {
    what: 'The settings in {{file}} have been changed meanwhile.',
    means:
      'Somebody else, or another program, has saved them. Your change was not saved, so that theirs is not lost.',
    next: 'Load the settings again, then make your change once more.',
  },
  hooks_by_hand: {
    what: 'What is to be saved has other "hooks" than {{file}}.',
    means:
      'Hooks run SQL or programs after a batch. So that nobody can add one from a window, an import or head office, they can be changed in that file alone. Nothing was saved.',
    next: 'Leave "hooks" as they are, or out of what you save. To change them, an administrator edits that file.',
  },
  fleet_missing: {
    what: 'No branch has reported to this head office yet.',
    means:
      'The view branchline.branch_health is not there. Branches make it with their first batch, or an administrator with what "branchline central-sql" prints.',
    next: 'Check that "central" in the settings is the database that the branches write to.',
  },
  fleet_outdated: {
    what: 'The tables of head office are those of an older version.',
    means: 'The view branchline.branch_health lacks columns that this version reads.',
    next: 'Let an administrator run what this prints, in the central database: branchline central-sql --head-office. Or update one branch whose user owns the schema: its next batch does the same.',
  },
  fleet_not_set_up: {
    what: 'This window does not know yet where head office’s database is.',
    means: 'There is no {{file}}, or it has no "central".',
    next: 'Run this on this computer, with the reading role as the user, and the window goes on by itself: branchline connection add --id central --host HOST --database NAME --user branchline_head_office',
  },
  fleet_served: {
    what: 'Head office’s window is already being served from {{folder}}.',
    means: 'One process serves all browsers of this computer.',
    next: 'Print a link to it: branchline serve --head-office --link',
  },
  fleet_branch_unknown: {
    what: 'Head office knows no branch "{{connection}}".',
    means: 'It has not reported, or it was taken out of the view.',
    next: 'Go back to the list of branches.',
  },
  other_window: {
    what: 'This window cannot do that.',
    means: 'The window of head office only reads; that of a branch does not know other branches.',
    next: 'Use the window of the branch, or of head office.',
  },
  fleet_not_served: {
    what: 'Head office’s window is not running in {{folder}}.',
    means: 'There is no window that a link could open.',
    next: 'Start it with "branchline serve --head-office".',
  },
  fleet_denied: {
    what: 'The user {{user}} may not read the reports of the branches.',
    means: 'It lacks the right to read branchline.branch_health in the central database.',
    next: 'Let head office run this:\n{{sql}}',
  },
  requests_missing: {
    what: 'Head office has no table for requests to branches.',
    means: 'The tables in schema "branchline" are those of an earlier version.',
    next: 'Let an administrator run what this prints: branchline central-sql --head-office --requests',
  },
  requests_denied: {
    what: 'The user {{user}} may not ask branches for anything.',
    means: 'It lacks rights on branchline.requests in the central database.',
    next: 'Let head office run this:\n{{sql}}',
  },
  request_too_big: {
    what: 'The request is too big.',
    means: 'With its settings it has more than {{limit}} bytes.',
    next: 'Ask for less at once.',
  },
  request_forbidden: {
    what: 'These settings never come from head office: {{file}}',
    means:
      'Allowed are "connection" ("tables", "exclude", "enabled"), "schedules", "sync" and "resume". No branch would take anything else.',
    next: 'Change the rest at the branch itself.',
  },
  request_key_exists: {
    what: 'There is a file {{file}} already.',
    means: 'A key that branches know is never replaced.',
    next: 'Choose another file with --key, or remove that one if no branch knows its key.',
  },
  request_key_unusable: {
    what: 'The key {{file}} cannot be used: {{reason}}',
    means: 'Requests are signed with an Ed25519 key in PEM form.',
    next: 'Make one with "branchline request keygen", or name another file with --key.',
  },
  request_key_open: {
    what: 'Others may read the key {{file}}.',
    means: 'Whoever reads it can order all branches about. Nothing was signed.',
    next: 'If nobody else had access to it: chmod 600. Otherwise make a new key and give it to the branches.',
  },
  request_key_locked: {
    what: 'The passphrase of {{file}} is wrong.',
    means: 'The key is encrypted with another one. Nothing was signed.',
    next: 'Try again.',
  },
  fleet_untrusted: {
    what: 'The user {{user}} cannot tell whether the reports of the branches are head office’s own.',
    means:
      'Schema "branchline", or something in it, belongs neither to this user nor to the owner of the database. Nothing was read, because reading it runs code of its owner.',
    next: 'If that owner is right, let an administrator run what this prints: branchline central-sql --head-office --role USER',
  },
  connection_unknown: {
    what: 'There is no connection "{{connection}}".',
    means: 'The settings do not have a branch database with this id.',
    next: 'See them all with "branchline connection list".',
  },
  connection_exists: {
    what: 'There is a connection "{{connection}}" already.',
    means: 'Nothing was changed.',
    next: 'Choose another id, or change the one that is there in the settings.',
  },
  password_named: {
    what: 'The settings already say where the password of "{{connection}}" is: {{where}}.',
    means: 'That comes first, so a stored password would never be used. Nothing was stored.',
    next: 'Take "password" or "passfile" of this connection out of the settings, then try again.',
  },
  password_unfit: {
    what: 'The password is empty, or has a line break in it.',
    means: 'PostgreSQL has no such passwords. Nothing was stored.',
    next: 'Give the password again, as one line.',
  },
  ssh_not_set: {
    what: 'No SSH server stands before {{connection}} in the settings.',
    means: 'There is no host key to look at and no SSH password to keep. Nothing was changed.',
    next: 'Set "ssh" for it in the settings first, or in the window, under Connections.',
  },
  ssh_host_key_named: {
    what: 'The settings themselves say which host key the SSH server of {{connection}} has ("hostKey").',
    means: 'An accepted key would never be looked at. Nothing was changed.',
    next: 'Correct "hostKey" in the settings, or remove it and run the command again.',
  },
  no_connections: {
    what: 'There is no branch database to sync.',
    means: 'The settings have no connection that is switched on.',
    next: 'Add one with "branchline connection add --id ID --host HOST --database NAME --user USER".',
  },
  no_tables: {
    what: 'There is no table to sync.',
    means: 'No table at the branch fits what the settings and the command ask for.',
    next: 'Check "schema", "tables" and "exclude" of the connection with "branchline connection list".',
  },
  table_unknown: {
    what: 'There is no table "{{table}}" in connection "{{connection}}".',
    means: 'It is not at the branch, or the settings leave it out.',
    next: 'Table names and model names are both understood: c_invoice or CInvoice.',
  },
  table_not_in_batch: {
    what: 'Table "{{table}}" of connection "{{connection}}" is not part of batch {{batch}}.',
    means: 'Nothing was run.',
    next: 'See the tables of the batch with "branchline sync-status {{batch}}".',
  },
  batch_unknown: {
    what: 'Batch ID [{{batch}}] not found.',
    means: 'This computer has no record of such a batch.',
    next: 'See the latest ones with "branchline sync-status --all".',
  },
  batch_running: {
    what: 'Batch {{batch}} is running now.',
    means: 'A batch cannot be resumed while it runs ({{face}}, process {{pid}}).',
    next: 'Watch it with "branchline sync-status {{batch}} --watch".',
  },
  no_batches: {
    what: 'No batch has run yet.',
    means: 'There is nothing to show.',
    next: 'Start one with "branchline sync-all".',
  },
  lease_held: {
    what: 'Another run is at work: {{face}}, process {{pid}} on {{host}}, since {{since}} (batch: {{batch}}).',
    means: 'Two syncs at once are not allowed, so this one did not start.',
    next: 'Wait for it with --wait, or watch it with "branchline sync-status --watch".',
  },
  service_running: {
    what: 'Branchline is already at work in {{folder}}.',
    means:
      'The tray icon or the service of this computer runs the schedules there. Two of them would run each twice.',
    next: 'Use the one that is running; or end it first.',
  },
  agent_not_running: {
    what: 'No "branchline serve" is running in {{folder}}.',
    means: 'There is no window that a link could open.',
    next: 'Start it with "branchline serve". Where the tray icon does the work, its window is there already.',
  },
  port_taken: {
    what: 'Port {{port}} cannot be used.',
    means: 'Another program listens there, or this user may not; so nothing was started.',
    next: 'Choose another with --port, or leave it out: any free one is taken then.',
  },
  run_stopped: {
    what: 'Stopped before it began.',
    means: 'Nothing was copied, and nothing is lost.',
    next: 'Start it again when you want it.',
  },
  data_folder_unusable: {
    what: 'The data folder {{folder}} cannot be used: {{reason}}.',
    means: 'Settings and records are kept there, so nothing was run.',
    next: 'Choose another folder with --data-dir, or correct the rights on this one.',
  },
  data_folder_full: {
    what: 'The disk of this computer is full: nothing can be written in {{folder}}.',
    means:
      'Records must be kept there before rows are sent, so nothing was run. The data at head office is safe.',
    next: 'Make room on this disk, then try again; a batch that was cut off goes on where it was.',
  },
  data_folder_read_only: {
    what: 'The data folder {{folder}} cannot be written to: {{reason}}.',
    means: 'Settings and records are kept there, so nothing was run. The data at head office is safe.',
    next: 'Let this user write there and in all of its files (after a "sudo": sudo chown -R "$USER" {{folderWord}}), or make the disk writable again, or choose another folder with --data-dir.',
  },
  installation_copied: {
    what: 'The data folder {{folder}} belongs to the computer {{host}}; this is {{here}}.',
    means:
      'It was copied here (a cloned machine, an imaged disk, a restored backup). Two computers that sync as one would take the connections from each other and could overwrite rows at head office, so nothing was run.',
    next: 'If {{here}} takes the place of {{host}}, which stays switched off: "branchline installation keep". If both are to work: "branchline installation new", which switches all connections off here; then remove those of {{host}} in the settings, and switch on those that it does not sync.',
  },
  installation_busy: {
    what: 'A run is at work in {{folder}}.',
    means: 'The installation was not changed, since that run has signed in at head office with it.',
    next: 'Wait for its end, or stop it; then try again.',
  },
  journal_newer: {
    what: 'The records in {{file}} were written by a newer Branchline.',
    means: 'This version does not understand them, and leaves them as they are.',
    next: 'Install the newer version, or use another folder with --data-dir.',
  },
  platform_unsupported: {
    what: 'This does not work on {{platform}}.',
    means: 'The parts that it needs are not made for this system.',
    next: 'Use 64-bit Windows, macOS or Linux.',
  },
  option_invalid: {
    what: '{{option}}: {{reason}}.',
    means: 'Nothing was run.',
    next: 'See how it is used with --help.',
  },
  demo_running: {
    what: 'The demo is running already, in {{folder}}.',
    means: 'Its servers answer; a second one was not started.',
    next: 'Use it with --data-dir {{folderWord}}, or end it with "branchline demo stop".',
  },
  demo_not_running: {
    what: 'The demo is not running.',
    means: 'There are no demo servers to use or to end.',
    next: 'Start it with "branchline demo --keep".',
  },
  demo_not_here: {
    what: 'There are settings in {{folder}} already.',
    means: 'The demo writes settings of its own, and would replace them; so nothing was changed.',
    next: 'Try it in another folder: branchline serve --data-dir DIR.',
  },
  demo_failed: {
    what: 'The demo servers could not be started: {{reason}}.',
    means: 'Nothing was left behind running.',
    next: 'Try another folder with --folder DIR, with at least 500 MB free.',
  },
  demo_not_shipped: {
    what: 'The demo is not part of an installed Branchline.',
    means:
      'Its two PostgreSQL servers would add 60 MB to every download, so they come with the source code alone.',
    next: 'To try it, take the source code to a computer with Node.js and run "npm ci && npm run demo" there.',
  },
} as const satisfies Record<
  UsageCode,
  { readonly what: string; readonly means: string; readonly next: string }
>;
