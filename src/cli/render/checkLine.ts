import { visible } from '../../shared/visible.ts';

/** States of a check, by their exit codes: those of Nagios' plug-ins. */
export const CHECK_STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
/** An index in {@link CHECK_STATES}. */
export type CheckCode = 0 | 1 | 2 | 3;

/**
 * The worst of several codes. A known trouble outranks an unknown one, as in the plug-ins' `max_state_alt`.
 *
 * @see https://www.monitoring-plugins.org/doc/guidelines.html
 */
export function worstOf(codes: readonly number[]): CheckCode {
  for (const code of [2, 1, 3] as const) if (codes.includes(code)) return code;
  return 0;
}

/** Longest text: Nagios reads 4 kB of a line in older versions. */
const LONGEST = 1000;

/**
 * The line of a check: `BRANCHLINE CRITICAL - text | a=1 b=2s`. What others have named can neither add lines nor perfdata.
 *
 * @param perfdata values with their units, by label
 */
export function checkLine(
  code: CheckCode,
  text: string,
  perfdata: Readonly<Record<string, string | number>> = {},
): string {
  const whole = visible(text).replaceAll('|', '/');
  const said = whole.length > LONGEST ? `${whole.slice(0, LONGEST - 1)}…` : whole;
  const data = Object.entries(perfdata).map(([label, value]) => `${label}=${value}`);
  const behind = data.length === 0 ? '' : ` | ${data.join(' ')}`;
  return `BRANCHLINE ${CHECK_STATES[code]} - ${said}${behind}`;
}
