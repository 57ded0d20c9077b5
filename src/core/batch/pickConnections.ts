import type { TableRow } from '../../shared/contract.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { ConnectionSettings, Settings } from '../../shared/settings.ts';
import { nearest } from './select.ts';

/**
 * The connections that a request names; all enabled ones where it names none.
 *
 * @throws UsageError `connection_unknown`, `no_connections`
 */
export function pickConnections(settings: Settings, ids: readonly string[]): readonly ConnectionSettings[] {
  const picked =
    ids.includes('*') || ids.length === 0
      ? settings.connections.filter((one) => one.enabled)
      : [...new Set(ids)].map((id) => pickConnection(settings, id));
  if (picked.length === 0) throw new UsageError(UsageCode.NoConnections);
  return picked;
}

/** @throws UsageError `connection_unknown`, with the most similar id */
export function pickConnection(settings: Settings, id: string): ConnectionSettings {
  const found = settings.connections.find((one) => one.id.toLowerCase() === id.toLowerCase());
  if (found !== undefined) return found;
  const like = nearest(
    id,
    settings.connections.map((one) => one.id),
  );
  throw new UsageError(UsageCode.ConnectionUnknown, {
    connection: id,
    ...(like === null ? {} : { nearest: like }),
  });
}

/** The connections of some tables. */
export function connectionsOf(settings: Settings, rows: readonly TableRow[]): readonly ConnectionSettings[] {
  return [...new Set(rows.map((row) => row.connection))].map((id) => pickConnection(settings, id));
}
