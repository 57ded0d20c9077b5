/** What the strategies are called. */
export const strategies = {
  /** In the log and in the list of a batch. */
  name: {
    full: 'the whole table',
    changes: 'only changed rows',
    compare: 'compare both sides',
    cursor: 'only rows with a newer time',
    replace: 'replace the whole content',
  },
  /** In a narrow column. */
  short: {
    full: 'all rows',
    changes: 'only what changed',
    compare: 'only what differs',
    cursor: 'only newer rows',
    replace: 'all rows anew',
    none: 'not decided yet',
  },
  explain: {
    full: 'Every row is read at the branch and compared with head office.',
    changes: 'Only rows that were added, changed or deleted since the last run are sent.',
    compare: 'Both sides are compared piece by piece, and only pieces that differ are sent.',
    cursor: 'Only rows whose date is newer than at the last run are sent. Deleted rows are not noticed.',
    replace: 'The whole table is loaded, and takes the place of what was there, in one step.',
    none: 'That is decided when the table is first copied.',
  },
} as const;
