import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { WritableJournal } from '../../src/core/journal/journal.ts';
import { installationId } from '../../src/core/settings/installation.ts';
import type { BatchPage, BatchRow } from '../../src/shared/contract.ts';
import type { ListedRequest } from '../../src/shared/officeRequests.ts';
import type { LiveView } from '../../src/window-api/views.ts';
import { runCli } from '../cli/run.ts';
import { withJournal } from '../service/support.ts';
import { atBranch, fromCentral, run, sync } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../support/home.ts';
import { takeRequests } from '../support/officeRequests.ts';
import { openWindow, startServe } from './serveProcess.ts';

/** Head office's own computer: settings without connections, a role that may read and ask, and the key. */
interface Office {
  readonly home: Home;
  /** The public key. */
  readonly key: string;
  branchline(...args: readonly string[]): ReturnType<typeof runCli>;
  /** Asks the branch, and returns the request's id. */
  ask(...args: readonly string[]): Promise<string>;
  /** Waits for the end of a request. */
  ended(id: string): Promise<ListedRequest>;
}

async function openOffice(pair: DatabasePair, branch: Home): Promise<Office> {
  const role = `desk_${randomBytes(4).toString('hex')}`;
  const home = makeHome(pair, { central: { user: role } });
  const file = join(home.folder, 'settings.json');
  const { connections: _, ...settings } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify(settings));
  const branchline = (...args: readonly string[]) => runCli(['--data-dir', home.folder, ...args]);
  const printed = await runCli([
    ...['--data-dir', branch.folder, 'central-sql', '--head-office', '--requests', '--role', role, '--json'],
  ]);
  const { statements } = JSON.parse(printed.stdout) as { readonly statements: readonly string[] };
  await run(pair.central, ...statements, `ALTER ROLE ${role} PASSWORD '${pair.central.password}'`);
  onTestFinished(async () => {
    await run(pair.central, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`).catch(() => undefined);
    home[Symbol.dispose]();
  });
  const made = await branchline('request', 'keygen', '--json');
  const { key, file: keyFile } = JSON.parse(made.stdout) as { readonly key: string; readonly file: string };
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  const list = async (id: string): Promise<ListedRequest | undefined> => {
    const { stdout } = await branchline('request', 'list', '--json');
    return (JSON.parse(stdout) as { readonly requests: readonly ListedRequest[] }).requests.find(
      (one) => one.id === id,
    );
  };
  return {
    home,
    key,
    branchline,
    ask: async (...args) => {
      const asked = await branchline('request', ...args, '--branch', CONNECTION, '--by', 'Sari W.', '--json');
      expect(asked).toMatchObject({ code: 0, stderr: '' });
      return JSON.parse(asked.stdout).requests[0].id;
    },
    ended: async (id) => {
      await expect
        .poll(async () => (await list(id))?.ended_at ?? null, { timeout: 40_000, interval: 500 })
        .not.toBeNull();
      const found = await list(id);
      if (found === undefined) throw new Error(`no request ${id}`);
      return found;
    },
  };
}

test('head office has a real agent run, verify, retry, pause and change its settings', {
  timeout: 240_000,
}, async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text)',
    "INSERT INTO item VALUES (1, 'a')",
    'CREATE TABLE calm (id int PRIMARY KEY)',
  );
  using branch = makeHome(pair);
  {
    await using engine = branch.open();
    await sync(engine);
  }
  const office = await openOffice(pair, branch);
  takeRequests(branch.folder, office, {
    everyMinutes: 0.1,
    allow: ['run', 'verify', 'pause', 'resume', 'retry', 'settings'],
  });
  const agent = await startServe(branch.folder);
  const window = await openWindow(agent);
  const latest = async () => {
    const answer = (await window.call('history', {}, 0, 1)) as { readonly value: BatchPage };
    return answer.value.batches[0];
  };
  // The agent's records begin with its first look.
  const early = await office.ask('resume');
  const { state, code } = await office.ended(early);
  expect(`${state} ${code}`).toMatch(/^(done not_paused|refused before_records)$/);

  await atBranch(pair, 'INSERT INTO item VALUES (2)', 'REVOKE SELECT ON calm FROM branchline_read');
  const failed = await office.ended(await office.ask('run'));
  expect(failed).toMatchObject({ state: 'failed', code: 'tables_failed', action: 'run', by: 'Sari W.' });
  expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['2']]);
  const batch = await latest();
  expect(batch).toMatchObject({ batch_id: failed.batch, options: { askedBy: { by: 'Sari W.' } } });

  await atBranch(pair, 'GRANT SELECT ON calm TO branchline_read');
  expect(await office.ended(await office.ask('retry'))).toMatchObject({ state: 'done', batch: failed.batch });
  expect(await latest()).toMatchObject({ batch_id: failed.batch, status: 'completed' });
  const log = await runCli(['--data-dir', branch.folder, 'sync-status', failed.batch ?? '', '--events']);
  expect(log.stdout).toContain('Asked for by Sari W. at head office: retry failed tables begins.');

  expect(await office.ended(await office.ask('verify', '--tables', 'item'))).toMatchObject({
    state: 'done',
    code: null,
  });

  await office.ended(await office.ask('pause', '--for', '2h'));
  const pause = async () => ((await window.call('live')) as { readonly value: LiveView }).value.status?.pause;
  expect(await pause()).toMatchObject({ until: expect.any(String) });
  expect(await office.ended(await office.ask('resume'))).toMatchObject({ state: 'done', code: null });
  expect(await pause()).toBeNull();

  const fragment = join(office.home.folder, 'slower.json');
  writeFileSync(
    fragment,
    JSON.stringify({ sync: { bandwidthKbps: 900 }, connection: { exclude: ['calm'] } }),
  );
  expect(await office.ended(await office.ask('settings', '--file', fragment))).toMatchObject({
    state: 'done',
  });
  const settings = JSON.parse(readFileSync(join(branch.folder, 'settings.json'), 'utf8'));
  expect(settings).toMatchObject({ sync: { bandwidthKbps: 900 }, connections: [{ exclude: ['calm'] }] });
  expect(settings.requests.keys).toEqual([{ name: 'hq-2026', key: office.key }]);

  const table = await office.branchline('request', 'list');
  expect(table).toMatchObject({ code: 0, stderr: '' });
  expect(table.stdout).toContain('some table failed');
  await agent.kill();
});

test('an agent that is killed in the middle of a request does not carry it out twice', {
  timeout: 240_000,
}, async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using branch = makeHome(pair, {
    connection: { tables: ['c_invoiceline'] },
    sync: { chunkRows: 100, parallelTables: 1, bandwidthKbps: 100 },
  });
  {
    // Makes the tables at head office.
    using quick = makeHome(pair, { connection: { tables: ['c_currency'] } });
    await using engine = quick.open();
    await sync(engine);
    await fromCentral(pair, 'UPDATE branchline.installations SET retired_at = now() RETURNING 1');
    await fromCentral(pair, 'UPDATE branchline.sources SET heartbeat = NULL RETURNING 1');
  }
  const office = await openOffice(pair, branch);
  takeRequests(branch.folder, office, { everyMinutes: 0.1 });
  await fromCentral(
    pair,
    `INSERT INTO branchline.installations SELECT connection, '${installationId(branch.folder)}', label, host, version,
       now(), next_run, 0, 26, up_to, 1, 0, NULL, 0, NULL, NULL FROM branchline.installations RETURNING 1`,
  );
  const first = await startServe(branch.folder);
  const before = await openWindow(first);
  await expect
    .poll(() => journalOf(branch, (journal) => journal.serviceNote('requests_since')))
    .not.toBeNull();
  const id = await office.ask('run');
  await before.event((event) => event.type === 'live' && (event.live.run?.checked ?? 0) > 100);
  await first.kill();

  const second = await startServe(branch.folder);
  expect(await office.ended(id)).toMatchObject({ state: 'failed', code: 'interrupted' });
  const batches = (): readonly BatchRow[] => journalOf(branch, (journal) => journal.batches(10));
  expect(batches()).toHaveLength(1);
  await expect.poll(() => batches()[0]?.resume_count).toBe(1);
  const begun = journalOf(branch, (journal) => journal.log({ limit: 1000 })).filter(
    (row) => row.event === 'request_begun',
  );
  expect(begun).toHaveLength(1);
  await second.kill();
});

function journalOf<T>(home: Home, read: (journal: WritableJournal) => T): T {
  return withJournal(home.folder, read);
}
