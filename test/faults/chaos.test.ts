import { expect, test } from 'vitest';
import { runChaos } from '../chaos/chaosRun.ts';

/** Long enough for a dozen faults; `npm run chaos` goes on for longer. */
const MS = 20_000;

test('a service that is killed, cut off and frozen with its servers ends with both sides equal', async () => {
  const { problems, faults, batches, chunks, writer } = await runChaos({ ms: MS, seed: 20251108 });

  expect(problems).toEqual([]);
  // Nothing may be equal because nothing was done.
  expect(faults.size).toBeGreaterThan(0);
  expect(batches.get('completed')).toBeGreaterThan(0);
  expect(chunks.committed).toBeGreaterThan(0);
  expect(writer.transactions).toBeGreaterThan(0);
}, 300_000);
