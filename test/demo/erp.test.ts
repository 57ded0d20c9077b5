import { createHash } from 'node:crypto';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { seedBranch, seededRows } from '../../src/demo/erp/seed.ts';
import { simulateDay } from '../../src/demo/erp/simulateDay.ts';
import { freshDatabases } from '../support/databases.ts';

const SCALE = 0.05;

test('scale 1 is 300,000 rows in more than 24 tables', () => {
  const rows = seededRows(1);
  expect(rows.size).toBeGreaterThanOrEqual(24);
  expect([...rows.values()].reduce((sum, count) => sum + count, 0)).toBe(300_000);
});

test('the tables have the declared number of rows, at a small scale and at the smallest', async () => {
  for (const scale of [SCALE, 0.001]) {
    await using pair = await freshDatabases({ scale });
    const client = await pair.source.connect();
    const counts = new Map<string, number>();
    for (const name of seededRows(scale).keys()) {
      const { rows } = await client.query(`SELECT count(*)::int AS n FROM adempiere."${name}"`);
      counts.set(name, rows[0].n);
    }
    await client.end();
    expect(counts).toEqual(seededRows(scale));
  }
});

test('the same scale gives the same bytes, whatever the session’s and server’s settings', async () => {
  await using one = await freshDatabases({ scale: SCALE });
  await using other = await freshDatabases();
  const client = await other.central.connectAdmin();
  await client.query("SET TimeZone = 'Pacific/Auckland'; SET DateStyle = 'German'; SET search_path = public");
  await seedBranch(async (sql) => void (await client.query(sql)), SCALE);
  const source = await one.source.connect();
  expect(await digests(client)).toEqual(await digests(source));
  await client.end();
  await source.end();
});

test('the books balance: debit equals credit, and orders are the sum of their lines', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  const client = await pair.source.connect();
  const { rows } = await client.query(`
    SELECT (SELECT sum(amtacctdr) - sum(amtacctcr) FROM adempiere.fact_acct)::text AS imbalance,
      (SELECT count(*) FROM adempiere.c_order o WHERE totallines <>
        (SELECT sum(linenetamt) FROM adempiere.c_orderline l WHERE l.c_order_id = o.c_order_id))::int AS wrong_orders,
      (SELECT count(*) FROM adempiere.c_invoiceline LEFT JOIN adempiere.c_invoice USING (c_invoice_id)
        WHERE c_invoice.c_invoice_id IS NULL)::int AS stray_lines`);
  await client.end();
  expect(rows).toEqual([{ imbalance: '0.00', wrong_orders: 0, stray_lines: 0 }]);
});

test('values that copying programs fail on are present', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  const client = await pair.source.connect();
  const conditions = [
    "measured = 'NaN'",
    "measured = '-Infinity'",
    "measured::text ~ '^[0-9]{30}[.][0-9]{30}$'",
    "temperature = 'Infinity'",
    "temperature::text = '-0'",
    "noted = '-infinity'",
    "noted = 'infinity'",
    'extract(microseconds FROM noted)::int % 1000 > 0',
    "note = ''",
    'note IS NULL',
    "note = E'\\\\.'",
    "note = E'\\\\N'",
    "note LIKE E'%\\t%'",
    "note LIKE E'%\\r\\n%'",
    "note LIKE '%🔥%'",
    "samples = '{}'",
    'array_lower(grid, 1) = 0',
    'array_ndims(grid) = 2',
    "raw = ''",
    'length(raw) > 0',
    "payload = '{}'",
    "payload = 'null'",
    "history[2] = 'off line'",
    "window_seconds = 'empty'",
    'length(note) > 2000',
  ];
  const columns = conditions.map(
    (condition, index) => `count(*) FILTER (WHERE ${condition})::int AS c${index}`,
  );
  const { rows } = await client.query(`SELECT ${columns.join(', ')} FROM adempiere.x_device_reading`);
  const missing = conditions.filter((_, index) => rows[0][`c${index}`] === 0);
  expect(missing).toEqual([]);
  const keyless = await client.query(
    'SELECT FROM adempiere.t_import_log t GROUP BY t.* HAVING count(*) > 1 LIMIT 1',
  );
  expect(keyless.rowCount).toBe(1);
  await client.end();
});

test('the reading role may read every table and change none', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  const client = await pair.source.connect();
  await expect(client.query('DELETE FROM adempiere.t_import_log')).rejects.toThrow(/permission denied/);
  await expect(client.query('CREATE TABLE public.mine ()')).rejects.toThrow(/permission denied/);
  await client.end();
});

test('a day changes exactly what it reports, some of it without touching `updated`, and days differ', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  const client = await pair.source.connectAdmin();
  for (let day = 1; day <= 3; day += 1) {
    const before = await counters(client);
    const stale = await client.query(
      'SELECT c_bpartner_id, name, updated FROM adempiere.c_bpartner WHERE c_bpartner_id = 1000001',
    );
    const changes = await simulateDay(async (sql) => void (await client.query(sql)));
    const after = await counters(client);
    for (const { table, ...expected } of changes) {
      const [now, then] = [after.get(table), before.get(table)];
      expect({ day, table, ...minus(now, then) }).toEqual({ day, table, ...expected });
    }
    const fresh = await client.query(
      'SELECT c_bpartner_id, name, updated FROM adempiere.c_bpartner WHERE c_bpartner_id = 1000001',
    );
    expect(fresh.rows[0].updated).toEqual(stale.rows[0].updated);
    expect(fresh.rows[0].name).not.toBe(stale.rows[0].name);
  }
  await client.end();
});

/** A digest per table of its rows as text, in the order in which they lie on disk. */
async function digests(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  await client.query("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 1");
  const found = new Map<string, string>();
  for (const name of seededRows(SCALE).keys()) {
    const { rows } = await client.query(`SELECT t::text AS row FROM adempiere."${name}" AS t`);
    found.set(
      name,
      createHash('sha256')
        .update(rows.map(({ row }) => row).join('\n'))
        .digest('hex'),
    );
  }
  return found;
}

interface Counter {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

async function counters(client: pg.Client): Promise<ReadonlyMap<string, Counter>> {
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query(
    `SELECT relname, n_tup_ins::int AS inserted, n_tup_upd::int AS updated, n_tup_del::int AS deleted
     FROM pg_stat_user_tables WHERE schemaname = 'adempiere'`,
  );
  return new Map(rows.map(({ relname, ...counter }) => [relname, counter]));
}

function minus(now: Counter | undefined, then: Counter | undefined): Counter {
  if (now === undefined || then === undefined) throw new Error('no such table');
  return {
    inserted: now.inserted - then.inserted,
    updated: now.updated - then.updated,
    deleted: now.deleted - then.deleted,
  };
}
