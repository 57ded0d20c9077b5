import { expect, test } from 'vitest';
import { freshDatabases } from '../../support/databases.ts';
import { installFakeCitus } from '../../support/fakeCitus.ts';
import { startServer } from '../../support/servers.ts';
import { type CitusTables, refusedByCitus } from './support/citusShapes.ts';
import { fullRun, makeTables, placeOf } from './support/fullRun.ts';
import { LOG_EVERYTHING, sentTo } from './support/serverLog.ts';

/** Some twenty batches. */
const LONG = { timeout: 400_000 };

/** Rows that a foreign key of head office's may remove are counted on all nodes: they may be any branch's. */
const COUNTS_ALL = /^SELECT \(SELECT pg_catalog\.count\(\*\) FROM [^()]+\) AS c0/;

test.for(['stamp', 'schema', 'merge'] as const)(
  'all SQL of a whole run has only shapes that Citus takes, in layout %s',
  LONG,
  async (layout) => {
    await using centralServer = await startServer({ settings: LOG_EVERYTHING });
    await using pair = await freshDatabases({ centralServer });
    await installFakeCitus(pair.central, { tenants: layout === 'schema' });
    await makeTables(pair);

    await fullRun(pair, { layout });

    const tables: CitusTables = {
      distributed: [placeOf({ layout })],
      column: layout === 'stamp' ? 'source_connection' : null,
    };
    const found = new Map<string, string>();
    const texts = new Set((await sentTo(centralServer, 'branchline')).map((one) => one.text));
    for (const text of [...texts].filter((one) => !COUNTS_ALL.test(one)))
      for (const one of await refusedByCitus(text, tables)) if (!found.has(one)) found.set(one, text);
    expect(texts.size).toBeGreaterThan(100);
    expect([...found].map(([what, text]) => `${what} in: ${text.slice(0, 600)}`)).toEqual([]);
  },
);

test('a shape that Citus refuses is found wherever it hides', async () => {
  const tables: CitusTables = { distributed: ['d'], column: 'b' };
  const cases: Readonly<Record<string, string>> = {
    "SELECT 1 FROM d.t WHERE t.b = 'x' AND ROW(t.a) OPERATOR(pg_catalog.*<>) ROW(t.c)": 'operator *<>',
    "DELETE FROM d.t t WHERE t.b = 'x' AND NOT EXISTS (SELECT FROM l.s s WHERE s.a = t.a)":
      'correlated subquery between a distributed and a local table',
    "WITH gone AS (DELETE FROM d.t t WHERE t.b = 'x' AND EXISTS (SELECT FROM l.s s WHERE s.a = t.a) RETURNING 1) SELECT count(*) FROM gone":
      'correlated subquery between a distributed and a local table',
    "INSERT INTO d.t (b, a) SELECT 'x', s.a FROM l.s s LEFT JOIN d.t t ON t.a = s.a AND t.b = 'x'":
      'distributed table on the inner side of an outer join',
    "SELECT s.a FROM l.s s LEFT JOIN d.t t ON t.a = s.a AND t.b = 'x' WHERE t.tableoid IS NULL":
      'system column tableoid',
    "SELECT t.ctid FROM d.t t WHERE t.b = 'x'": 'system column ctid',
    "SELECT 1 FROM d.t t WHERE t.b = 'x' FOR UPDATE": 'FOR UPDATE of a distributed table',
    'TRUNCATE d.t': 'TruncateStmt of a distributed table',
    'LOCK TABLE d.t': 'LockStmt of a distributed table',
    'ALTER TABLE d.t ADD a int, ALTER c TYPE bigint': 'several changes in ALTER TABLE',
    'SELECT 1; SELECT 2': 'several statements',
    "UPDATE d.t SET b = 'y' WHERE t.b = 'x'": 'update of the column of distribution',
    "INSERT INTO d.t (b, a) VALUES ('x', 1) ON CONFLICT (b, a) DO UPDATE SET b = EXCLUDED.b":
      'update of the column of distribution',
    'INSERT INTO d.t (a) VALUES (1)': 'insert without the column of distribution',
    'SELECT count(*) FROM d.t': 'rows of all nodes, as t',
    'DELETE FROM d.t t USING l.s s WHERE s.a = t.a': 'rows of all nodes, as t',
    "SELECT 1 UNION ALL SELECT count(*) FROM d.t WHERE t.c = 'x'": 'rows of all nodes, as t',
  };
  for (const [sql, shape] of Object.entries(cases))
    expect(await refusedByCitus(sql, tables), sql).toContain(shape);
  const clean = [
    "SELECT count(*) FROM d.t t WHERE t.b OPERATOR(pg_catalog.=) 'x' AND t.a > 5",
    "WITH extra AS (SELECT t.a FROM d.t t LEFT JOIN l.s s ON s.a = t.a WHERE t.b = 'x' AND s.a IS NULL), gone AS (DELETE FROM d.t t USING extra e WHERE t.b = 'x' AND t.a = e.a RETURNING 1) SELECT count(*) FROM gone",
    "INSERT INTO d.t AS o (b, a) SELECT 'x', s.a FROM l.s s WHERE true ON CONFLICT (b, a) DO UPDATE SET c = EXCLUDED.c RETURNING o.xmax = '0'",
    'UPDATE l.s SET a = 1 WHERE EXISTS (SELECT FROM l.u WHERE u.a = s.a)',
    'ALTER TABLE d.t ADD a int',
  ];
  for (const sql of clean) expect(await refusedByCitus(sql, tables), sql).toEqual([]);
});
