import { expect, test } from 'vitest';
import { atBranch, fromCentral, sync } from '../support/branch.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases, settled } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';

/** The statement that says of all tables that nothing has changed, and releases the claim. */
const LAST = /heartbeat = NULL, unchanged/;
const OWNER = 'SELECT claim, heartbeat IS NULL FROM branchline.sources';

test.each(['cut', 'cut_after_answer'] as const)(
  'a run whose last transaction at head office meets a link that is "%s" completes, and the next one goes on',
  async (fault) => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      ...['a', 'b', 'c'].flatMap((name) => [
        `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
        `INSERT INTO ${name} VALUES (1, 'x')`,
      ]),
    );
    await settled(pair.source);
    await using proxy = await startProxy(pair.central);
    using home = makeHome(pair, { central: { port: proxy.port } });
    await using engine = home.open();
    await sync(engine);
    await sync(engine);
    const sprung = proxy.trap({ from: 'client', type: 'P', text: LAST }, fault);

    const { batch } = await sync(engine);

    await sprung;
    expect(batch).toMatchObject({ status: 'completed', completed_tables: 3 });
    const [[claim] = []] = await fromCentral(pair, OWNER);
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);

    expect((await sync(engine)).batch.status).toBe('completed');
    expect(await fromCentral(pair, OWNER)).toEqual([[String(Number(claim) + 1), 't']]);
  },
);
