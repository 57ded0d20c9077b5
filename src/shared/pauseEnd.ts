/** When a morning begins. */
const MORNING_HOUR = 6;

/** When a pause that begins now ends; null where a person ends it. */
export function pauseEnd(length: 'hour' | 'tomorrow' | 'open', now: Date): Date | null {
  switch (length) {
    case 'open':
      return null;
    case 'hour':
      return new Date(now.getTime() + 3_600_000);
    case 'tomorrow':
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING_HOUR);
  }
}
