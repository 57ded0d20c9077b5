import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
  MantineProvider,
} from '@mantine/core';
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

/** Greys with a breath of the same blue, so that no surface of the dark scheme looks brown on the page's ground. */
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

/** Those that Mantine makes of the theme's own colours; theme.css, which comes before them, cannot change these. */
const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {},
  dark: {
    // What is clicked without having a frame: in white it would look like bold text.
    '--mantine-color-branch-light-color': 'var(--mantine-color-branch-3)',
  },
});

const theme = createTheme({
  colors: { branch, dark },
  primaryColor: 'branch',
  // Dark enough for white text on it, and light enough for the dark ground: 4.5 to 1 on both.
  primaryShade: { light: 8, dark: 7 },
  fontFamily: 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: {
      defaultProps: {
        withArrow: true,
        events: { hover: true, focus: true, touch: true },
        // In the page's main part, whose landmark screen readers jump to, not behind all of it.
        portalProps: { target: '#main' },
      },
    },
    Menu: {
      // In its landmark, and without an element that is no item, which the role of a menu forbids.
      defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false, shadow: 'md' },
    },
    // Theirs are no banners of the page, of which there may be one.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    Modal: { defaultProps: { centered: true } },
  },
});
