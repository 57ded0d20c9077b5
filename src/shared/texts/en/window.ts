/** What the window says on every page. */
export const window = {
  pages: {
    today: 'Today',
    history: 'History',
    tables: 'Tables',
    branches: 'Branches',
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

/** What the agent says: on the terminal, and on the few pages of its own that a browser gets instead of the window. */
export const agent = {
  page: {
    signedOut: 'This browser is not signed in',
    signedOutNext:
      'A link opens this window once. Get a new one on the computer where Branchline runs, as the user it runs as, with:',
    refused: 'This request was refused',
    refusedNext:
      'It did not come from the window itself. Enter the address of the window in the address bar yourself.',
    opened: 'Branchline is opening',
    openedNext: 'If nothing happens, reload this page.',
    notBuilt: 'The window has not been built',
    notBuiltNext:
      'Branchline runs and does its work; only the files of its window are missing. In the folder of Branchline, build them with this command, then start it again:',
  },
  serve: {
    running: 'Branchline is at work: it runs the schedules, and goes on with what was cut off.',
    headOffice: 'Head office’s window is running: it shows all branches and changes nothing.',
    open: 'Open the window with this link. It works once, within an hour, on this computer:',
    address: 'The window is at {{url}}.',
    another: 'For a link to open it:',
    link: 'This link opens the window once, within an hour, on this computer:',
    end: 'Ctrl+C ends it at the next chunk; what runs goes on at the next start.',
    stopping: 'Ending at the next chunk border. Press Ctrl+C again to end at once.',
    halting: 'Ending at once; the chunk under way is rolled back.',
    ended: 'Ended.',
    tokenShort: 'must have a token of at least {{length}} characters',
    unexpected: 'Something unexpected happened. Branchline goes on; the details are in {{file}}.',
    openFailed: 'No browser could be opened here. Open the link above yourself.',
  },
} as const;
