/** Column headings of the tables that the command line prints. */
export const cliColumns = {
  connection: 'Connection',
  table: 'Table',
  status: 'Status',
  processed: 'Written',
  skipped: 'Same',
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
  strategy: 'Way of copying',
  send: 'Rows to send',
  bytes: 'Size',
  deletes: 'Deletes',
} as const;

/** Column headings of a batch's list of tables in the window. */
export const batchColumns = {
  status: 'Status',
  table: 'Table',
  strategy: 'Way of copying',
  rows: 'Rows written',
  checked: 'Rows checked',
  deleted: 'Deleted',
  bytes: 'Read',
  sent: 'Sent',
  duration: 'Duration',
  actions: 'What can be done',
} as const;

/** Column headings of the list of batches in the window. */
export const historyColumns = {
  status: 'Status',
  started: 'Started',
  tables: 'Tables',
  data: 'Rows',
  duration: 'Duration',
} as const;
