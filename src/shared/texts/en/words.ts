/** Words that every face uses: statuses, reasons, faces, strategies. */
export const words = {
  batch: {
    running: 'running',
    completed: 'completed',
    failed: 'failed',
    interrupted: 'interrupted',
  },
  /** A run that waits because head office has no free connection. */
  waitingForCentral: 'waiting for head office, {{duration}}',
  table: {
    pending: 'pending',
    in_progress: 'in progress',
    /** In the middle of it, by a power cut or by a person. */
    halted: 'cut off',
    completed: 'completed',
    failed: 'failed',
    skipped: 'skipped',
  },
  reason: {
    crash: 'the program or the computer stopped suddenly',
    shutdown: 'the program was asked to quit',
    user: 'stopped by a person',
    lost_lease: 'another computer took over',
    superseded: 'a later batch has done its tables',
  },
  trigger: {
    cli: 'command line',
    tray: 'tray application',
    schedule: 'schedule',
    agent: 'background service',
  },
  verify: {
    equal: 'equal',
    behind: 'not synced yet',
    differs: 'differs',
    repaired: 'repaired',
    not_compared: 'not compared',
    failed: 'failed',
  },
  /** Which database, in the middle of a sentence. */
  server: {
    source: 'the branch database {{connection}}',
    central: 'the head office database',
    unknown: 'the database',
  },
  /** What went over the link to head office. */
  link: {
    both: 'sent {{sent}}, received {{received}}',
    compressed: '{{bytes}} ({{plain}} before compression)',
    unknown: 'unknown',
  },
  /** How long it takes to send what a run would send. */
  transfer: {
    time: 'About {{size}} to send: about {{time}} at the speed measured on your link ({{speed}}/s).',
    long: 'About {{size}} to send: about {{time}} at the speed measured on your link ({{speed}}/s); or carry it on a disk.',
    unknown:
      'About {{size}} to send. How long that takes is unknown until your link’s speed was measured: by "connection test central", or by a first batch.',
    nothing: 'Nothing to send.',
    speed: '{{speed}}/s on this link',
    more_one: 'What 1 more table sends is unknown until it is compared.',
    more_other: 'What {{count}} more tables send is unknown until they are compared.',
  },
  logFile: 'the newest file in the folder "logs" of the data folder',
  /** Stands in the place of a command. */
  noCommand:
    'in the window, or with --tables and a pattern (* stands for anything). No command is shown, because shells would change or run characters of a name',
  nearest: 'Did you mean {{nearest}}?',
  yes: 'yes',
  no: 'no',
} as const;

/** The event log in words. What the command line says as it happens stands under `cli.progress`. */
export const log = {
  batchResumed: 'Resumed (resume number {{number}})',
  batchEnded: 'Batch {{status}}. Tables: {{completed}} completed, {{failed}} failed, {{skipped}} skipped',
  batchInterrupted: 'Stopped before its end: {{reason}}',
  batchSuperseded: 'Needs no resuming any more: {{reason}}',
  tablesFound: '{{connection}}: {{tables}} tables found',
  tableStarted: '{{table}} started',
  tableRestarted: '{{table}} tried anew',
  tableContinues: '{{table}} is taken up again after the interruption',
  tableCompleted:
    '{{table}} completed: {{processed}} rows written, {{skipped}} already the same, {{deleted}} deleted',
  tableSkipped: '{{table}} skipped',
  tableSkippedFor: '{{table}} skipped: {{reason}}',
  strategyChosen: '{{table}}: way of copying: {{strategy}}, because {{reason}}',
  strategyOnly: '{{table}}: way of copying: {{strategy}}',
  circuit: '{{connection}}: {{sentence}} Its other tables were not tried.',
  waitsForComparison:
    '{{table}}: done, and waits until {{tables}} are compared, whose rows head office itself has changed',
  deletesHeld:
    '{{table}}: rows deleted at the branch are removed once the tables that belong to them are done',
  broughtAgain: '{{table}} looked at once more, for {{for}}',
  againCommitted: '{{table}} looked at once more: {{processed}} rows written, {{deleted}} deleted',
  gaveUp: 'Not resumed by itself any more, after {{attempts}} attempts',
  exportStarted: '{{connection}}: the export to {{file}} begins, or goes on',
  exportEnded: {
    complete: '{{connection}}: exported to {{file}}, {{rows}} rows',
    stopped: '{{connection}}: the export to {{file}} was stopped',
    failed: '{{connection}}: the export to {{file}} is not complete',
  },
  hookStarted: 'After the batch: "{{hook}}" started',
  hookDone: 'After the batch: "{{hook}}" succeeded, after {{duration}}',
  hookFailed: 'After the batch: "{{hook}}" failed. {{reason}}',
  scheduleRan: 'Started for the schedule {{schedule}}, planned for {{at}}',
  scheduleSkipped: 'The schedule {{schedule}}, planned for {{at}}, was skipped',
  other: '{{event}} {{detail}}',
  because: {
    asked: 'it was asked for',
    first_load: 'it has not been copied before',
    row_versions: 'the branch knows which rows changed',
    no_key: 'the table has no key',
    goes_on: 'it goes on where it had stopped',
    cursor_changed: 'the cursor column is another one than in the last pass',
    central_rewrote: 'triggers or foreign keys at head office may have changed rows',
    central_unlogged: 'a crash at head office may have emptied the table, which is UNLOGGED',
    no_cursor: 'no row had a usable value in the cursor column',
    no_mark: 'nothing is known of an earlier pass',
    no_row_versions:
      'it is a view, a foreign table, has names of database objects (regclass), or no row versions',
    shape_changed: 'its columns have changed',
    too_old: 'the last pass was too long ago',
    server_changed: 'the branch server was restored or replaced',
    restart_unproved: 'the branch server was restarted, and nothing proves that it was not restored',
    history_hidden: 'the branch database does not let Branchline ask what has changed',
    source_table_missing: 'it is no longer at the branch',
  },
} as const;

