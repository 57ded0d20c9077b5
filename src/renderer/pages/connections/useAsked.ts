import { useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useCall } from '../../data/useCall.ts';
import {
  type AskedConnection,
  askedConnection,
  CONNECTIONS,
  type WhatFor,
} from '../../parts/connectionsPlace.ts';

/** What a card is asked for by the address. */
export interface CardAsked {
  /** Null: nothing, or nothing any more. */
  readonly asked: WhatFor | null;
  /** Called by the card once it does what it is asked for. */
  readonly onMet: () => void;
}

/** What the address asks of one of the cards. It is asked once: not again when the page is loaded again. */
export function useAsked(): (id: string) => CardAsked {
  const search = useSearch();
  const [, goTo] = useLocation();
  const known = useCall('setup').data !== undefined;
  const [asked, setAsked] = useState<AskedConnection | null>(null);
  useEffect(() => {
    const found = askedConnection(search);
    if (found === null) return;
    // The card is told at the next drawing, when the frame has given the focus to the new page.
    setAsked(found);
    goTo(CONNECTIONS, { replace: true });
  }, [search, goTo]);
  return (id) => ({
    // Before it is known what may be done here, a test would be left out.
    asked: known && asked?.id === id ? asked.whatFor : null,
    onMet: () => setAsked(null),
  });
}
