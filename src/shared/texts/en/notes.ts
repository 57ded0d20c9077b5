/** What notifications say. */
export const notes = {
  failedTitle_one: '1 of {{total}} tables failed',
  failedTitle_other: '{{count}} of {{total}} tables failed',
  failedBody: '{{names}}. Click to see why, and what to do.',
  interruptedTitle: 'A batch stopped before its end',
  interruptedBody: '{{reason}}. Click to see what is left.',
  stillTitle: 'Still failing since {{time}}',
  recoveredTitle: 'All is well again',
  recoveredBody: 'What had failed since {{time}} is done.',
  resumedTitle: 'Resumed after a sudden stop',
  resumedBody: 'Resumed {{table}} at row {{row}}; nothing lost.',
  noSuccessTitle: 'Nothing has reached head office for {{hours}} hours',
  noSuccessBody: 'The last batch that was completed: {{time}}. Click to see what is wrong.',
  gaveUpTitle: 'A batch needs you',
  gaveUpBody: 'It was resumed {{attempts}} times without getting further.',
  refusedTitle: 'Branchline needs setting up',
  runRefusedTitle: 'The schedule "{{schedule}}" could not run',
  journalTitle: 'The list of batches was damaged',
  journalBody:
    'It was set aside as {{file}}, and a new one begins. No data is lost: the next batch goes on where head office stands.',
  testTitle: 'Notifications work',
  testBody: 'This is how Branchline tells you when a batch needs you.',
} as const;
