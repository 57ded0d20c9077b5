/** Path of the page Branches. */
export const BRANCHES = '/branches';

/** Head office among the branches' pages; no connection has this id. */
export const CENTRAL = 'central';

/** The tabs of a branch's page. */
export const BRANCH_TABS = ['overview', 'tables', 'settings'] as const;
export type BranchTab = (typeof BRANCH_TABS)[number];

/** `at`: show it. `test`: test it at once. */
export type WhatFor = 'at' | 'test';

/** The page of a branch, or of head office. */
export function branchPlace(id: string, tab: BranchTab = 'overview'): string {
  return `${BRANCHES}/${encodeURIComponent(id)}${tab === 'overview' ? '' : `/${tab}`}`;
}

/** The same, with what is to be done there. */
export function askedPlace({ id, whatFor }: { readonly id: string; readonly whatFor: WhatFor }): string {
  return `${branchPlace(id)}${whatFor === 'test' ? '?test=now' : ''}`;
}

/** @param search of a branch's address */
export function isTestAsked(search: string): boolean {
  return new URLSearchParams(search).has('test');
}

/** A link to the import of a file that an earlier batch has imported. */
export function importPlace(batchId: string): string {
  return `${BRANCHES}?${new URLSearchParams({ import: batchId })}`;
}

/** @param search of the address; @returns the batch; null if no import is asked for */
export function askedImport(search: string): string | null {
  return new URLSearchParams(search).get('import');
}

/**
 * Where an address leads that was valid when the page was called Connections: links in notes and bookmarks.
 *
 * @param search of the address behind `/connections`
 */
export function formerPlace(search: string): string {
  const asked = new URLSearchParams(search);
  for (const whatFor of ['test', 'at'] as const) {
    const id = asked.get(whatFor);
    if (id !== null) return askedPlace({ id, whatFor });
  }
  return search === '' ? BRANCHES : `${BRANCHES}?${search}`;
}
