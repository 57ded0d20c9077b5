/** What the window says about its keys, and what its title says. */
export const shortcuts = {
  open: 'Search',
  title: 'Go to a page, table, branch or day, or do something',
  search: 'What are you looking for?',
  hint: 'Table, branch, day, page or action',
  results: 'Results',
  none: 'Nothing matches. Days are found as 30 Nov or 2026-11-30.',
  kind: {
    page: 'Page',
    action: 'Action',
    branch: 'Branch',
    table: 'Table',
    day: 'Day',
  },
  report: 'Daily report of today',
  keys: 'Keyboard shortcuts',
  key: {
    palette: 'Search or do',
    search: "Go to the page's search",
    keys: 'Show these keys',
    days: 'In the calendar: from day to day, from week to week',
    rows: 'In lists: from row to row, to the first, to the last',
    close: 'Close what is open',
  },
  single: 'Use single keys (/ and ?)',
  singleHelp: 'Switch this off if you enter text by voice, or press them by accident.',
  state: {
    running: 'Running',
    attention: 'Needs attention',
    paused: 'Paused',
    unreachable: 'No connection',
  },
} as const;
