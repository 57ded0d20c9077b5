/** How long something still takes, as exactly as can be known: an estimate to the tenth of a second is none. */
export type TimeLeft =
  | { readonly kind: 'few' }
  | { readonly kind: 'seconds'; readonly seconds: number }
  | { readonly kind: 'minutes'; readonly minutes: number };

const MINUTE = 60;
/** To this many seconds; so that it does not count down with every look either. */
const STEP = 5;

export function timeLeft(seconds: number): TimeLeft {
  if (seconds < 10) return { kind: 'few' };
  const rounded = Math.round(seconds / STEP) * STEP;
  if (rounded < 10 * MINUTE) return { kind: 'seconds', seconds: rounded };
  const minutes = Math.round(seconds / MINUTE);
  // An hour and more is said in hours and minutes anyway.
  return minutes < 60 ? { kind: 'minutes', minutes } : { kind: 'seconds', seconds: minutes * MINUTE };
}
