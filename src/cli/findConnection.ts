import { UsageCode, UsageError } from '../shared/errors.ts';
import type { ConnectionSettings, Settings } from '../shared/settings.ts';
import { nearest } from './nearest.ts';

/** Head office or the branch that an id means. @throws UsageError `connection_unknown`, with the nearest id */
export function findConnection(id: string, { connections }: Settings): ConnectionSettings | 'central' {
  if (id === 'central') return 'central';
  const found = connections.find((connection) => connection.id === id);
  if (found) return found;
  const near = nearest(id, ['central', ...connections.map((connection) => connection.id)]);
  throw new UsageError(UsageCode.ConnectionUnknown, {
    connection: id,
    ...(near !== null && { nearest: near }),
  });
}
