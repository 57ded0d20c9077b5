/** The page of the connections. */
export const CONNECTIONS = '/connections';

/** Head office among the connections, whose ids are never this. */
export const CENTRAL = 'central';

/** `at`: to be looked at. `test`: to be tried at once. */
export type WhatFor = 'at' | 'test';

/** What somebody comes to the page for: one of its databases. */
export interface AskedConnection {
  readonly id: string;
  readonly whatFor: WhatFor;
}

/** The way to one database on the page of the connections. */
export function connectionsPlace({ id, whatFor }: AskedConnection): string {
  return `${CONNECTIONS}?${new URLSearchParams({ [whatFor]: id })}`;
}

/** @param search of the address; null: nothing is asked for */
export function askedConnection(search: string): AskedConnection | null {
  const asked = new URLSearchParams(search);
  for (const whatFor of ['test', 'at'] as const) {
    const id = asked.get(whatFor);
    if (id !== null) return { id, whatFor };
  }
  return null;
}
