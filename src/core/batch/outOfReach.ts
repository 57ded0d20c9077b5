import type { FailureDetail } from '../../shared/errors.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import type { Logger } from '../ports.ts';
import { openLink } from '../postgres/link.ts';
import { openSource } from '../source/openSource.ts';
import { asFailure } from '../unexpected.ts';
import { type EngineBase, sessionOptions } from './engineBase.ts';
import { journalServerRuns } from './journalMemory.ts';

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
    tryOne(null, () => openLink(sessionOptions(base, first).central), logger),
    ...connections.map((one) => tryOne(one.id, () => openSource(sessionOptions(base, one).source), logger)),
  ];
  return (await Promise.all(tries)).find((one) => one !== null) ?? null;
}

async function tryOne(
  connection: string | null,
  open: () => Promise<{ close(): Promise<void> }>,
  logger: Logger,
): Promise<OutOfReach | null> {
  try {
    await (await open()).close();
    return null;
  } catch (error) {
    return { connection, failure: asFailure(error, logger) };
  }
}

/**
 * Stores the current runs of the connections' servers in the journal. Where a run began is visible only in its first
 * minutes.
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
    const runs = journalServerRuns(base.journal, base.ports.logger, connection.id);
    const source = await openSource(sessionOptions(base, connection).source, runs);
    try {
      await source.noteServerRun();
    } finally {
      await source.close();
    }
    return true;
  } catch {
    return false;
  }
}
