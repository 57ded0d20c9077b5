import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { makeHome } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import { branchWithItems, hookEnds } from './support.ts';

test('a materialized view is refreshed concurrently after each batch, with all of its rows', async () => {
  await using pair = await branchWithItems();
  const sql = 'REFRESH MATERIALIZED VIEW CONCURRENTLY reports.total';
  using home = makeHome(pair, { hooks: [{ sql }] });
  await using engine = home.open();
  const ends = hookEnds(engine);
  // Before the view is there, the hook fails; the batch does not.
  const first = await sync(engine);
  expect(first.batch.status).toBe('completed');
  expect(ends).toMatchObject([
    { hook: sql, what: 'sql', outcome: 'failed', message: expect.stringContaining('(42P01)') },
  ]);
  await atCentral(
    pair,
    'CREATE MATERIALIZED VIEW reports.total AS SELECT 1 AS one, sum(qty) AS qty FROM public.item',
    'CREATE UNIQUE INDEX ON reports.total (one)',
    `ALTER MATERIALIZED VIEW reports.total OWNER TO ${pair.central.user}`,
    `GRANT SELECT ON public.item TO ${pair.central.user}`,
  );
  await atBranch(pair, 'INSERT INTO item VALUES (4, 100)');
  await sync(engine);
  expect(ends.at(-1)).toMatchObject({ outcome: 'done', message: null });
  expect(await fromCentral(pair, 'SELECT qty FROM reports.total')).toEqual([['106']]);
});

test('statements run one by one without a transaction of ours, with the role and settings of Branchline', async () => {
  await using pair = await branchWithItems();
  const sql = [
    'CREATE TABLE reports.note (what text)',
    'INSERT INTO reports.note SELECT pg_catalog.count(*) FROM public.item',
    "CREATE PROCEDURE reports.in_two() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO reports.note VALUES ('a'); COMMIT; INSERT INTO reports.note VALUES ('b'); ROLLBACK; END $$",
    'CALL reports.in_two()',
    'VACUUM reports.note',
    "INSERT INTO reports.note SELECT pg_catalog.current_setting('search_path') || '/' || current_user",
    'SET search_path = reports',
    "INSERT INTO note VALUES ('by path')",
  ];
  using home = makeHome(pair, { hooks: [{ name: 'notes', sql }] });
  await using engine = home.open();
  const ends = hookEnds(engine);
  await sync(engine);
  expect(ends).toMatchObject([{ hook: 'notes', outcome: 'done' }]);
  expect((await fromCentral(pair, 'SELECT what FROM reports.note')).flat()).toEqual([
    '3',
    'a',
    `/${pair.central.user}`,
    'by path',
  ]);
});

test('the first statement that fails ends the hook, and is named; none that was left open counts', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, {
    hooks: [
      { name: 'three', sql: ['CREATE TABLE reports.a ()', 'SELECT 1 / 0', 'CREATE TABLE reports.b ()'] },
      { name: 'open', sql: ['BEGIN', 'CREATE TABLE reports.c ()'] },
      { name: 'two in one', sql: 'SELECT 1; SELECT 2' },
    ],
  });
  await using engine = home.open();
  const ends = hookEnds(engine);
  const { batch } = await sync(engine);
  expect(batch.status).toBe('completed');
  expect(ends).toMatchObject([
    { hook: 'three', outcome: 'failed', message: '2/3: division by zero (22012)' },
    { hook: 'open', outcome: 'failed', message: expect.stringContaining('left open') },
    { hook: 'two in one', outcome: 'failed', message: expect.stringContaining('(42601)') },
  ]);
  const tables = await fromCentral(pair, "SELECT tablename FROM pg_tables WHERE schemaname = 'reports'");
  expect(tables).toEqual([['a']]);
});

test('SQL that is not done in time is ended at head office, too', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, { hooks: [{ sql: 'SELECT pg_catalog.pg_sleep(600)', timeoutSeconds: 1 }] });
  await using engine = home.open();
  const ends = hookEnds(engine);
  await sync(engine);
  expect(ends).toMatchObject([{ outcome: 'timed_out' }]);
  expect(ends[0]?.seconds).toBeLessThan(5);
  const left =
    "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()";
  expect(await fromCentral(pair, `${left} AND datname = current_database()`)).toEqual([]);
});

test.each(['cut', 'silent'] as const)('a head office that is %s during the hook ends it', async (how) => {
  await using pair = await branchWithItems();
  await using proxy = await startProxy(pair.central);
  using home = makeHome(
    { ...pair, central: { ...pair.central, host: proxy.host, port: proxy.port } },
    { hooks: [{ sql: 'SELECT pg_catalog.pg_sleep(600)', timeoutSeconds: how === 'cut' ? 60 : 1 }] },
  );
  await using engine = home.open();
  const ends = hookEnds(engine);
  const started = new Promise<void>((resolve) =>
    engine.on((event) => void (event.type === 'hook_started' && resolve())),
  );
  const running = sync(engine);
  await started;
  for (;;) {
    const query =
      "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()";
    if ((await fromCentral(pair, `${query} AND datname = current_database()`)).length > 0) break;
  }
  if (how === 'cut') proxy.cutAll();
  else proxy.freeze();
  const { batch } = await running;
  proxy.thaw();
  expect(batch.status).toBe('completed');
  expect(ends).toMatchObject([
    how === 'cut' ? { outcome: 'failed', failure: { code: 'connection_lost' } } : { outcome: 'timed_out' },
  ]);
});

test('a head office that is gone by then is told as that', async () => {
  await using pair = await branchWithItems();
  await using proxy = await startProxy(pair.central);
  using home = makeHome(
    { ...pair, central: { ...pair.central, host: proxy.host, port: proxy.port } },
    { hooks: [{ sql: 'SELECT 1' }] },
  );
  await using engine = home.open();
  const ends = hookEnds(engine);
  engine.on((event) => void (event.type === 'batch_ended' && proxy.refuse()));
  await sync(engine);
  expect(ends).toMatchObject([{ outcome: 'not_started', failure: { code: 'central_unreachable' } }]);
});
