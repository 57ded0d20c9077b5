import { join } from 'node:path';
import log from 'electron-log/main';
import type { Logger } from '../core/ports.ts';
import { withoutPasswords } from '../core/secrets/passwordPlaces.ts';
import { lastResort } from '../core/unexpected.ts';
import { visibleJson } from '../shared/visible.ts';

/** Enough for a few weeks of logs. */
const LARGEST_BYTES = 2 * 1024 * 1024;

/**
 * Logs to `logs/tray.log` in the user-data folder, one JSON line per message, with one old file
 * (`tray.old.log`). Uncaught errors go there too instead of into a dialog.
 */
export function setupLog(folder: string): Logger {
  const file = (): string => join(folder, 'logs', 'tray.log');
  log.transports.file.resolvePathFn = () => file();
  log.transports.file.maxSize = LARGEST_BYTES;
  log.transports.file.format = '{text}';
  // Readable by this user alone, like the whole folder.
  log.transports.file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' };
  log.transports.console.level = false;
  log.transports.ipc.level = false;
  const logger: Logger = {
    file,
    log: (level, message, facts) => {
      const line = visibleJson({
        at: new Date().toISOString(),
        pid: process.pid,
        level,
        message,
        ...facts,
      });
      log[level](withoutPasswords(line));
    },
  };
  const uncaught = lastResort(logger);
  log.errorHandler.startCatching({
    showDialog: false,
    onError: ({ error }) => {
      uncaught(error);
      return false;
    },
  });
  return logger;
}
