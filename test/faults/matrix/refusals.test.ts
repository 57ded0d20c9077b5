import { describe, expect, test } from 'vitest';
import { freshDatabases } from '../../support/databases.ts';
import { listen } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import type { ServerError } from '../../support/proxyFraming.ts';
import { FEW, LINES } from '../support/few.ts';
import { rowInto, rowOutOf } from '../support/moments.ts';
import { badPlace } from '../support/place.ts';
import { SENTENCES } from '../support/sentences.ts';
import { retries, toldOf, toldOfRow } from '../support/told.ts';
import { expectWhole, SCALE } from '../support/whole.ts';

/**
 * What a server says in the middle of a COPY, spoken by the proxy in its place: the conditions of a machine that
 * a test cannot bring about everywhere. Where it can, other files of this folder do.
 */
const source = rowOutOf(LINES, 700);
const central = rowInto(`"public"."${LINES}"`, 700);
const error = (sqlstate: string, message: string): ServerError => ({ severity: 'ERROR', sqlstate, message });
const fatal = (sqlstate: string, message: string): ServerError => ({ severity: 'FATAL', sqlstate, message });

const passing = [
  ['central', error('40001', 'could not serialize access due to concurrent update'), SENTENCES.contention],
  ['source', error('40001', 'canceling statement due to conflict with recovery'), SENTENCES.standby],
  ['source', error('53200', 'out of memory'), SENTENCES.overloaded],
  ['central', error('53200', 'out of memory'), SENTENCES.overloaded],
  ['source', fatal('57P01', 'terminating connection due to administrator command'), SENTENCES.ended],
  ['central', fatal('57P01', 'terminating connection due to administrator command'), SENTENCES.ended],
  ['central', error('57014', 'canceling statement due to user request'), SENTENCES.ended],
] as const;

describe('said in the middle of a table', () => {
  test.each(passing)('by the %s: %o, it goes on from its checkpoint', async (side, said, sentences) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, connection: { tables: FEW } });
    await using engine = home.open();
    const events = listen(engine);
    const sprung = proxy.trap(side === 'source' ? source : central, said);

    const batch = await engine.syncAll({ trigger: 'cli' });

    await sprung;
    expect(retries(events).map((one) => [one.sqlstate, one.message])).toEqual([
      [said.sqlstate, said.message],
    ]);
    expect(retries(events).map((one) => toldOf(one))).toEqual([sentences(side)]);
    await expectWhole(engine, batch.batch_id, pair);
  });
});

const full = [
  ['central', error('53100', 'could not extend file "base/16/2": No space left on device')],
  ['source', error('53100', 'could not write to file "base/pgsql_tmp/1": No space left on device')],
] as const;

test.each(full)(
  'the disk of the %s is full: the table fails alone, keeps what had arrived, and goes on when asked',
  async (side, said) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, connection: { tables: FEW } });
    await using engine = home.open();
    const events = listen(engine);
    const sprung = proxy.trap(side === 'source' ? source : central, said);

    const { batch_id, status } = await engine.syncAll({ trigger: 'cli' });

    await sprung;
    const failed = engine.batch(batch_id).tables.filter((row) => row.status !== 'completed');
    expect(status).toBe('failed');
    expect(failed.map((row) => row.table_name)).toEqual([LINES]);
    expect(failed[0]).toMatchObject({ records_processed: side === 'source' ? 700 : 500, retry_count: 0 });
    expect(failed.map(toldOfRow)).toEqual([SENTENCES.diskFull(side)]);
    expect(failed[0]?.error_message).toBe(said.message);
    const before = events.length;
    await engine.resume(batch_id, { trigger: 'cli' });
    const goneOn = events.slice(before).filter((one) => one.type === 'table_resumed');
    expect(goneOn).toMatchObject([{ table: LINES, atRow: failed[0]?.records_processed }]);
    await expectWhole(engine, batch_id, pair);
  },
);
