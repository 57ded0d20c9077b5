import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ask, createQueryClient, keyOf } from '../data/calls.ts';
import { connect } from '../link/http.ts';
import { App } from './App.tsx';

/**
 * Draws the window, with what belongs to the program that serves it.
 *
 * @param early queries whose answers its first page needs: they are sent before React begins
 */
export function openWindow(frame: ReactNode, early: readonly ArgumentlessQuery[] = []): void {
  const root = document.getElementById('root');
  if (root === null) return;
  const bridge = connect();
  const queries = createQueryClient();
  for (const call of early)
    void queries.prefetchQuery({ queryKey: keyOf(call), queryFn: () => ask(bridge, call, []) });
  createRoot(root).render(
    <StrictMode>
      <App bridge={bridge} queries={queries}>
        {frame}
      </App>
    </StrictMode>,
  );
}

type ArgumentlessQuery = 'setup' | 'fleet';
