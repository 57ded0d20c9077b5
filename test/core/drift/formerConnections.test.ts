import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { sayNotice } from '../../../src/shared/texts/logLine.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { runCli } from '../../cli/run.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, listen, makeHome } from '../../support/home.ts';

const TABLES = [
  'CREATE TABLE item (id int PRIMARY KEY, name text)',
  "INSERT INTO item VALUES (1, 'kopi'), (2, 'teh')",
];
const NEW = 'pgsql_new';

/** Gives the connection another id, as a person does in the file. */
function rename(home: Home, id: string): void {
  const file = join(home.folder, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8'));
  const [connection] = settings.connections;
  writeFileSync(file, JSON.stringify({ ...settings, connections: [{ ...connection, id }] }));
}

/** The notices of a batch about connections that are gone: as sentences, and their statements. */
async function told(
  engine: Engine,
): Promise<{ readonly sentences: readonly string[]; readonly sql: string }> {
  const events = listen(engine);
  const { batch } = await sync(engine);
  expect(batch.status).toBe('completed');
  const notices = events.flatMap((event) =>
    event.type === 'notice' && event.notice.code === 'former_connection' ? [event.notice] : [],
  );
  const sentences = notices.flatMap((one) =>
    (['en', 'id'] as const).map((language) => sayNotice('Lampung', one, createTranslator(language))),
  );
  return { sentences, sql: String(notices[0]?.params.sql) };
}

for (const [layout, schema] of [
  ['stamp', 'public'],
  ['schema', CONNECTION],
  ['merge', 'public'],
] as const) {
  test(`a connection that was given another id is told until its rows are forgotten, layout ${layout}`, async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...TABLES);
    using home = makeHome(pair, { central: { layout } });
    {
      await using engine = home.open();
      expect((await told(engine)).sentences).toEqual([]);
    }
    rename(home, NEW);
    await using engine = home.open();

    for (const _ of [1, 2]) {
      const { sentences, sql } = await told(engine);
      expect(sentences).toHaveLength(2);
      for (const one of sentences) {
        expect(one).toContain(CONNECTION);
        expect(one).toContain(`schema ${schema}`);
        expect(one).toContain(sql);
      }
      expect(engine.standing().formerConnections).toMatchObject([{ connection: CONNECTION, schema }]);
    }
    const status = await runCli(['--data-dir', home.folder, 'sync-status']);
    expect(status.stdout).toContain(`${CONNECTION} is no longer in the settings`);

    const { sql } = await told(engine);
    await atCentral(pair, sql);
    expect((await told(engine)).sentences).toEqual([]);
    expect(engine.standing().formerConnections).toEqual([]);
    // Its rows are head office's to remove.
    expect(await fromCentral(pair, `SELECT count(*) > 1 FROM ${schema}.item`)).toEqual([['t']]);
  });
}

test('a connection that gets its id back is told no more, and at once', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...TABLES);
  using home = makeHome(pair);
  {
    await using engine = home.open();
    await sync(engine);
  }
  rename(home, NEW);
  {
    await using engine = home.open();
    expect((await told(engine)).sentences).toHaveLength(2);
  }
  rename(home, CONNECTION);

  await using engine = home.open();
  // The id that it had meanwhile is known as one only when a batch has looked.
  expect(engine.standing().formerConnections).toEqual([]);
  expect((await told(engine)).sentences[0]).toContain(NEW);
});

test('a mirror that goes on in the same schema under another id has left nothing behind', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...TABLES);
  using home = makeHome(pair, { central: { layout: 'schema' }, connection: { targetSchema: 'lampung' } });
  {
    await using engine = home.open();
    await sync(engine);
  }
  rename(home, NEW);
  await using engine = home.open();
  expect((await told(engine)).sentences).toEqual([]);
  expect(engine.standing().formerConnections).toEqual([]);
});
