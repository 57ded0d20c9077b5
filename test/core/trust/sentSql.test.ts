import { describe, expect, test } from 'vitest';
import { freshDatabases } from '../../support/databases.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { serverOf } from '../../support/versions.ts';
import { EXTENSIONS, fullRun, makeTables } from './support/fullRun.ts';
import { statementsIn, unqualified } from './support/qualified.ts';
import { LOG_EVERYTHING, type SentSql, sentTo } from './support/serverLog.ts';

/** Schemas of the types and operator classes of the tables that are copied. */
const OF_TABLES = [EXTENSIONS, 'adempiere', 'pgsql_lmp', 'public'];

/** Some twenty batches. */
const LONG = { timeout: 400_000 };

const LAYOUTS = ['schema', 'stamp', 'merge'] as const;

describe('all SQL of a whole run', () => {
  test.for(LAYOUTS)('names nothing that a search path decides about, in layout %s', LONG, async (layout) => {
    await using newer = await startServer({ settings: LOG_EVERYTHING });
    await using older = await serverOf(15, LOG_EVERYTHING);
    // Each major version has the other's place once.
    const [sourceServer, centralServer] = layout === 'stamp' ? [older, newer] : [newer, older];
    await using pair = await freshDatabases({ sourceServer, centralServer });
    await makeTables(pair);

    await fullRun(pair, { layout });

    for (const server of [sourceServer, centralServer]) {
      const sent = await all(server);
      expect(sent.length).toBeGreaterThan(100);
      expect(await offences(sent)).toEqual([]);
      // In a simple Query a text that broke out of its quotes could add statements; PostgreSQL refuses that in a Parse.
      expect(sent.filter((one) => !one.extended).map((one) => one.text)).toEqual([]);
    }
  });
});

async function all(server: TestServer): Promise<readonly SentSql[]> {
  return sentTo(server, 'branchline');
}

/** Each offence once, with one statement that has it. */
async function offences(sent: readonly SentSql[]): Promise<readonly string[]> {
  const found = new Map<string, string>();
  for (const text of new Set(sent.map((one) => one.text)))
    for (const one of await unqualified(text, OF_TABLES)) if (!found.has(one)) found.set(one, text);
  return [...found].map(([what, text]) => `${what} in: ${text.slice(0, 300)}`);
}

test('a name without a schema is found wherever it hides', async () => {
  const cases: Readonly<Record<string, string>> = {
    'SELECT count(*) FROM pg_catalog.pg_class': 'function count',
    'SELECT pg_catalog.count(*) FROM pg_class': 'relation pg_class',
    'SELECT 1 + 1': 'operator +',
    "SELECT 'a'::text": 'type text',
    'SELECT 1 WHERE 1 IN (1, 2)': 'hidden operator AEXPR_IN',
    'SELECT 1 WHERE 1 IN (SELECT 1)': 'hidden operator IN (SELECT …)',
    "SELECT 'a' LIKE 'b'": 'hidden operator AEXPR_LIKE',
    'SELECT 1 BETWEEN 0 AND 2': 'hidden operator AEXPR_BETWEEN',
    'SELECT 1 IS DISTINCT FROM 2': 'hidden operator AEXPR_DISTINCT',
    'SELECT NULLIF(1, 2)': 'hidden operator AEXPR_NULLIF',
    'SELECT CASE 1 WHEN 2 THEN 3 END': 'hidden operator CASE x WHEN',
    'SELECT 1 FROM a.b JOIN a.c USING (d)': 'hidden operator USING',
    'SELECT 1 FROM a.b NATURAL JOIN a.c': 'hidden operator USING',
    "SELECT pg_catalog.to_regclass('pg_class')": 'name in a text pg_class',
    "SELECT 'pg_class'::pg_catalog.regclass": 'name in a text pg_class',
    'SELECT \'a\' COLLATE "C"': 'collation C',
    'CREATE TABLE a.b (c text)': 'type text',
    'CREATE TABLE a.b (c integer DEFAULT now())': 'function now',
    'SELECT 1 FROM a.b ORDER BY c USING <': 'operator <',
    'DROP TABLE IF EXISTS b': 'relation b',
    'COPY b FROM STDIN': 'relation b',
  };
  for (const [sql, offence] of Object.entries(cases)) expect(await unqualified(sql), sql).toContain(offence);
  const clean =
    "SELECT coalesce(t.a, 1), t.b::integer, CURRENT_USER, t.c IS DISTINCT FROM NULL, extract(epoch FROM t.d) FROM a.t t WHERE t.a OPERATOR(pg_catalog.=) ANY ('{1}')";
  expect(await unqualified(clean)).toEqual([]);
  expect(await statementsIn('SELECT 1; SELECT 2')).toBe(2);
});
