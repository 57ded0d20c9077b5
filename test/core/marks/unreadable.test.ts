import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

/** What somebody may have left in a row of `branchline.checkpoints`. */
const CHANGES: readonly string[] = [
  "mark = '5'",
  "mark = 'null'",
  "mark = '[]'",
  "mark = '{}'",
  `mark = '"text"'`,
  `mark = (mark::jsonb || '{"xmin": "12x", "lsn": "no number"}')::json`,
  `mark = (mark::jsonb || '{"xmin": 12, "identity": null}')::json`,
  "pass_mark = '5', mark = NULL, state = 'running'",
  "last_key = '{}', mark = NULL, state = 'running', strategy = 'full'",
  "last_key = '5', mark = NULL, state = 'running', direct = true, strategy = 'full'",
  `last_key = '{"columns": ["id"], "values": 7}', mark = NULL, state = 'running', direct = true`,
  `last_key = '{"columns": ["id"], "values": []}', mark = NULL, state = 'running'`,
  "strategy = 'none that there is', mark = NULL, state = 'running'",
  "rewritten = '5'",
  `rewritten = '{"item": "x"}'`,
];

test.each(CHANGES)('a checkpoint that cannot be read costs a comparison, no more: %s', async (change) => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...['item', 'other'].flatMap((name) => [
      `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
      `INSERT INTO ${name} SELECT n, 'note ' || n FROM generate_series(1, 20) n`,
    ]),
  );
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    `UPDATE branchline.checkpoints SET ${change} WHERE table_name = 'item'`,
    // Only a comparison finds it.
    "UPDATE item SET note = 'changed at head office' WHERE id = 3",
  );
  await atBranch(
    pair,
    "UPDATE item SET note = 'new' WHERE id = 7",
    "UPDATE other SET note = 'new' WHERE id = 7",
  );

  for (const _ of [1, 2]) {
    const { table } = await sync(engine);
    for (const name of ['item', 'other'])
      expect(table(name)).toMatchObject({ status: 'completed', error_message: null });
  }

  const rows = 'SELECT id, note FROM';
  expect(await fromCentral(pair, `${rows} item ORDER BY id`)).toEqual(
    await fromCentral(
      pair,
      `SELECT n, CASE n WHEN 7 THEN 'new' ELSE 'note ' || n END FROM generate_series(1, 20) n`,
    ),
  );
  const stored = 'SELECT state, json_typeof(mark), rewritten FROM branchline.checkpoints';
  expect(await fromCentral(pair, stored)).toEqual([
    ['done', 'object', null],
    ['done', 'object', null],
  ]);
});
