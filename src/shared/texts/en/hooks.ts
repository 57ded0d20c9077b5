/** SQL and programs that run after a batch. */
export const hooks = {
  failing:
    'After the batch, "{{hook}}" has been failing since {{since}}. {{reason}} It runs again after the next batch that calls for it.',
  reason: {
    exit: 'The program ended with code {{code}}.',
    signal: 'The program was ended by {{signal}}.',
    sql: 'Head office answered: {{message}}',
    sqlRefused: 'Head office refused the SQL.',
    notStarted: 'The program could not be started.',
    ended: 'The program was ended.',
    timed_out: 'It was not done after {{duration}}, so it was ended.',
    program: 'The program could not be started ({{message}}).',
    stopped: 'It was ended, or not begun, because Branchline was stopped.',
    cut_off:
      'Branchline itself was cut off meanwhile, so nobody knows how far it got. It is not repeated for that batch; the next batch that calls for it runs it again.',
  },
} as const;
