/** Work that is asked for far more often than it is worth doing. */
export interface Coalesced {
  /** Does it at once, or, where that was just done, as soon as the time is over: once for all who ask until then. */
  ask(): void;
  /** Does what was asked for no more. */
  cancel(): void;
}

/** @param ms between the beginnings of two times */
export function coalesce(ms: number, work: () => void): Coalesced {
  let asked = false;
  let resting: NodeJS.Timeout | null = null;
  const run = (): void => {
    resting = null;
    if (!asked) return;
    asked = false;
    // Before the work: if that throws, whoever asks next has to wait all the same.
    resting = setTimeout(run, ms);
    work();
  };
  return {
    ask: () => {
      asked = true;
      if (resting === null) run();
    },
    cancel: () => {
      asked = false;
      if (resting !== null) clearTimeout(resting);
      resting = null;
    },
  };
}
