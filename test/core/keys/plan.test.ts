import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTables } from '../../../src/core/catalogue/read.ts';
import type { TableShape } from '../../../src/core/catalogue/shape.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../../src/core/postgres/session.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { copyRows } from '../../../src/core/source/postgres/rows.ts';
import { describeTarget } from '../../../src/core/target/describeTarget.ts';
import { atBranch } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { OTHER_VERSIONS, serverOf } from '../../support/versions.ts';
import { insert, makeTable } from './support/keyTables.ts';
import { KEY_TYPES } from './support/keyTypes.ts';

/** Rows have to come out of the key's index, in its order and from the place where a pass goes on. */

let pair: DatabasePair;
let shapes: ReadonlyMap<string, TableShape>;

beforeAll(async () => {
  pair = await freshDatabases();
  for (const type of KEY_TYPES) {
    await makeTable(pair, type);
    await atBranch(pair, ...type.values.map((value, index) => insert(type.name, value, index)));
  }
  shapes = await shapesOf(pair);
});

afterAll(() => pair.drop());

test.each(KEY_TYPES.map((type) => [type.name, type] as const))(
  'rows with a key of type %s come out of its index without a sort, from the place where a pass goes on',
  async (name, { values: [first = ''] }) => {
    const shape = shapes.get(name);
    if (shape === undefined) throw new Error(`${name} was not read`);
    const key = shape.key ?? [];
    const target = describeTarget('public', 'schema', shape, shape, false);
    const client = await pair.source.connectAdmin();
    const texts = key.map((column) => `${column}::text`).join(', ');
    const { rows } = await client.query<string[]>({
      text: `SELECT ${texts} FROM adempiere.${name} WHERE v = 0`,
      rowMode: 'array',
    });
    // As a pass reads, whatever the role's search_path is.
    await client.query("SET search_path = ''; SET enable_sort = off");
    const copy = copyRows(shape, target, { after: rows[0] ?? [first], where: null });
    const select = copy.replace(/^COPY \(/, '').replace(/\) TO STDOUT.*$/, '');
    const plan = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${select}`);
    await client.end();

    const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(lines).toMatch(/Index (Only )?Scan/);
    expect(lines).toContain('Index Cond:');
    expect(lines).not.toContain('Sort');
  },
);

test.each(OTHER_VERSIONS)('PostgreSQL %i says of every key how it compares as 18 does', async (major) => {
  await using server = await serverOf(major);
  await using older = await freshDatabases({ sourceServer: server });
  for (const type of KEY_TYPES) await makeTable(older, type);
  const there = await shapesOf(older);
  for (const { name } of KEY_TYPES)
    expect([name, there.get(name)?.keyColumns]).toEqual([name, shapes.get(name)?.keyColumns]);
});

async function shapesOf(one: DatabasePair): Promise<ReadonlyMap<string, TableShape>> {
  using home = makeHome(one);
  const [endpoint] = loadSettings(home.folder).connections;
  if (endpoint === undefined) throw new Error('the home has a connection');
  const about = { side: 'source', connection: endpoint.id, applicationName: 'test' } as const;
  await using session = await Session.open({
    ...about,
    endpoint,
    folder: home.folder,
    timeouts: DEFAULT_TIMEOUTS,
  });
  const all = await readTables(session, session.version(), 'adempiere');
  return new Map(all.map((shape) => [shape.name, shape]));
}
