import { expect, test } from 'vitest';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import type { Ran } from '../../support/branch.ts';
import { sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { atHeadOffice, expectSame, rowsAtCentral, triggerFunction, work } from './support.ts';

const TABLE = 'CREATE TABLE stock (id int PRIMARY KEY, note text)';
const ROWS = "INSERT INTO stock SELECT n, 'stock ' || n FROM generate_series(1, 200) n";
const REFUSE = triggerFunction('refuse', 'IF NEW.id % 10 = 0 THEN RETURN NULL; END IF; RETURN NEW;');

/** Makes the table at head office as Branchline would, with something of head office's own on it. */
async function prepared(pair: DatabasePair, table: string, ...own: readonly string[]): Promise<void> {
  await atHeadOffice(pair, table, ...own);
}

function trigger(when: string, name: string, each = 'ROW', table = 'stock'): string {
  return `CREATE TRIGGER ${name}_it ${when} ON ${table} FOR EACH ${each} EXECUTE FUNCTION public.${name}()`;
}

function expectFailed({ table }: Ran, code: string, params: Readonly<Record<string, unknown>>): void {
  expect(table('stock').status).toBe('failed');
  expect(table('stock').error_detail).toMatchObject({
    code,
    params: { schema: 'public', table: 'stock', connection: 'pgsql_lmp', ...params },
  });
}

for (const layout of ['schema', 'stamp', 'merge'] as const) {
  test(`rows that a trigger at head office refuses are said, in layout ${layout} (A11)`, async () => {
    await using pair = await freshDatabases();
    await work(pair, TABLE, ROWS);
    const central =
      layout === 'stamp'
        ? `CREATE TABLE stock (source_connection text NOT NULL DEFAULT current_setting('branchline.connection', true),
             id int, note text, PRIMARY KEY (source_connection, id))`
        : TABLE;
    await prepared(pair, central, REFUSE, trigger('BEFORE INSERT', 'refuse'));
    using home = makeHome(pair, {
      central: { layout },
      ...(layout === 'schema' ? { connection: { targetSchema: 'public' } } : {}),
    });
    await using engine = home.open();

    for (const strategy of [null, null, 'full', 'compare'] as const) {
      const ran = await sync(engine, strategy === null ? {} : { strategy });
      expectFailed(ran, layout === 'merge' ? 'central_changes_rows' : 'central_lacks_rows', {
        rows: 20,
        causes: 'trigger refuse_it of public.stock (public.refuse())',
      });
    }
    expect(await rowsAtCentral(pair)).toBe(180);
    const failure = {
      code: 'central_lacks_rows',
      params: { schema: 'public', table: 'stock', rows: 20 },
    } as const;
    expect(createTranslator('id').failure(failure).sentence).toContain('kekurangan 20 baris public.stock');

    // The next step is true: without the trigger all of it comes.
    await atHeadOffice(pair, 'DROP TRIGGER refuse_it ON stock');
    expect((await sync(engine)).table('stock').status).toBe('completed');
    await expectSame(pair, 'id, note');
  });
}

test('a trigger that comes later and keeps changed rows as they were is said too', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await prepared(pair, triggerFunction('keep', 'RETURN NULL;'), trigger('BEFORE UPDATE', 'keep'));
  await work(pair, "UPDATE stock SET note = 'new' WHERE id <= 30");

  for (let run = 0; run < 2; run++) {
    const ran = await sync(engine);
    expectFailed(ran, 'central_changes_rows', {
      rows: 30,
      causes: 'trigger keep_it of public.stock (public.keep())',
    });
    expect(ran.table('stock').records_processed).toBe(0);
  }
  await atHeadOffice(pair, 'ALTER TABLE stock DISABLE TRIGGER keep_it');
  expect((await sync(engine)).table('stock')).toMatchObject({ status: 'completed', records_processed: 30 });
  await expectSame(pair, 'id, note');
});

test('a trigger that writes other values than were sent is said', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  await prepared(
    pair,
    TABLE,
    triggerFunction('shout', 'IF NEW.id <= 5 THEN NEW.note := upper(NEW.note); END IF; RETURN NEW;'),
    trigger('BEFORE INSERT OR UPDATE', 'shout'),
  );
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();

  expectFailed(await sync(engine), 'central_changes_rows', { rows: 5 });
  expectFailed(await sync(engine), 'central_changes_rows', { rows: 5 });
});

