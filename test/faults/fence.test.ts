import { expect, test } from 'vitest';
import { systemClock } from '../../src/core/ports.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../src/core/postgres/session.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { acquireTable, type Checkpoint, commitCheckpoint } from '../../src/core/target/checkpoint.ts';
import { applicationName, claimConnection } from '../../src/core/target/ownership.ts';
import { setUpCentral } from '../../src/core/target/setup.ts';
import { FailureCode } from '../../src/shared/errors.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../support/home.ts';

const INSTALLATION = { id: '0a1b2c3d-0000-4000-8000-000000000000', host: 'branch' };
const TABLE = 'c_invoice';

test('a chunk that arrives after its table was taken anew is undone, even by the same owner', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  await using late = await openCentral(home);
  await setUpCentral(late);
  await late.query('CREATE TABLE public.c_invoice (id bigint)');
  const claim = await claimConnection(late, systemClock, INSTALLATION, CONNECTION, 'a/1');
  const stale = await acquireTable(late, INSTALLATION, claim, TABLE);
  await using now = await openCentral(home);
  const fresh = await acquireTable(now, INSTALLATION, claim, TABLE);

  await late.script(['BEGIN', 'INSERT INTO public.c_invoice VALUES (1)']);
  await expect(commitCheckpoint(late, stale, next(stale))).rejects.toMatchObject({
    detail: { code: FailureCode.LostLease },
  });
  await now.script(['BEGIN', 'INSERT INTO public.c_invoice VALUES (2)']);
  await commitCheckpoint(now, fresh, next(fresh));

  const rows = await now.query('SELECT id FROM public.c_invoice');
  expect(rows.rows).toEqual([{ id: '2' }]);
});

test('a chunk that is sent a second time is undone', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  await using session = await openCentral(home);
  await setUpCentral(session);
  const claim = await claimConnection(session, systemClock, INSTALLATION, CONNECTION, 'a/1');
  const start = await acquireTable(session, INSTALLATION, claim, TABLE);
  await session.query('BEGIN');
  await commitCheckpoint(session, start, next(start));

  await session.query('BEGIN');
  await expect(commitCheckpoint(session, start, next(start))).rejects.toMatchObject({
    detail: { code: FailureCode.LostLease },
  });
  await session.query('ROLLBACK');
  expect(await acquireTable(session, INSTALLATION, claim, TABLE)).toMatchObject({ seq: 1, processed: 10 });
});

function next(from: Checkpoint): Checkpoint {
  return { ...from, seq: from.seq + 1, state: 'running', processed: from.processed + 10 };
}

function openCentral(home: Home): Promise<Session> {
  return Session.open({
    side: 'central',
    endpoint: loadSettings(home.folder).central,
    connection: CONNECTION,
    folder: home.folder,
    applicationName: applicationName(INSTALLATION, CONNECTION),
    timeouts: DEFAULT_TIMEOUTS,
  });
}
