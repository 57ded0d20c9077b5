import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultKind, faultsOf, type Part, TOGETHER } from './faults.ts';
import type { ChaosPlace } from './place.ts';

/** What has happened, by name. */
export type FaultCounts = ReadonlyMap<string, number>;

/** So much between two faults on average, in spells: rough ones, and calm ones in which something gets done. */
const MEAN_GAPS_MS = [400, 1500, 4000];
const SPELL = 8;

/**
 * Faults at random for a time; ends when all is mended again. What is drawn, and when, follows from `random`
 * alone; a fault that is drawn for a part that is still being hurt is left out.
 *
 * @throws Error where a server does not come back
 */
export async function storm(place: ChaosPlace, random: () => number, ms: number): Promise<FaultCounts> {
  const counts = new Map<string, number>();
  const hurt = new Set<Part>();
  const under = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const until = performance.now() + ms;
  const faults = faultsOf(place);

  const begin = (kind: FaultKind, own: () => number): void => {
    if (hurt.has(kind.part)) return;
    hurt.add(kind.part);
    const done = kind
      .happen(place, own)
      .then((happened) => {
        if (happened) counts.set(kind.name, (counts.get(kind.name) ?? 0) + 1);
      })
      .catch((error: unknown) => failures.push(new Error(`${kind.name}: ${error}`)))
      .then(() => {
        hurt.delete(kind.part);
        under.delete(done);
      });
    under.add(done);
  };

  for (let draw = 0; failures.length === 0; draw++) {
    const spell = Math.floor(draw / SPELL) % MEAN_GAPS_MS.length;
    await sleep(-Math.log(1 - random()) * (MEAN_GAPS_MS[spell] ?? 1000));
    if (performance.now() > until) break;
    for (const kind of drawn(faults, random)) begin(kind, branch(random));
  }
  await Promise.all(under);
  if (failures.length > 0) throw failures[0];
  return counts;
}

/** One fault; now and then several at the same moment. */
function drawn(faults: readonly FaultKind[], random: () => number): readonly FaultKind[] {
  if (random() < 0.2) {
    const names = TOGETHER[Math.floor(random() * TOGETHER.length)] ?? [];
    return faults.filter(({ name }) => names.includes(name));
  }
  let left = random() * faults.reduce((sum, { weight }) => sum + weight, 0);
  return faults.filter(({ weight }) => {
    const here = left >= 0 && left < weight;
    left -= weight;
    return here;
  });
}

/** A generator of a fault's own: how many numbers it takes must not change what is drawn after it. */
function branch(random: () => number): () => number {
  const numbers = Array.from({ length: 4 }, random);
  let taken = 0;
  return () => numbers[taken++ % numbers.length] ?? 0;
}