test('triggers that leave the rows as they were sent are nobody’s concern', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  await prepared(
    pair,
    'CREATE TABLE stock (id int PRIMARY KEY, note text, arrived timestamptz)',
    triggerFunction('arrive', 'NEW.arrived := now(); RETURN NEW;'),
    trigger('BEFORE INSERT OR UPDATE', 'arrive'),
  );
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();
  expect((await sync(engine)).table('stock')).toMatchObject({ status: 'completed', records_processed: 200 });
  await work(pair, "UPDATE stock SET note = 'new' WHERE id <= 30");
  expect((await sync(engine)).table('stock')).toMatchObject({ status: 'completed', records_processed: 30 });
  const { table } = await sync(engine, { strategy: 'full' });
  expect(table('stock')).toMatchObject({ status: 'completed', records_processed: 0, records_skipped: 200 });
});

for (const each of ['ROW', 'STATEMENT'] as const) {
  test(`a trigger for each ${each.toLowerCase()} that removes rows after they were written is said`, async () => {
    await using pair = await freshDatabases();
    await work(pair, TABLE, ROWS);
    await prepared(
      pair,
      TABLE,
      triggerFunction('sweep', 'DELETE FROM public.stock WHERE id % 10 = 0; RETURN NULL;'),
      trigger('AFTER INSERT OR UPDATE', 'sweep', each),
    );
    using home = makeHome(pair, { connection: { targetSchema: 'public' }, central: { layout: 'schema' } });
    await using engine = home.open();

    for (let run = 0; run < 2; run++) expectFailed(await sync(engine), 'central_lacks_rows', { rows: 20 });
  });
}

test('a trigger of another table that removes rows of this one is found by the counts', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS, 'CREATE TABLE other (id int PRIMARY KEY)');
  using home = makeHome(pair, { connection: { targetSchema: 'public' }, central: { layout: 'schema' } });
  await using engine = home.open();
  await sync(engine);
  await prepared(
    pair,
    triggerFunction('sweep', 'DELETE FROM public.stock WHERE id % 10 = 0; RETURN NULL;'),
    trigger('AFTER INSERT', 'sweep', 'ROW', 'other'),
  );
  await work(pair, 'INSERT INTO other VALUES (1)');
  await sync(engine);
  await work(pair, "UPDATE stock SET note = 'new' WHERE id = 1");

  expect((await sync(engine)).table('stock').status).toBe('completed');
  await expectSame(pair, 'id, note');
});

test('a deferred trigger that removes rows at the commit is said', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  await prepared(
    pair,
    TABLE,
    triggerFunction('sweep', 'DELETE FROM public.stock WHERE id = NEW.id AND id % 10 = 0; RETURN NULL;'),
    `CREATE CONSTRAINT TRIGGER sweep_it AFTER INSERT ON stock DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION public.sweep()`,
  );
  using home = makeHome(pair, { connection: { targetSchema: 'public' }, central: { layout: 'schema' } });
  await using engine = home.open();

  expectFailed(await sync(engine), 'central_lacks_rows', { rows: 20 });
  expectFailed(await sync(engine), 'central_lacks_rows', { rows: 20 });
});

test('a trigger of one partition is found, though the table itself has none', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  await prepared(
    pair,
    `${TABLE} PARTITION BY RANGE (id)`,
    'CREATE TABLE stock_low PARTITION OF stock FOR VALUES FROM (MINVALUE) TO (100)',
    'CREATE TABLE stock_high PARTITION OF stock FOR VALUES FROM (100) TO (MAXVALUE)',
    REFUSE,
    trigger('BEFORE INSERT', 'refuse', 'ROW', 'stock_high'),
  );
  using home = makeHome(pair, { connection: { targetSchema: 'public' }, central: { layout: 'schema' } });
  await using engine = home.open();

  for (let run = 0; run < 2; run++)
    expectFailed(await sync(engine), 'central_lacks_rows', {
      rows: 11,
      causes: 'trigger refuse_it of public.stock_high (public.refuse())',
    });
  await atHeadOffice(pair, 'DROP TRIGGER refuse_it ON stock_high');
  expect((await sync(engine)).table('stock').status).toBe('completed');
  await expectSame(pair, 'id, note');
});

test('a trigger that keeps rows which the branch has removed is said', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await prepared(pair, triggerFunction('stay', 'RETURN NULL;'), trigger('BEFORE DELETE', 'stay'));
  await work(pair, 'DELETE FROM stock WHERE id <= 3');

  for (const strategy of [null, 'full', 'compare'] as const)
    expectFailed(await sync(engine, strategy === null ? {} : { strategy }), 'central_keeps_rows', {
      rows: 3,
      causes: 'trigger stay_it of public.stock (public.stay())',
    });
  expect(await rowsAtCentral(pair)).toBe(200);
});

