import type { TransferEstimate } from '../dryRun.ts';
import { formatDuration } from '../format.ts';
import type { Translate } from './translate.ts';

/** From here on, carrying a disk may be faster than sending. */
const LONG_SECONDS = 30 * 60;

/**
 * How much a run would send, and how long that would take. A time is only given where the link's speed was measured.
 *
 * @param bytes a size in words
 */
export function transferText(
  { bytes: plain, sent_bytes, bytes_per_second, seconds, unknown_tables }: TransferEstimate,
  t: Translate,
  bytes: (size: number) => string,
): string {
  if (plain === 0 && unknown_tables === 0) return t('words.transfer.nothing');
  const size = sent_bytes === null || sent_bytes >= plain ? bytes(plain) : bytes(sent_bytes);
  const time =
    seconds === null || bytes_per_second === null
      ? t('words.transfer.unknown', { size })
      : t(seconds >= LONG_SECONDS ? 'words.transfer.long' : 'words.transfer.time', {
          size,
          time: formatDuration(seconds, t.language),
          speed: bytes(bytes_per_second),
        });
  if (unknown_tables === 0) return time;
  return `${time} ${t('words.transfer.more', { count: unknown_tables })}`;
}