/** What a person should know although nothing has failed. `about` is the table or the connection. */
export const notices = {
  cursor_beyond:
    '{{about}}: {{rows}} rows have a value of {{column}} that lies in the future, or is infinite or not a number. They are read in every batch, and do not count for what is newer; correct them at the branch.',
  large_objects:
    '{{about}}: {{columns}} points to large objects of the branch database (pg_largeobject). Their numbers are copied, their contents are not. Where head office needs the contents, the ERP would have to keep them in a column of type bytea.',
  old_transaction:
    '{{about}}: a transaction has been open at the branch for {{duration}} or longer (process {{pid}}, user {{user}}, database {{database}}, application {{application}}, state {{state}}). Until it ends, rows that were written since it began are read again in every batch; nothing is lost. If nobody needs it, an administrator of the branch database can end it: {{sql}}',
  old_prepared:
    '{{about}}: the prepared transaction {{gid}} of user {{user}} in database {{database}} has been open at the branch for {{duration}} or longer. Until it ends, rows that were written since it began are read again in every batch; nothing is lost. If nobody will commit it, an administrator can end it in that database: {{sql}}',
  computed_at_central:
    '{{about}}: head office computes {{columns}} by an expression of its own (GENERATED), so the values of the branch are not written there. Verify tells whether they are the same. To have the values of the branch, make it an ordinary column at head office.',
  merged_tables:
    '{{about}}: these tables at head office have no column source_connection, so branches share their rows by key alone (layout "merge"): {{tables}}. Rows that a branch deletes stay there, and of two branches with the same key the later one overwrites the earlier. To keep branches apart, use the layout "stamp" or "schema".',
  not_null_dropped:
    '{{about}}: at head office {{columns}} no longer has to have a value (NOT NULL was taken back), because rows of the branch may have none there. Everything that reads the column at head office should expect NULL.',
  central_unlogged:
    '{{about}}: {{schema}}.{{table}} is UNLOGGED at head office, so a crash of the server there empties it. Its rows are counted in every batch, and come again when they are gone. To keep them: {{sql}}',
  central_children:
    '{{about}}: at head office {{tables}} inherits from {{schema}}.{{table}}, so whoever reads that table there without ONLY reads those rows as well. They are head office’s own: they are not counted, compared or removed.',
  columns_kept:
    '{{about}}: the branch no longer has {{columns}} (dropped or renamed there). Head office keeps the column with the values that it had; rows that come later have none, and nothing compares it. If neither head office nor another branch needs it, let head office run this: {{sql}}',
  rewritten_outside:
    '{{about}}: when it was written, head office itself (a foreign key or a trigger there) changed rows of {{tables}}, which this run does not copy. They are compared and mended when they are copied next.',
  left_behind:
    '{{about}}: these tables are no longer at the branch (dropped or renamed there), and head office keeps their rows as they were; nothing was removed: {{tables}}. Of a table that was renamed, the rows are copied anew under its new name. If the rows are not wanted, remove them or drop the table at head office. If they are to stay, add the table to "exclude" of {{connection}} in the settings. A table that comes back goes on.',
  former_connection:
    '{{about}}: head office has rows that this installation has copied for {{former}}, a connection that is no longer in the settings (renamed or removed), in schema {{schema}}. Nothing updates or removes them any more; a connection that was renamed is copied anew under its new id, so that its rows are there twice. To go on with the old rows, give the connection its former id back. Otherwise remove them at head office, if they are not wanted (in a shared table those with source_connection {{former}}), and let head office run this, which ends this notice: {{sql}}',
  compare_due:
    '{{about}}: what was known to differ at head office was lost with the local records, so comparing is due. The service does it after a batch, unless verifyEveryDays is 0. To compare now, run: branchline verify --connection {{connection}}',
  slow_source:
    '{{about}}: the branch database has been at work on one statement for {{duration}}, and no row has come meanwhile. Branchline waits for it. If that goes on, look at the branch database: a view or query may take too long, or its server may be overloaded.',
  slow_central:
    '{{about}}: the head office database has been at work on one statement for {{duration}} without an answer. Branchline waits for it. If that goes on, head office should look at its database: a trigger may take too long, or the server may be overloaded.',
  report_denied:
    '{{about}}: head office’s overview does not show this branch, because its role at head office may not write the tables for that (branchline.installations, sync_batches, sync_progress). Copying is not affected. Let head office run what this prints: branchline central-sql --connection {{connection}}',
  requests_denied:
    'Branch {{about}} cannot take requests of head office, or not answer them: its role may not, or the table is missing. It syncs all the same. Let an administrator of the central database run what this prints: branchline central-sql --connection {{connection}}',
  requests_untrusted:
    'Branch {{about}} takes no requests of head office: the table branchline.requests belongs to a role that head office does not trust. It syncs all the same. Let an administrator of the central database look at that table.',
  report_untrusted:
    '{{about}}: head office’s overview does not show this branch, because a table for that in schema branchline belongs to a role that head office does not trust. Copying is not affected. Let head office look at the tables installations, sync_batches and sync_progress there, drop those that it has not made, and run what this prints: branchline central-sql --connection {{connection}}',
  children_left_out:
    '{{about}}: only its own rows are copied. Tables that inherit from it are tables of their own and are not selected: {{tables}}. To copy them, too, add them to "tables" in the settings.',
} as const;

