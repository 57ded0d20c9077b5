import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Router } from 'wouter';
import type { Bridge } from '../../window-api/bridge.ts';
import { BridgeProvider } from '../data/BridgeProvider.tsx';
import { createQueryClient } from '../data/queryClient.ts';
import { LanguageProvider } from '../words/LanguageProvider.tsx';
import { Frame } from './Frame.tsx';
import { useHashLocation } from './hashLocation.ts';
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
