import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { readingSql } from '../../../src/core/target/headOfficeTables.ts';
import { atBranch, run, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { connectTo } from '../../support/servers.ts';

const dashboard = z
  .object({
    uid: z.string(),
    templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
    panels: z.array(
      z.object({
        id: z.int(),
        title: z.string().min(1),
        type: z.enum(['stat', 'table', 'timeseries']),
        gridPos: z.object({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1), h: z.int().min(1) }),
        datasource: z.object({ uid: z.literal(`\${central}`) }),
        targets: z
          .array(z.object({ format: z.enum(['table', 'time_series']), rawSql: z.string().min(1) }))
          .length(1),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync('docs/grafana-head-office.json', 'utf8')));

/** As Grafana writes its macro. */
function expand(sql: string): string {
  return sql.replaceAll(
    /\$__timeFilter\((\w+)\)/g,
    "$1 BETWEEN (now() - interval '7 days')::timestamptz AND now()",
  );
}

test('each panel of the Grafana dashboard has its place, and shows what a role that may only read can read', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    'INSERT INTO item VALUES (1)',
    'CREATE TABLE shut (id int PRIMARY KEY)',
    'REVOKE SELECT ON shut FROM branchline_read',
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  const role = `grafana_${randomBytes(4).toString('hex')}`;
  await run(
    pair.central,
    `CREATE ROLE ${role} LOGIN PASSWORD '${pair.central.password}'`,
    ...readingSql(role),
  );
  const client = await connectTo(inject('servers').central, pair.central.database, role);
  const { panels, templating } = dashboard;
  expect(templating.list).toMatchObject([{ name: 'central', type: 'datasource' }]);
  expect(new Set(panels.map((one) => one.id)).size).toBe(panels.length);

  for (const { title, type, targets } of panels) {
    const [target] = targets;
    const sql = expand(target?.rawSql ?? '');
    expect(sql, title).not.toContain('$');
    const { rows, fields } = await client.query<Record<string, unknown>>(sql);
    expect(target?.format, title).toBe(type === 'timeseries' ? 'time_series' : 'table');
    if (type === 'stat') expect([rows.length, fields.length], title).toEqual([1, 1]);
    // Grafana needs a time, and draws numbers alone.
    if (type === 'timeseries') {
      expect(rows.length, title).toBeGreaterThan(0);
      expect(rows[0]?.time, title).toBeInstanceOf(Date);
      expect(typeof Object.values(rows[0] ?? {}).at(-1), title).toBe('number');
    }
  }
  const shown = async (title: string) =>
    (await client.query(expand(panels.find((one) => one.title === title)?.targets[0]?.rawSql ?? ''))).rows;
  expect(await shown('Critical')).toEqual([{ critical: '1' }]);
  expect(await shown('Branches that need somebody')).toMatchObject([
    { Branch: 'Lampung', State: 'failed', Why: '1 of 2 tables failed: shut' },
  ]);
  expect(await shown('Tables that fail most')).toMatchObject([
    { Table: 'shut', Branches: '1', Failures: '1' },
  ]);

  for (const a of panels)
    for (const b of panels) {
      const [p, q] = [a.gridPos, b.gridPos];
      const overlap = p.x < q.x + q.w && q.x < p.x + p.w && p.y < q.y + q.h && q.y < p.y + p.h;
      expect(a.id !== b.id && overlap, `${a.title} over ${b.title}`).toBe(false);
    }
  await client.end();
  await run(pair.central, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
});
