import type { Settings } from '../../shared/settings.ts';
import { secretVariables } from '../secrets/namedSecrets.ts';
import type { DueHook } from './hookMemory.ts';

/**
 * What programs need to be found and to run, and nothing else of Branchline's own environment, which may have passwords.
 * In capitals, as Windows does not tell them apart.
 */
const PASSED_ON = new Set(
  (
    'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TMP TEMP XDG_RUNTIME_DIR ' +
    'SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERNAME USERDOMAIN USERPROFILE HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA ' +
    'PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86) COMMONPROGRAMFILES PROCESSOR_ARCHITECTURE NUMBER_OF_PROCESSORS'
  ).split(' '),
);

/** The environment of a program that runs after a batch. */
export function commandEnv(
  { batchId, hook, covered }: DueHook,
  settings: Settings,
  env: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  const secret = new Set(secretVariables(settings));
  const passedOn = Object.entries(env).filter((entry): entry is [string, string] => {
    const name = entry[0].toUpperCase();
    return entry[1] !== undefined && (PASSED_ON.has(name) || name.startsWith('LC_')) && !secret.has(entry[0]);
  });
  return {
    ...Object.fromEntries(passedOn),
    BRANCHLINE_HOOK: hook,
    BRANCHLINE_BATCH: batchId,
    BRANCHLINE_CONNECTIONS: covered.connections.join(','),
    BRANCHLINE_STATUS: covered.succeeded ? 'completed' : 'failed',
    BRANCHLINE_TABLES: String(covered.tables),
    BRANCHLINE_TABLES_FAILED: String(covered.failedTables),
    BRANCHLINE_ROWS_WRITTEN: String(covered.rowsWritten),
    BRANCHLINE_ROWS_DELETED: String(covered.rowsDeleted),
  };
}