for (const rule of [
  'ON INSERT TO stock WHERE NEW.id % 10 = 0 DO INSTEAD NOTHING',
  'ON INSERT TO stock DO INSTEAD NOTHING',
  'ON UPDATE TO stock DO INSTEAD NOTHING',
  'ON INSERT TO stock DO ALSO DELETE FROM stock WHERE id = 5',
] as const) {
  test(`a rule that PostgreSQL cannot write through is named: ${rule}`, async () => {
    await using pair = await freshDatabases();
    await work(pair, TABLE, ROWS);
    await prepared(pair, TABLE, `CREATE RULE drop_some AS ${rule}`);
    using home = makeHome(pair, { central: { layout: 'merge' } });
    await using engine = home.open();

    for (let run = 0; run < 2; run++)
      expectFailed(await sync(engine), 'central_rules', { causes: 'rule drop_some of public.stock' });
    await atHeadOffice(pair, 'DROP RULE drop_some ON stock');
    expect((await sync(engine)).table('stock').status).toBe('completed');
    await expectSame(pair, 'id, note');
  });
}

test('a rule that keeps removed rows is named', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await prepared(pair, 'CREATE RULE stay AS ON DELETE TO stock DO INSTEAD NOTHING');
  await work(pair, 'DELETE FROM stock WHERE id <= 3');

  expectFailed(await sync(engine), 'central_rules', { causes: 'rule stay of public.stock' });
});

test('rows that a policy at head office hides from Branchline are not taken for missing ones in silence', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  await prepared(
    pair,
    TABLE,
    'ALTER TABLE stock ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE stock FORCE ROW LEVEL SECURITY',
    'CREATE POLICY visible ON stock USING (id % 10 <> 0) WITH CHECK (true)',
  );
  using home = makeHome(pair, { central: { layout: 'merge' } });
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('stock')).toMatchObject({ status: 'failed', error_code: 'central_row_security' });
});

for (const [what, body, code] of [
  ['refuses rows', 'IF NEW.id % 10 = 0 THEN RETURN NULL; END IF; RETURN NEW;', 'central_lacks_rows'],
  ['changes rows', "IF NEW.id % 10 = 0 THEN NEW.note := 'x'; END IF; RETURN NEW;", 'central_changes_rows'],
] as const) {
  test(`a table without a key keeps its old contents where a trigger ${what}`, async () => {
    await using pair = await freshDatabases();
    await work(pair, 'CREATE TABLE stock (id int, note text)', ROWS);
    using home = makeHome(pair);
    await using engine = home.open();
    await sync(engine);
    await prepared(pair, triggerFunction('meddle', body), trigger('BEFORE INSERT', 'meddle'));
    await work(pair, 'DELETE FROM stock WHERE id = 1');

    expectFailed(await sync(engine), code, { rows: 20 });
    expect(await rowsAtCentral(pair)).toBe(200);
    await atHeadOffice(pair, 'DROP TRIGGER meddle_it ON stock');
    expect((await sync(engine)).table('stock')).toMatchObject({ status: 'completed', records_deleted: 1 });
    await expectSame(pair, 'id, note');
  });
}

test('a pass that is cut off after a chunk with refused rows says them when it goes on', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  await prepared(
    pair,
    TABLE,
    triggerFunction('shout', 'IF NEW.id <= 5 THEN NEW.note := upper(NEW.note); END IF; RETURN NEW;'),
    trigger('BEFORE INSERT OR UPDATE', 'shout'),
  );
  using home = makeHome(pair, {
    central: { layout: 'schema' },
    connection: { targetSchema: 'public' },
    sync: { chunkRows: 50 },
  });
  await using engine = home.open();
  const stop = new AbortController();
  engine.on((event) => {
    if (event.type === 'table_progress' && event.processed >= 100) stop.abort();
  });
  const batch = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  expect(batch.status).toBe('interrupted');

  expectFailed(await sync(engine), 'central_changes_rows', { rows: 5 });
});

test('a trigger at head office that removes more than the branch has removed is said, and nothing goes', async () => {
  await using pair = await freshDatabases();
  await work(pair, TABLE, ROWS);
  const greedy = triggerFunction(
    'greedy',
    'IF pg_trigger_depth() = 1 THEN DELETE FROM public.stock WHERE id > 100; END IF; RETURN NULL;',
  );
  await prepared(pair, TABLE, greedy, trigger('AFTER DELETE', 'greedy', 'STATEMENT'));
  using home = makeHome(pair, { central: { layout: 'schema' }, connection: { targetSchema: 'public' } });
  await using engine = home.open();
  await sync(engine);
  await work(pair, 'DELETE FROM stock WHERE id = 1');

  for (const strategy of [null, 'full', 'compare'] as const) {
    const ran = await sync(engine, strategy === null ? {} : { strategy });
    expectFailed(ran, 'central_lacks_rows', { rows: 100 });
    expect(await rowsAtCentral(pair)).toBe(200);
  }

  await atHeadOffice(pair, 'DROP TRIGGER greedy_it ON stock');
  expect((await sync(engine)).batch.status).toBe('completed');
  await expectSame(pair, 'id, note');
});
