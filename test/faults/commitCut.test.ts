import { describe, expect, test } from 'vitest';
import { BatchStatus } from '../../src/shared/status.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, listen } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import type { Fault, Pattern } from '../support/proxyTraps.ts';
import { counted, eachRowOnce } from './support/counts.ts';
import { changeEveryLine, differencesOfFew, FEW, KEYLESS, LINES } from './support/few.ts';
import { commitOf } from './support/moments.ts';
import { badPlace } from './support/place.ts';
import { SENTENCES } from './support/sentences.ts';
import { retries, toldOf } from './support/told.ts';

const SCALE = 0.05;

const INTO_LINES = new RegExp(`COPY \\S*"${LINES}" .*FROM STDIN`);

const outcomes: readonly { readonly what: string; readonly fault: Fault }[] = [
  { what: 'the server never gets it', fault: 'cut' },
  { what: 'the server has done it and only its answer is lost', fault: 'cut_after_answer' },
  { what: 'the server never gets it and keeps the old session', fault: 'strand' },
];
const moments = [
  { when: 'in the middle of a table', table: LINES, at: commitOf(LINES, 'running', 2) },
  { when: 'at the end of a table', table: LINES, at: commitOf(LINES, 'done') },
  { when: 'of a table without a key', table: KEYLESS, at: commitOf(KEYLESS, 'done') },
] as const;

describe.each(moments)('a COMMIT $when is cut off', ({ table, at }) => {
  test.each(outcomes)('$what: every row is counted once', async ({ fault }) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using proxy = await startProxy(pair.central);
    using home = badPlace(pair, { central: proxy, connection: { tables: FEW } });
    await using engine = home.open();
    const events = listen(engine);
    const cut = proxy.trap(at, fault);

    const batch = await engine.syncAll({ trigger: 'cli' });

    await cut;
    const { tables } = engine.batch(batch.batch_id);
    expect(batch.status).toBe(BatchStatus.Completed);
    expect(counted(tables)).toEqual(eachRowOnce(SCALE, FEW));
    expect(
      tables.filter((row) => row.retry_count > 0).map((row) => [row.table_name, row.retry_count]),
    ).toEqual([[table, 1]]);
    expect(events.filter((event) => event.type === 'table_retrying')).toHaveLength(1);
    expect(retries(events, table).map((one) => toldOf(one, table))).toEqual([SENTENCES.lost('central')]);
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
  });
});

test.each(outcomes)(
  'a COMMIT of rows that are compared is cut off, $what: every row is counted once',
  async ({ fault }) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using proxy = await startProxy(pair.central);
    using home = badPlace(pair, { central: proxy, connection: { tables: FEW } });
    await using engine = home.open();
    await engine.syncAll({ trigger: 'cli' });
    await changeEveryLine(pair);
    const cut = proxy.trap(commitOf(LINES, 'running', 1), fault);

    const batch = await engine.syncAll({ trigger: 'cli', tables: [LINES] });

    await cut;
    const { tables } = engine.batch(batch.batch_id);
    expect(counted(tables)).toEqual(eachRowOnce(SCALE, [LINES]));
    expect(tables[0]?.retry_count).toBe(1);
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
  },
);

/** What passes between a chunk of a first load and the next one, which does not wait for answers. */
const pipeline: readonly { readonly where: string; readonly at: Pattern }[] = [
  { where: 'the end of the rows', at: { from: 'client', type: 'c', during: INTO_LINES, after: 1 } },
  { where: 'the checkpoint', at: commitOf(LINES, 'running', 1) },
  { where: 'the COMMIT', at: { from: 'client', type: 'P', text: /^COMMIT$/, during: INTO_LINES, after: 1 } },
  {
    where: 'the next BEGIN',
    at: { from: 'client', type: 'P', text: /^BEGIN/, during: INTO_LINES, after: 1 },
  },
  { where: 'the next COPY', at: { from: 'client', type: 'P', text: INTO_LINES, after: 2 } },
  { where: 'the next rows', at: { from: 'client', type: 'd', during: INTO_LINES, after: 1_010 } },
  { where: 'the count', at: { from: 'server', type: 'C', text: /^COPY 500$/, during: INTO_LINES, after: 1 } },
  { where: 'the fence', at: { from: 'server', type: 'D', during: INTO_LINES, after: 1 } },
  { where: 'the commit', at: { from: 'server', type: 'C', text: /^COMMIT$/, during: INTO_LINES, after: 1 } },
  { where: 'the wish for more rows', at: { from: 'server', type: 'G', during: INTO_LINES, after: 2 } },
];

describe.each(pipeline)('a pipeline is cut at $where', ({ at }) => {
  test.each(['cut', 'strand'] as const)('%s: every row is there once, and counted once', async (fault) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using proxy = await startProxy(pair.central);
    using home = badPlace(pair, { central: proxy, connection: { tables: [LINES] } });
    await using engine = home.open();
    const cut = proxy.trap(at, fault);

    const batch = await engine.syncAll({ trigger: 'cli' });

    await cut;
    const { tables } = engine.batch(batch.batch_id);
    expect(batch.status).toBe(BatchStatus.Completed);
    expect(counted(tables)).toEqual(eachRowOnce(SCALE, [LINES]));
    expect(tables[0]?.retry_count).toBe(1);
    expect(await differencesOfFew(pair, CONNECTION, [LINES])).toEqual([]);
  });
});
