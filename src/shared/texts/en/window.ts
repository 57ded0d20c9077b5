/** What the window says on every page. */
export const window = {
  pages: {
    today: 'Today',
    history: 'History',
    tables: 'Tables',
    connections: 'Connections',
    schedules: 'Schedules',
    settings: 'Settings',
    setup: 'Setting up Branchline',
  },
  skip: 'Skip to the page',
  menu: 'Menu',
  navigation: 'Pages',
  loading: 'Loading…',
  link: {
    unreachable: 'Branchline does not answer',
    signed_out: 'This browser is no longer signed in',
  },
  linkNext: {
    unreachable:
      'What you see may be out of date. This window goes on by itself as soon as Branchline answers. If that takes longer than a minute, start Branchline again.',
    signed_out:
      'On the computer where Branchline runs, run “branchline serve --link” and open the link that it prints.',
  },
  viewOnly: 'Another Branchline on this computer does the work',
  viewOnlyNext:
    'This window shows how things stand. To run, pause or change something, use the window of the other one, or stop it first.',
  notSetUp: 'Branchline is not set up yet: it copies nothing',
  setUp: 'Set it up',
  /** Between hours and minutes. */
  clockSeparator: ':',
  timeWrong: 'Please give a time, such as {{time}}',
  noAnswer: 'There was no answer',
  noAnswerNext: 'Whether it was done is not known. Look at the page again when Branchline answers.',
  cancel: 'Cancel',
  save: 'Save',
  close: 'Close',
  remove: 'Remove',
  tryAgain: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  all: 'All',
  settingsChanged: 'The settings were changed meanwhile',
  settingsChangedNext:
    'Somebody else, or another window, has saved them. What you typed is still here and is not saved yet. Load the new settings, look once more, and save again.',
  settingsWrong: {
    what: 'The settings file has mistakes',
    means:
      'Branchline does not use this file: it goes on with the settings it had before, and without any it copies nothing.',
    next: 'Correct {{file}}, or read in a settings file that was saved before (Settings page). Branchline notices by itself within a minute.',
  },
  settingsRefused: 'The settings were not saved',
  settingsRefusedNext:
    'Something in them is not right. Correct it and save again; what you typed is still here.',
  loadAnew: 'Load the new settings',
  broken: 'This page cannot be shown',
  brokenMeans: 'The mistake is in the program. Nothing is lost, and copying goes on.',
  brokenNext:
    'Open another page, or load the window anew. If it happens again, send the file for support (Settings page) to whoever helps you.',
  loadWindow: 'Load the window anew',
} as const;
