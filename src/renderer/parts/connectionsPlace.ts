/** Path of the Connections page. */
export const CONNECTIONS = '/connections';

/** Head office on that page; no connection has this id. */
export const CENTRAL = 'central';

/** `at`: show it. `test`: test it at once. */
export type WhatFor = 'at' | 'test';

/** The database that a link to the Connections page is about. */
export interface AskedConnection {
  readonly id: string;
  readonly whatFor: WhatFor;
}

/** A link to the import of a file that an earlier batch has imported. */
export function importPlace(batchId: string): string {
  return `${CONNECTIONS}?${new URLSearchParams({ import: batchId })}`;
}

/** @param search of the address; @returns the batch; null if no import is asked for */
export function askedImport(search: string): string | null {
  return new URLSearchParams(search).get('import');
}

/** A link to one database on the Connections page. */
export function connectionsPlace({ id, whatFor }: AskedConnection): string {
  return `${CONNECTIONS}?${new URLSearchParams({ [whatFor]: id })}`;
}

/** @param search of the address; @returns null if no database is asked for */
export function askedConnection(search: string): AskedConnection | null {
  const asked = new URLSearchParams(search);
  for (const whatFor of ['test', 'at'] as const) {
    const id = asked.get(whatFor);
    if (id !== null) return { id, whatFor };
  }
  return null;
}
