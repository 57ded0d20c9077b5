import { describe, expect, test } from 'vitest';
import { FailureCode } from '../../../src/shared/errors.ts';
import { freshDatabases } from '../../support/databases.ts';
import { listen } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import type { Pattern } from '../../support/proxyTraps.ts';
import { FEW } from '../support/few.ts';
import { badPlace, openImpatient } from '../support/place.ts';
import { SENTENCES } from '../support/sentences.ts';
import { circuits, toldOf, toldOfRow, warnings } from '../support/told.ts';
import { expectWhole, SCALE } from '../support/whole.ts';

/** The server's second authentication message: the password is being proved. */
const SIGNING_IN: Pattern = { from: 'server', type: 'R', after: 1 };
const AGAIN: Pattern = { from: 'server', type: 'R' };
const ONCE_AGAIN = { transient: 1, unreachable: 1 };

const faults = [
  { what: 'is cut', fault: 'cut', code: FailureCode.ConnectionLost, sentences: SENTENCES.lost },
  { what: 'stands still', fault: 'freeze', code: null, sentences: SENTENCES.unreachable },
] as const;

describe.each(['source', 'central'] as const)('the connection to the %s while it signs in', (side) => {
  test.each(faults)('$what once: it is made again, and nobody has to know', async ({ fault }) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, connection: { tables: FEW }, connectTimeoutSeconds: 1 });
    await using engine = openImpatient(home, {}, ONCE_AGAIN);
    const events = listen(engine);
    const sprung = proxy.trap(SIGNING_IN, fault);

    const batch = await engine.syncAll({ trigger: 'cli' });

    await sprung;
    expect(warnings(events, 'en')).toEqual([]);
    await expectWhole(engine, batch.batch_id, pair);
  });

  test.each(faults)('$what each time: all its tables say so, and the batch can go on later', async (one) => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, connection: { tables: FEW }, connectTimeoutSeconds: 1 });
    await using engine = openImpatient(home, {}, ONCE_AGAIN);
    const events = listen(engine);
    const sprung = [proxy.trap(SIGNING_IN, one.fault), proxy.trap(AGAIN, one.fault)];

    const batch = await engine.syncAll({ trigger: 'cli' });

    await Promise.all(sprung);
    const unreachable = side === 'source' ? FailureCode.SourceUnreachable : FailureCode.CentralUnreachable;
    const { tables } = engine.batch(batch.batch_id);
    expect(batch.status).toBe('failed');
    expect(tables.map((row) => row.error_code)).toEqual(FEW.map(() => one.code ?? unreachable));
    expect(tables.map(toldOfRow)).toEqual(FEW.map(() => one.sentences(side)));
    expect(circuits(events).map((failure) => toldOf(failure))).toEqual([one.sentences(side)]);
    expect(warnings(events, 'id')).toEqual([expect.stringContaining(one.sentences(side).id.sentence)]);
    await engine.resume(batch.batch_id, { trigger: 'cli' });
    await expectWhole(engine, batch.batch_id, pair);
  });
});
