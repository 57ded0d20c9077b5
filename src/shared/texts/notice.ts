import { formatCount, formatDuration } from '../format.ts';
import type { Notice } from '../notices.ts';
import type { Translate } from './translate.ts';

/**
 * A notice as a sentence.
 *
 * @param about the table, or the connection, as people know it
 */
export function sayNotice(about: string, { code, params }: Notice, t: Translate): string {
  const texts = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'number' ? formatCount(value, t.language) : value,
  ]);
  const duration = typeof params.seconds === 'number' ? formatDuration(params.seconds, t.language) : '';
  return t(`notices.${code}`, { about, ...Object.fromEntries(texts), duration });
}
