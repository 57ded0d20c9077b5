import { expect, test } from 'vitest';
import { type Difference, difference } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, listen } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import { asAdmin } from '../support/admin.ts';
import { counted, eachRowOnce } from '../support/counts.ts';
import { LINES } from '../support/few.ts';
import { badPlace } from '../support/place.ts';
import { warnings } from '../support/told.ts';
import { SCALE } from '../support/whole.ts';

/** A ping of three seconds. */
const ONE_WAY_MS = 1500;

// All waiting is for the link: side by side they take as long as one.
test.concurrent('an answer takes 3 s: signing in is not taken for a dead server', async () => {
  await using pair = await freshDatabases();
  await using proxy = await startProxy(pair.central);
  proxy.latencyMs = ONE_WAY_MS;
  // Four round trips and more before the first query, each within it and all together not.
  using home = badPlace(pair, { central: proxy, connectTimeoutSeconds: 5 });
  await using engine = home.open();

  const steps = await engine.testConnection('central');

  expect(steps.filter((one) => !one.ok)).toEqual([]);
});

test.concurrent.each(['source', 'central'] as const)(
  'an answer of the %s takes 3 s: the batch takes its time and ends right, and nothing is taken for a fault',
  async (side) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, {
      [side]: proxy,
      connection: { tables: [LINES] },
      sync: { chunkRows: 1000 },
    });
    await using engine = home.open();
    const events = listen(engine);
    engine.on((event) => {
      // Before it come the set-up's round trips, which are like those after it.
      if (event.type === 'table_progress') proxy.latencyMs = ONE_WAY_MS;
    });

    const batch = await engine.syncAll({ trigger: 'cli' });

    expect(warnings(events, 'en')).toEqual([]);
    expect(counted(engine.batch(batch.batch_id).tables)).toEqual(eachRowOnce(SCALE, [LINES]));
    expect(await differenceOfLines(pair)).toMatchObject({ onlySource: 0, onlyCentral: 0 });
  },
);

async function differenceOfLines(pair: DatabasePair): Promise<Difference> {
  return asAdmin(pair.source, (source) =>
    asAdmin(pair.central, (central) => difference(source, central, { table: LINES, connection: CONNECTION })),
  );
}
