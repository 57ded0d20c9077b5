import { expect, test } from 'vitest';
import { watchService } from '../service/support.ts';
import { atBranch, atCentral } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { windowAppOn } from './support.ts';

async function limited(): Promise<DatabasePair> {
  const pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)');
  await limit(pair, 0);
  return pair;
}

function limit(pair: DatabasePair, most: number): Promise<void> {
  return atCentral(pair, `ALTER DATABASE ${pair.central.database} CONNECTION LIMIT ${most}`);
}

test('a window shows that the run of its own process waits for head office, until it goes on', async () => {
  await using pair = await limited();
  using home = makeHome(pair);
  const watched = watchService(home.folder);
  const app = windowAppOn(home.folder, { service: watched.service });
  using _off = { [Symbol.dispose]: app.listen() };
  const running = watched.service.runNow();
  await app.event('live', ({ live }) => typeof live.run?.waitingSeconds === 'number');
  await limit(pair, -1);
  await watched.event('waiting_for_central', ({ over }) => over);
  expect((await app.value('live')).run?.waitingSeconds ?? null).toBeNull();
  expect((await running).status).toBe('completed');
});

test('a window shows that the run of another process waits for head office, until it goes on', async () => {
  await using pair = await limited();
  using home = makeHome(pair);
  await using engine = home.open();
  const app = windowAppOn(home.folder);
  const seen = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  engine.on((event) => {
    if (event.type === 'waiting_for_central') (event.over ? over : seen).resolve();
  });
  const running = engine.syncAll({ trigger: 'cli' });
  await seen.promise;
  expect((await app.value('live')).run).toMatchObject({ waitingSeconds: expect.any(Number) });
  await limit(pair, -1);
  await over.promise;
  expect((await app.value('live')).run?.waitingSeconds ?? null).toBeNull();
  expect((await running).status).toBe('completed');
});
