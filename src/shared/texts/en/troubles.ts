/** What the window says about failures, besides the sentences under `failure`: what can be clicked. */
export const troubles = {
  tables: '{{count}} tables',
  keyColumns: 'their key columns',
  theseTables: 'these tables',
  /** In place of what the command line would have to be told. */
  deletesNext:
    'First make sure that the branch database is the right one and is not empty. If those rows really are gone at the branch, allow the deletion.',
  sourceNext:
    'Check host and database of {{connection}} in its settings. If the change is meant (a new server, a restored backup), accept the database as it is now.',
  passwordNext:
    'On the Connections page, choose "Change" at that database, and type its password. Where the settings name a variable or a password file, it belongs there.',
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
  openConnections: 'Open the connection',
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
