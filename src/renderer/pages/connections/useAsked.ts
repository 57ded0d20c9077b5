import { useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useCall } from '../../data/useCall.ts';
import {
  type AskedConnection,
  askedConnection,
  askedImport,
  CONNECTIONS,
  type WhatFor,
} from '../../parts/connectionsPlace.ts';

/** What the address asks a card to do. */
export interface CardAsked {
  /** Null: nothing, or it was already done. */
  readonly asked: WhatFor | null;
  /** Called by the card once it starts doing it. */
  readonly onMet: () => void;
}

/** The request in the page's address to show or to test one connection. It is removed once read, so a reload does not repeat it. */
export function useAsked(): (id: string) => CardAsked {
  const search = useSearch();
  const [, goTo] = useLocation();
  const known = useCall('setup').data !== undefined;
  const [asked, setAsked] = useState<AskedConnection | null>(null);
  useEffect(() => {
    const found = askedConnection(search);
    if (found === null) return;
    // The card sees it in the next render, after the frame has focused the new page.
    setAsked(found);
    goTo(CONNECTIONS, { replace: true });
  }, [search, goTo]);
  return (id) => ({
    // Until the allowed commands are known, a requested test would be dropped.
    asked: known && asked?.id === id ? asked.whatFor : null,
    onMet: () => setAsked(null),
  });
}

/** The same for an import. */
export function useAskedImport(open: (batchId: string) => void): void {
  const search = useSearch();
  const [, goTo] = useLocation();
  useEffect(() => {
    const batch = askedImport(search);
    if (batch === null) return;
    open(batch);
    goTo(CONNECTIONS, { replace: true });
  }, [search, goTo, open]);
}
