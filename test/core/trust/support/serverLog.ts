import { readFile } from 'node:fs/promises';
import type { ServerSettings } from '../../../../src/demo/server/server.ts';
import type { TestServer } from '../../../support/servers.ts';

/** Makes a server write down every statement with the name of the program that sent it. */
export const LOG_EVERYTHING: ServerSettings = {
  log_statement: 'all',
  log_min_error_statement: 'panic',
  log_line_prefix: '@@%a@@',
};

/** A message of a client's, as the server has read it. */
export interface SentSql {
  readonly program: string;
  readonly text: string;
  /** Whether it came with parameters of its own (Parse, Bind, Execute), where only one statement can be in it. */
  readonly extended: boolean;
}

/** What programs whose names begin so have sent to a server of {@link LOG_EVERYTHING}. */
export async function sentTo({ place }: TestServer, program: string): Promise<readonly SentSql[]> {
  const log = await readFile(place.logFile, 'utf8');
  return log.split(/^@@/m).flatMap((entry): readonly SentSql[] => {
    // The lines of a statement behind its first one begin with a tab.
    const found = /^([^@]*)@@LOG: {2}(statement|execute [^:]*): ([\s\S]*)$/.exec(
      entry.replaceAll('\n\t', '\n'),
    );
    const [, name = '', how = '', text = ''] = found ?? [];
    if (!name.startsWith(program)) return [];
    return [{ program: name, text: text.trimEnd(), extended: how !== 'statement' }];
  });
}
