/** Of every table that the command line prints. */
export const cliColumns = {
  connection: 'Connection',
  table: 'Table',
  status: 'Status',
  processed: 'Processed',
  skipped: 'Skipped',
  deleted: 'Deleted',
  inserted: 'New',
  updated: 'Changed',
  duration: 'Duration',
  batch: 'Batch',
  started: 'Started',
  tables: 'Tables',
  failed: 'Failed',
  trigger: 'By',
  database: 'Database',
  user: 'User',
  enabled: 'On',
  at: 'Time',
  event: 'Event',
  branchRows: 'At the branch',
  centralRows: 'Head office',
  ranges: 'Ranges',
} as const;

/** Of the window's list of a batch's tables. */
export const batchColumns = {
  status: 'Status',
  table: 'Table',
  strategy: 'Way of copying',
  rows: 'Rows written',
  skipped: 'Already the same',
  deleted: 'Deleted',
  bytes: 'Read',
  duration: 'Duration',
  actions: 'What can be done',
} as const;

/** Of the window's list of batches. */
export const historyColumns = {
  status: 'Status',
  started: 'Started',
  tables: 'Tables',
  data: 'Copied',
  duration: 'Duration',
} as const;
