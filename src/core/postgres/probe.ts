import type { EndpointSettings } from '../../shared/settings.ts';
import { addressesOf, dial, placesOf } from './dial.ts';

type Place = Pick<EndpointSettings, 'host' | 'port' | 'connectTimeoutSeconds'>;

/** libpq takes such a host for the folder of a socket. */
export function isSocket({ host }: Place): boolean {
  return host.startsWith('/');
}

/**
 * The first address of the first host of a list that stands for any.
 *
 * @throws what the resolver says, or `timeout expired`
 */
export async function resolveName(place: Place): Promise<string> {
  return firstOf(place, async ({ host }, ms) => (await addressesOf(host, ms))[0] ?? '');
}

/**
 * Whether anybody listens there: connects and hangs up.
 *
 * @throws what the system says, or `timeout expired`
 */
export async function knock(place: Place): Promise<void> {
  (await firstOf(place, dial)).destroy();
}

/** @throws what the last one says */
async function firstOf<T>(
  place: Place,
  ask: (one: Pick<Place, 'host' | 'port'>, ms: number) => Promise<T>,
): Promise<T> {
  const places = placesOf(place);
  const ms = place.connectTimeoutSeconds * 1000;
  for (const [index, one] of places.entries()) {
    try {
      return await ask(one, ms);
    } catch (error) {
      if (index + 1 === places.length) throw error;
    }
  }
  throw new Error('an endpoint without a host');
}
