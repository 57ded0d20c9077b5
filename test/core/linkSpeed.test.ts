import { expect, test } from 'vitest';
import { atBranch } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { startFarLink } from '../support/farLink.ts';
import { makeHome } from '../support/home.ts';

test('a connection test measures the link, and a first load is then estimated by that; before, it is unknown', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
    "INSERT INTO ledger SELECT n, repeat('x', 1000) FROM generate_series(1, 3000) n",
  );
  await using link = await startFarLink(pair.central, { roundTripMs: 100, kbps: 800 });
  using home = makeHome(pair, { central: { host: link.host, port: link.port } });
  await using engine = home.open();
  expect((await engine.dryRun({})).estimate).toMatchObject({ bytes_per_second: null, seconds: null });

  const steps = await engine.testConnection('central');

  const measured = Number(steps.at(-1)?.facts.bytesPerSecond);
  // 100,000 bytes a second. The buffers of the way take some of it at once.
  expect(measured).toBeGreaterThan(70_000);
  expect(measured).toBeLessThan(200_000);
  const { estimate } = await engine.dryRun({});
  expect(estimate.bytes_per_second).toBe(measured);
  expect(estimate.bytes).toBeGreaterThan(3_000_000);
  expect(estimate.seconds).toBeCloseTo(estimate.bytes / measured, 3);
});
