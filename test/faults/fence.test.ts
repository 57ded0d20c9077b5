import { expect, test } from 'vitest';
import { systemClock } from '../../src/core/ports.ts';
import { DEFAULT_TIMEOUTS, Session } from '../../src/core/postgres/session.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import {
  acquireTable,
  advance,
  type Checkpoint,
  commitCheckpoint,
} from '../../src/core/target/checkpoint.ts';
import { readCheckpoints } from '../../src/core/target/manyCheckpoints.ts';
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

test('a chunk of an earlier claim is undone, though nobody has touched its table since', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  await using late = await openCentral(home);
  await setUpCentral(late);
  const old = await claimConnection(late, systemClock, INSTALLATION, CONNECTION, 'a/1');
  const stale = await acquireTable(late, INSTALLATION, old, TABLE);
  await using now = await openCentral(home);
  const claim = await claimConnection(now, systemClock, INSTALLATION, CONNECTION, 'a/1');
  expect((await readCheckpoints(now, claim, [TABLE])).get(TABLE)).toMatchObject({ epoch: stale.epoch });

  await late.query('BEGIN');
  await expect(commitCheckpoint(late, stale, next(stale))).rejects.toMatchObject({
    detail: { code: FailureCode.LostLease },
  });
});

test('a claim waits for a commit that has passed the fence, and reads what it has written', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  // Under another name it is not ended, as behind a pooler.
  await using late = await openCentral(home, 'pooled');
  await setUpCentral(late);
  const old = await claimConnection(late, systemClock, INSTALLATION, CONNECTION, 'a/1');
  const stale = await acquireTable(late, INSTALLATION, old, TABLE);
  // All of the chunk's transaction but its COMMIT.
  await late.script(['BEGIN', ...advance(stale, next(stale)).slice(0, -1)]);
  await using now = await openCentral(home);
  let claimed = false;
  const claiming = claimConnection(now, systemClock, INSTALLATION, CONNECTION, 'a/1', {
    next: ['BEGIN', `SELECT seq FROM branchline.checkpoints WHERE table_name = '${TABLE}'`, 'COMMIT'],
  }).finally(() => {
    claimed = true;
  });
  const admin = await pair.central.connectAdmin();
  const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = 'advisory' AND datname = current_database()`;
  while ((await admin.query(waits)).rowCount === 0) expect(claimed).toBe(false);
  await admin.end();
  await late.query('COMMIT');

  const { answers } = await claiming;
  expect(answers?.[1]?.rows).toEqual([{ seq: '1' }]);
});

function next(from: Checkpoint): Checkpoint {
  return { ...from, seq: from.seq + 1, state: 'running', processed: from.processed + 10 };
}

function openCentral(home: Home, name = applicationName(INSTALLATION, CONNECTION)): Promise<Session> {
  return Session.open({
    side: 'central',
    endpoint: loadSettings(home.folder).central,
    connection: CONNECTION,
    folder: home.folder,
    applicationName: name,
    timeouts: DEFAULT_TIMEOUTS,
  });
}