/** What the window says about failures, besides the sentences under `failure`: what can be clicked. */
export const troubles = {
  who: {
    you: 'You can do this here.',
    branch: 'For the administrator of the branch database',
    office: 'For the administrator of head office’s database',
  },
  copyForAdmin: 'Copy for the administrator',
  copiedForAdmin: 'Copied',
  copyFailed: 'Could not be copied',
  adminTables: 'Tables: {{names}}',
  adminSince: 'Failed at: {{time}}',
  adminServer: 'The server said: {{message}}',
  adminSql: 'SQL to run there:',
  tables: '{{count}} tables',
  keyColumns: 'their key columns',
  theseTables: 'these tables',
  /** In place of what the command line would have to be told. */
  deletesNext:
    'First make sure that the branch database is the right one and is not empty. If those rows really are gone at the branch, allow the deletion.',
  sourceNext:
    'Check host and database of {{connection}} in its settings. If the change is meant (a new server, a restored backup), accept the database as it is now.',
  passwordNext:
    'On the Branches page, choose "Change" at that database, and type its password. Where the settings name a variable or a password file, it belongs there.',
  next: 'What to do',
  /** In place of `next` where Branchline tries again by itself. */
  nextIfLasting: 'If this goes on',
  which_one: 'Table: {{names}}',
  which_other: 'Tables: {{names}}',
  showAll: 'Show all {{count}} tables',
  showFewer: 'Show fewer',
  allOf: 'all tables of {{connection}}',
  retry: 'Retry failed tables',
  retryNow: 'Retry now',
  resume: 'Resume',
  resumeNow: 'Resume now',
  testConnection: 'Test connection',
  openBranch: 'Open the branch',
  openSettings: 'Open settings',
  allowDeletes: 'Allow the deletion…',
  acceptSource: 'Accept this database…',
  deletesTitle: 'Delete these rows at head office?',
  deletesBody:
    'Head office then loses these rows, because the branch no longer has them. This cannot be undone here.',
  deletesOf: '{{table}} of {{connection}}: {{deletes}} of {{rows}} rows',
  deletesUnknown: '{{table}} of {{connection}}',
  deletesConfirm: 'Delete them and go on',
  sourceTitle: 'Is this really the right database?',
  sourceBody:
    'The database behind {{connection}} is another one than before. If it is the wrong one, its data would replace the right data at head office.',
  sourceConfirm: 'It is the right one: go on',
  copyNext:
    'Find out which of the two computers is the right one, then say here what this one is: that it takes the place of the other one, or that both are to work.',
  copyAtWorkNext:
    'Switch the other one off, wait two minutes, then say here that this one takes its place. If both are to work, say that this one is an installation of its own.',
  copyAsk: 'Say what this computer is…',
  copyTitle: 'What is this computer?',
  copyBody:
    'There is a copy of this data folder. Two computers that sync as one would overwrite each other’s rows at head office.',
  copyKeep:
    'This computer takes the place of the other one, which must stay switched off. This is also right where there is no other one, and the records here came out of a backup.',
  copyNew:
    'Both are to work, and this one becomes an installation of its own. Switched off here then: {{connections}}. Remove it, or add its database under another name. If it belongs here and not on the other computer, give this answer there instead.',
  copyNewAll:
    'Both are to work, and this one becomes an installation of its own. All connections are switched off here then. Remove those that belong to the other computer, and switch on those that it does not sync.',
  disabledSettings: 'Correct the settings first.',
  disabledBusy: 'A run is at work. Wait until it has ended, or stop it.',
  disabledView: 'Another Branchline on this computer does the work.',
  disabledSetUp: 'Set Branchline up first.',
} as const;
