import type { ConnectionSettings, EndpointSettings } from '../../shared/settings.ts';
import type { ExportFile } from '../disk/exportFile.ts';
import type { SessionOptions } from '../postgres/session.ts';
import { openFileSource } from './file/fileSource.ts';
import type { ServerRunMemory, SourceConnection } from './port.ts';
import { openPostgres } from './postgres/postgresSource.ts';

/** For callers that check no marks, such as a connection test. */
const NO_SERVER_RUNS: ServerRunMemory = { recall: () => [], keep: () => {} };

/** How to open a source: the connection's settings and the options of a session, or an exported file in their place. */
export interface SourceOptions extends SessionOptions {
  /** The connection's settings, in which a kind of source other than PostgreSQL has fields of its own. */
  readonly endpoint: EndpointSettings & Partial<ConnectionSettings>;
  readonly exported?: ExportFile | undefined;
}

/**
 * Opens a connection to a source. The one place that knows the kinds of sources.
 *
 * @param memory stores the known runs of a source's server
 * @throws SyncFailure
 */
export async function openSource(options: SourceOptions, memory = NO_SERVER_RUNS): Promise<SourceConnection> {
  const { exported } = options;
  return exported === undefined ? openPostgres(options, memory) : openFileSource(exported);
}
