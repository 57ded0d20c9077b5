import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
  MantineProvider,
} from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useSyncExternalStore } from 'react';
import { Router } from 'wouter';
import type { Bridge } from '../../window-api/bridge.ts';
import { BridgeProvider } from '../data/BridgeProvider.tsx';
import { LanguageProvider } from '../words/LanguageProvider.tsx';
import { placeOf, shielded } from './hashPlace.ts';
import { styleNonce } from './security.ts';

const colorScheme = localStorageColorSchemeManager({ key: 'branchline-colors' });

/** Everything around the pages: theme, bridge to the program, language. */
export function App({
  bridge,
  queries,
  children,
}: {
  readonly bridge: Bridge;
  readonly queries: QueryClient;
  readonly children: ReactNode;
}) {
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
            <Router hook={useHashLocation}>{children}</Router>
          </LanguageProvider>
        </BridgeProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/**
 * The window's location, kept in the address behind `#`: a path with its own query
 * (`#/history?status=failed`). wouter's own hook puts the query before the `#`, which would be sent to the
 * server.
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

/** The blue-green of the icon, from lightest to darkest. */
const branch: MantineColorsTuple = [
  '#e6f7f5',
  '#d3ebe8',
  '#a8d7d1',
  '#7ac2b9',
  '#54b0a5',
  '#3ca598',
  '#2c9f92',
  '#178073',
  '#0d6f64',
  '#005c52',
];

/** Slightly blue greys, so that surfaces in the dark scheme do not look brown. */
const dark: MantineColorsTuple = [
  '#d3d8de',
  '#b9c0c8',
  '#a3adb8',
  '#7c8792',
  '#4a535d',
  '#39414a',
  '#262c33',
  '#1d2126',
  '#16191d',
  '#0f1215',
];

/** Variables that Mantine derives from the theme's colours; theme.css is loaded earlier and cannot override them. */
const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {},
  dark: {
    // Buttons without a frame: in white they would look like bold text.
    '--mantine-color-branch-light-color': 'var(--mantine-color-branch-3)',
  },
});

const theme = createTheme({
  colors: { branch, dark },
  primaryColor: 'branch',
  // Contrast of 4.5 to 1 both for white text on it and for it on the dark background.
  primaryShade: { light: 8, dark: 7 },
  fontFamily: '"Inter Variable", system-ui, "Segoe UI", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: {
      defaultProps: {
        withArrow: true,
        events: { hover: true, focus: true, touch: true },
        // Inside the page's main landmark, which screen readers jump to.
        portalProps: { target: '#main' },
      },
    },
    Menu: {
      // Inside the landmark, and without the placeholder element, which the menu role forbids.
      defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false, shadow: 'md' },
    },
    // Headers of dialogs are not the page's banner landmark, of which there may be only one.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    Modal: { defaultProps: { centered: true } },
  },
});
