import type { FailureDetail } from '../../shared/errors.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import { openLink } from '../load/links.ts';
import type { Logger } from '../ports.ts';
import type { SessionOptions } from '../postgres/session.ts';
import { withRuns } from '../source/serverRuns.ts';
import { beginSnapshot } from '../source/snapshot.ts';
import { asFailure } from '../unexpected.ts';
import { type EngineBase, sessionOptions } from './engineBase.ts';
import { journalRuns } from './journalMemory.ts';

/** A database that cannot be used now. */
export interface OutOfReach {
  /** Null for central. */
  readonly connection: string | null;
  readonly failure: FailureDetail;
}

/**
 * Checks that central and each connection's source let us sign in.
 *
 * @returns the first failure, central's before the sources'; null where all answer
 */
export async function findOutOfReach(
  base: EngineBase,
  connections: readonly ConnectionSettings[],
): Promise<OutOfReach | null> {
  const { logger } = base.ports;
  const [first] = connections;
  if (first === undefined) return null;
  const tries = [
    tryOne(null, sessionOptions(base, first).central, logger),
    ...connections.map((one) => tryOne(one.id, sessionOptions(base, one).source, logger)),
  ];
  return (await Promise.all(tries)).find((one) => one !== null) ?? null;
}

async function tryOne(
  connection: string | null,
  options: SessionOptions,
  logger: Logger,
): Promise<OutOfReach | null> {
  try {
    const { session } = await openLink(options);
    await session.close();
    return null;
  } catch (error) {
    return { connection, failure: asFailure(error, logger) };
  }
}

/**
 * Stores the current runs of the connections' servers in the journal: see {@link withRuns}.
 *
 * @returns whether all of them answered
 */
export async function noteServerRuns(
  base: EngineBase,
  connections: readonly ConnectionSettings[],
): Promise<boolean> {
  const noted = await Promise.all(connections.map((one) => noteServerRun(base, one)));
  return noted.every((one) => one);
}

async function noteServerRun(base: EngineBase, connection: ConnectionSettings): Promise<boolean> {
  try {
    const { session, version } = await openLink(sessionOptions(base, connection).source);
    try {
      const { horizon } = await beginSnapshot(session, version, []);
      withRuns(horizon, journalRuns(base.journal, base.ports.logger, connection.id));
    } finally {
      await session.close();
    }
    return true;
  } catch {
    return false;
  }
}
