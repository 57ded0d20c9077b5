import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { Router } from 'wouter';
import type { Bridge } from '../../window-api/bridge.ts';
import { BridgeProvider } from '../data/BridgeProvider.tsx';
import { createQueryClient } from '../data/cache.ts';
import { LanguageProvider } from '../words/LanguageProvider.tsx';
import { Frame } from './Frame.tsx';
import { placeOf, shielded } from './hashPlace.ts';
import { styleNonce } from './security.ts';
import { theme, variables } from './theme.ts';

const colorScheme = localStorageColorSchemeManager({ key: 'branchline-colors' });

/** Everything that is around the pages: looks, the way to the program behind the window, the language. */
export function App({ bridge }: { readonly bridge: Bridge }) {
  const [queries] = useState(createQueryClient);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      colorSchemeManager={colorScheme}
      getStyleNonce={() => styleNonce}
    >
      <QueryClientProvider client={queries}>
        <BridgeProvider bridge={bridge}>
          <LanguageProvider>
            <Notifications position="bottom-right" />
            <Router hook={useHashLocation}>
              <Frame />
            </Router>
          </LanguageProvider>
        </BridgeProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

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
function useHashLocation(): [string, typeof goTo] {
  const path = useSyncExternalStore(subscribe, () => shielded(placeOf(window.location.hash).path));
  return [path, goTo];
}

useHashLocation.hrefs = (href: string): string => `#${href}`;

useHashLocation.searchHook = (): string =>
  useSyncExternalStore(subscribe, () => shielded(placeOf(window.location.hash).search));
