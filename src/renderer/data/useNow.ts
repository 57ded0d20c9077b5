import { useEffect, useState } from 'react';

/**
 * The time, anew each minute: a page that stays open over night must not go on saying "today".
 *
 * @param everyMs for what is shown to the second
 */
export function useNow(everyMs = 60_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
