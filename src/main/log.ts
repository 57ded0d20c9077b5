import type { Logger } from '../core/ports.ts';

/** One JSON line a message, where whoever started the program can read it. */
export const stderrLogger: Logger = {
  log: (level, message, facts) => {
    process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...facts })}\n`);
  },
};
