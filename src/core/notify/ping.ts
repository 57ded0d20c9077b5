import { createHash } from 'node:crypto';
import { type PingSettings, pingStyle } from '../../shared/notifySettings.ts';
import { expectAccepted, requestOnce } from './httpRequest.ts';
import type { Delivery, Message } from './message.ts';

/** What a ping says about a batch: the `kind` of its {@link Message}. */
export const PingKind = { Start: 'ping_start', Success: 'ping_success', Failure: 'ping_failure' } as const;
export type PingKind = (typeof PingKind)[keyof typeof PingKind];

/**
 * Tells a dead man's switch that a batch has begun or ended. A test changes nothing at healthchecks.io, and counts as a
 * success at Uptime Kuma, which knows no other.
 *
 * @throws DeliveryError
 */
export async function sendPing(message: Message, settings: PingSettings, delivery: Delivery): Promise<void> {
  const { timeoutSeconds, caFile } = settings;
  const url = pingAddress(message, settings);
  // Uptime Kuma knows no start.
  if (url === null) return;
  const body = Buffer.alloc(0);
  expectAccepted(
    await requestOnce({ url, method: 'GET', headers: {}, body, timeoutSeconds, caFile }, delivery),
  );
}

function pingAddress({ kind, batchId, body }: Message, settings: PingSettings): string | null {
  const url = new URL(settings.url);
  if (pingStyle(settings) === 'uptime-kuma') {
    if (kind === PingKind.Start) return null;
    url.searchParams.set('status', kind === PingKind.Failure ? 'down' : 'up');
    url.searchParams.set('msg', kind === 'test' ? 'test' : body);
    // The time of an answer: a batch has none, and an example in the address would be drawn as one.
    url.searchParams.set('ping', '');
    return url.href;
  }
  const ends: Readonly<Record<string, string>> = {
    [PingKind.Start]: '/start',
    [PingKind.Failure]: '/fail',
    test: '/log',
  };
  url.pathname = url.pathname.replace(/\/+$/, '') + (ends[kind] ?? '');
  // Measures the time of each batch, also of those that overlap.
  if (batchId !== null) url.searchParams.set('rid', uuidOf(batchId));
  return url.href;
}

/** healthchecks.io refuses other ids than UUIDs. Version 8 of RFC 9562 is for those that are made from something else. */
function uuidOf(batchId: string): string {
  const bytes = createHash('sha256').update(batchId).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
