import type { ErrorParams } from '../errors.ts';
import { formatBytes, formatCount, formatDateTime, formatDuration } from '../format.ts';
import { BatchTrigger } from '../status.ts';
import type { Language } from './language.ts';

/** Findings carry plain numbers, ISO times and codes; a person reads units, local times and words. */
export function findingValues(
  params: ErrorParams,
  t: (key: `words.trigger.${BatchTrigger}`) => string,
  language: Language,
): ErrorParams {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, readable(name, value, t, language)]),
  );
}

function readable(
  name: string,
  value: string | number,
  t: (key: `words.trigger.${BatchTrigger}`) => string,
  language: Language,
): string | number {
  if (typeof value === 'number') {
    if (name.endsWith('Bytes') || name === 'bytesPerSecond') return formatBytes(value, language);
    // On one computer a round trip takes less than a millisecond.
    if (name.endsWith('Ms')) return formatDuration(Math.max(1, value) / 1000, language);
    if (name === 'skewSeconds' || name === 'seconds') return formatDuration(value, language);
    if (name === 'minutes') return formatDuration(value * 60, language);
    return name === 'days' ? formatCount(value, language) : value;
  }
  const trigger = Object.values(BatchTrigger).find((one) => one === value);
  if (name === 'face' && trigger !== undefined) return t(`words.trigger.${trigger}`);
  if (Number.isNaN(Date.parse(value))) return value;
  return name.endsWith('At') || name === 'since' ? formatDateTime(value, language) : value;
}
