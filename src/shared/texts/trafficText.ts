import type { TrafficColumns } from '../traffic.ts';
import type { Translate } from './translate.ts';

/**
 * What went over the link in both directions: `sent 3.2 MB (9.8 MB before compression), received 210.0 kB`.
 *
 * @param bytes a size in words
 */
export function trafficText(row: TrafficColumns, t: Translate, bytes: (size: number) => string): string {
  const { sent_bytes, received_bytes, sent_plain_bytes, received_plain_bytes } = row;
  if (sent_bytes === null || received_bytes === null) return t('words.link.unknown');
  return t('words.link.both', {
    sent: size(sent_bytes, sent_plain_bytes, t, bytes),
    received: size(received_bytes, received_plain_bytes, t, bytes),
  });
}

/** What was sent alone: `3.2 MB (9.8 MB before compression)`. */
export function sentText(row: TrafficColumns, t: Translate, bytes: (size: number) => string): string {
  if (row.sent_bytes === null) return t('words.link.unknown');
  return size(row.sent_bytes, row.sent_plain_bytes, t, bytes);
}

/** What was received alone. */
export function receivedText(row: TrafficColumns, t: Translate, bytes: (size: number) => string): string {
  if (row.received_bytes === null) return t('words.link.unknown');
  return size(row.received_bytes, row.received_plain_bytes, t, bytes);
}

/** Without compression, what an SSH tunnel adds makes the size before it the smaller one: that is not worth a word. */
function size(wire: number, plain: number | null, t: Translate, bytes: (size: number) => string): string {
  if (plain === null || plain <= wire) return bytes(wire);
  return t('words.link.compressed', { bytes: bytes(wire), plain: bytes(plain) });
}
