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
    open: 'Open the window with this link. It works once, within an hour, on this computer:',
    address: 'The window is at {{url}}.',
    another: 'For a link to open it:',
    link: 'This link opens the window once, within an hour, on this computer:',
    end: 'Ctrl+C ends it at the next chunk; what runs goes on at the next start.',
    stopping: 'Ending at the next chunk border. Press Ctrl+C again to end at once.',
    halting: 'Ending at once; the chunk under way is rolled back.',
    ended: 'Ended.',
    unexpected: 'Something unexpected happened. Branchline goes on; the details are in {{file}}.',
    openFailed: 'No browser could be opened here. Open the link above yourself.',
  },
} as const;
