import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { atBranch, sync } from '../../support/branch.ts';
import { startByteCounter } from '../../support/byteCounter.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { officeKey, takeRequests } from '../../support/officeRequests.ts';
import { lookAgain, lookingAt } from './support.ts';

test('a look that finds nothing costs head office a sign-in and one transaction', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  {
    using first = makeHome(pair);
    await using engine = first.open();
    await sync(engine);
  }
  await using counter = await startByteCounter(pair.central);
  using home = makeHome(pair, { central: { host: counter.host, port: counter.port, sslmode: 'disable' } });
  takeRequests(home.folder, officeKey(), { everyMinutes: 0.1 });
  const watched = await lookingAt(home);
  await setTimeout(1000);
  const before = counter.bytes;
  expect(before).toBeGreaterThan(0);
  lookAgain(watched);
  await expect.poll(() => counter.bytes - before).toBeGreaterThan(2000);
  await setTimeout(1000);
  expect(counter.bytes - before).toBeLessThan(6000);
});
