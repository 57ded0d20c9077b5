import { useSyncExternalStore } from 'react';
import { placeOf, shielded } from './hashPlace.ts';

/**
 * Where the window is, kept in the address behind `#`: a path, and a query of its own (`#/history?status=failed`).
 * wouter's own keeps the query before the `#`, where the program that serves the page would be asked for it.
 */

const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('hashchange', tell);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('hashchange', tell);
  };
}

function goTo(to: string, options: { readonly replace?: boolean } = {}): void {
  const { path, search } = placeOf(to);
  const address = `#${path}${search === '' ? '' : `?${search}`}`;
  if (options.replace) window.history.replaceState(null, '', address);
  else window.history.pushState(null, '', address);
  tell();
}

/** For wouter's Router. */
export function useHashLocation(): [string, typeof goTo] {
  const path = useSyncExternalStore(subscribe, () => shielded(placeOf(window.location.hash).path));
  return [path, goTo];
}

useHashLocation.hrefs = (href: string): string => `#${href}`;

useHashLocation.searchHook = (): string =>
  useSyncExternalStore(subscribe, () => shielded(placeOf(window.location.hash).search));
