import { expect, test } from 'vitest';
import { atBranch, sync } from '../../support/branch.ts';
import { freshDatabases, settled } from '../../support/databases.ts';
import { MANY } from '../../support/erpTables.ts';
import { makeHome } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import { RoundTrips } from '../../support/roundTrips.ts';

/** Bytes both ways. What is sent today, and some hundred for longer ids. */
const MOST_BYTES = { source: 96_900, central: 105_000 };

test('a verify of 120 equal tables waits for a handful of answers of head office', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, MANY);
  await settled(pair.source);
  const roundTrips = { source: new RoundTrips(), central: new RoundTrips() };
  await using source = await startProxy(pair.source, roundTrips.source.observe);
  await using central = await startProxy(pair.central, roundTrips.central.observe);
  using home = makeHome(pair, { connection: { port: source.port }, central: { port: central.port } });
  await using engine = home.open();
  await sync(engine);
  expect((await sync(engine)).batch.status).toBe('completed');
  for (const one of Object.values(roundTrips)) one.reset();
  const passed = ({ bytes }: typeof source): number => bytes.client + bytes.server;
  const before = { source: passed(source), central: passed(central) };

  const { tables } = await engine.verify({ trigger: 'cli' });

  expect(tables).toHaveLength(120);
  expect(tables.every((one) => one.result === 'equal' && one.source_rows === 20)).toBe(true);
  expect(roundTrips.central.count, roundTrips.central.first.join('\n')).toBeLessThanOrEqual(4);
  expect(roundTrips.source.count, roundTrips.source.first.join('\n')).toBeLessThanOrEqual(5);
  expect(passed(source) - before.source).toBeLessThan(MOST_BYTES.source);
  expect(passed(central) - before.central).toBeLessThan(MOST_BYTES.central);
});
