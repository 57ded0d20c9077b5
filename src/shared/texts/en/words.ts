/** Words that every face uses: statuses, reasons, faces, strategies. */
export const words = {
  batch: {
    running: 'running',
    completed: 'completed',
    failed: 'failed',
    interrupted: 'interrupted',
  },
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
    repaired: 'mended',
    not_compared: 'not compared',
    failed: 'failed',
  },
  /** Which database, in the middle of a sentence. */
  server: {
    source: 'the branch database {{connection}}',
    central: 'the head office database',
    unknown: 'the database',
  },
  logFile: 'the newest file in the folder "logs" of the data folder',
  nearest: 'Did you mean {{nearest}}?',
  yes: 'yes',
  no: 'no',
} as const;
