import type { SettingsFile } from '../../../../shared/settings.ts';
import { connectionsOf, fieldsOf, type Raw, rawOf } from './fields.ts';

/** Whether another end of the settings signs in with the same account as this connection, so that both need its password. */
export function accountShared(document: SettingsFile | null, id: string): boolean {
  const own = rawOf(document, { kind: 'source', id });
  if (own === null) return false;
  const others = [
    rawOf(document, { kind: 'central' }),
    ...connectionsOf(document)
      .filter((one) => one.id !== id)
      .map((one): Raw => ({ ...one })),
  ];
  return others.some((other) => other !== null && accountOf(other) === accountOf(own));
}

function accountOf(raw: Raw): string {
  const { host, port, database, user } = fieldsOf(raw);
  return JSON.stringify([host, port, database, user]);
}
