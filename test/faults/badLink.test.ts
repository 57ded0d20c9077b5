import { describe, expect, test } from 'vitest';
import { FailureCode } from '../../src/shared/errors.ts';
import { BatchStatus } from '../../src/shared/status.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, listen } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import type { Fault } from '../support/proxyTraps.ts';
import { startServer } from '../support/servers.ts';
import { counted, eachRowOnce } from './support/counts.ts';
import { differencesOfFew, FEW, LINES } from './support/few.ts';
import { rowInto, rowOutOf } from './support/moments.ts';
import { badPlace, openImpatient } from './support/place.ts';
import { SENTENCES } from './support/sentences.ts';
import { retries, toldOf } from './support/told.ts';

const SCALE = 0.05;
const IMPATIENT = { answerMs: 2000, workMs: 2000, stallMs: 2000, firstRowMs: 2000, idleMs: 1000 };

const faults: readonly {
  readonly what: string;
  readonly fault: Fault;
  readonly code: FailureCode;
  readonly sentences: typeof SENTENCES.lost;
}[] = [
  { what: 'is cut', fault: 'cut', code: FailureCode.ConnectionLost, sentences: SENTENCES.lost },
  {
    what: 'is cut, and the server does not notice',
    fault: 'strand',
    code: FailureCode.ConnectionLost,
    sentences: SENTENCES.lost,
  },
  {
    what: 'stands still, and nobody notices',
    fault: 'freeze',
    code: FailureCode.ConnectionFrozen,
    sentences: SENTENCES.frozen,
  },
];
const sides = [
  { side: 'source', at: rowOutOf(LINES, 700) },
  // In the third chunk: by then the first one is answered.
  { side: 'central', at: rowInto(`"public"."${LINES}"`, 1200) },
] as const;

describe.each(sides)('the connection to the $side in the middle of a COPY', ({ side, at }) => {
  test.each(faults)('$what: the table goes on from its checkpoint', async ({ fault, code, sentences }) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, connection: { tables: FEW } });
    await using engine = openImpatient(home, IMPATIENT);
    const events = listen(engine);
    const sprung = proxy.trap(at, fault);

    const batch = await engine.syncAll({ trigger: 'cli' });

    await sprung;
    const { tables } = engine.batch(batch.batch_id);
    expect(batch.status).toBe(BatchStatus.Completed);
    expect(counted(tables)).toEqual(eachRowOnce(SCALE, FEW));
    expect(tables.find((row) => row.table_name === LINES)?.retry_count).toBe(1);
    const told = events.filter((event) => 'table' in event && event.table === LINES);
    expect(retries(events).map((one) => one.code)).toEqual([code]);
    expect(retries(events).map((one) => toldOf(one))).toEqual([sentences(side)]);
    const retried = told.findIndex((one) => one.type === 'table_retrying');
    const next = told.slice(retried).find((one) => one.type === 'table_progress');
    // From the start again it would be one chunk.
    expect(next).toMatchObject({ processed: expect.toSatisfy((rows: number) => rows > 500) });
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
  });
});

test('a source that stands still is noticed, and gone on with when it moves again', async () => {
  await using server = await startServer();
  await using pair = await freshDatabases({ scale: SCALE, sourceServer: server });
  using home = badPlace(pair, { sync: { parallelTables: 1 } });
  await using engine = openImpatient(home, IMPATIENT);
  const codes: string[] = [];
  let frozen = Promise.resolve();
  engine.on((event) => {
    if (event.type === 'table_ended' && event.table === LINES) frozen = server.freeze();
    if (event.type !== 'table_retrying') return;
    codes.push(event.failure.code);
    frozen = frozen.then(() => server.thaw());
  });

  const batch = await engine.syncAll({ trigger: 'cli' });

  await frozen;
  // Which of the two depends on where it stood still: in a statement, or before a connection was opened anew.
  expect(codes).toHaveLength(1);
  expect([FailureCode.ConnectionFrozen, FailureCode.SourceUnreachable]).toContain(codes[0]);
  expect(batch.status).toBe(BatchStatus.Completed);
  expect(counted(engine.batch(batch.batch_id).tables)).toEqual(eachRowOnce(SCALE));
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('a link that breaks again and again, on both sides, costs retries and no row', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using source = await startProxy(pair.source);
  await using central = await startProxy(pair.central);
  using home = badPlace(pair, { source, central, sync: { chunkRows: 200 } });
  await using engine = home.open();
  let chunks = 0;
  engine.on((event) => {
    if (event.type !== 'table_progress') return;
    chunks++;
    if (chunks % 15 === 0) source.cutAll();
    if (chunks % 20 === 0) central.cutAll();
  });

  const batch = await engine.syncAll({ trigger: 'cli' });

  const { tables } = engine.batch(batch.batch_id);
  expect(batch.status).toBe(BatchStatus.Completed);
  expect(counted(tables)).toEqual(eachRowOnce(SCALE));
  expect(tables.reduce((sum, row) => sum + row.retry_count, 0)).toBeGreaterThan(3);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});
