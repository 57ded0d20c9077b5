import { useEffect, useState } from 'react';

/**
 * The current time, updated every minute, so that a page left open overnight does not keep saying "today".
 *
 * @param everyMs update interval; shorter for displays with seconds
 */
export function useNow(everyMs = 60_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
