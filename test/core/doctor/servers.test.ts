import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { pinnedKeys } from '../../../src/core/ssh/knownHosts.ts';
import { atBranch, atCentral, run, sync } from '../../support/branch.ts';
import { hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { startFarLink } from '../../support/farLink.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { jumpClock } from '../../support/jumpClock.ts';
import { startProxy } from '../../support/proxy.ts';
import { noSshd, startSshServer } from '../../support/sshServer.ts';
import { startTlsProxy } from '../../support/tlsProxy.ts';
import { diagnose } from './support/diagnose.ts';

let pair: DatabasePair;
beforeAll(async () => {
  pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
    'INSERT INTO item SELECT generate_series(1, 10)',
  );
});
afterAll(() => pair.drop());

const SHORT = { connectTimeoutSeconds: 2 };

test('an office where all is well has nothing to do, and finds nothing made or changed afterwards', async () => {
  using home = makeHome(pair);
  const before = readdirSync(home.folder);
  const { bad, code, report, params } = await diagnose(home.folder, { quick: false });
  expect(bad).toEqual([]);
  for (const subject of ['central', CONNECTION]) {
    expect(code('server', subject)).toBe('server_ok');
    expect(code('tls', subject)).toBe('tls_local');
    expect(code('server_version', subject)).toMatch(/^server_version_/);
    expect(code('clock', subject)).toBe('clock_ok');
    expect(code('link', subject)).toBe('link_ok');
    expect(params('link', subject).bytesPerSecond).toBeGreaterThan(100_000);
  }
  expect([code('rights', 'central'), code('rights', CONNECTION)]).toEqual(['rights_write', 'rights_read']);
  expect(params('rights', CONNECTION).count).toBe(2);
  expect(code('own_tables', 'central')).toBe('own_tables_absent');
  expect(report.labels).toEqual({ [CONNECTION]: 'Lampung' });
  expect(readdirSync(home.folder)).toEqual(before);
  const client = await pair.central.connect();
  const { rows } = await client.query("SELECT FROM pg_namespace WHERE nspname = 'branchline'");
  await client.end();
  expect(rows).toEqual([]);
  expect(JSON.stringify(report)).not.toContain(pair.source.password);
});

test('rights that were taken away, at the branch and at head office, with the SQL that gives them back', async () => {
  await using own = await freshDatabases();
  await atBranch(
    own,
    'CREATE TABLE item (id int PRIMARY KEY)',
    'CREATE TABLE "od d\u001b[31m" (id int PRIMARY KEY)',
  );
  using home = makeHome(own);
  await using engine = home.open();
  await sync(engine);
  expect((await diagnose(home.folder)).code('own_tables', 'central')).toBe('own_tables_ok');

  await atCentral(
    own,
    `ALTER TABLE item OWNER TO postgres`,
    `REVOKE INSERT ON item FROM ${own.central.user}`,
  );
  await atCentral(own, `GRANT SELECT ON item TO ${own.central.user}`);
  const lacking = await diagnose(home.folder);
  expect(lacking.check('rights', 'central').state).toBe('problem');
  expect(lacking.params('rights', 'central')).toMatchObject({ count: 1, tables: 'public.item' });
  await atCentral(own, ...String(lacking.params('rights', 'central').sql).split('\n'));
  expect((await diagnose(home.folder)).code('rights', 'central')).toBe('rights_write');

  await atBranch(own, `REVOKE SELECT ON "od d\u001b[31m" FROM ${own.source.user}, PUBLIC`);
  const denied = await diagnose(home.folder);
  expect(denied.bad).toEqual([`${CONNECTION}/rights: source_permission`]);
  await atCentral(own, 'DELETE FROM branchline.setup', 'INSERT INTO branchline.setup (version) VALUES (99)');
  expect((await diagnose(home.folder)).code('own_tables', 'central')).toBe('own_tables_newer');
  await atCentral(own, 'UPDATE branchline.setup SET version = 4');
  expect((await diagnose(home.folder)).code('own_tables', 'central')).toBe('own_tables_older');
});

test('a role that may only read is right for head office’s own computer, and wrong for a branch', async () => {
  await using own = await freshDatabases();
  await atBranch(own, 'CREATE TABLE item (id int PRIMARY KEY)');
  using branch = makeHome(own);
  await using engine = branch.open();
  await sync(engine);
  const { readerSql } = await import('../../../src/core/rights/centralSql.ts');
  const { loadSettings } = await import('../../../src/core/settings/load.ts');
  const role = `reader_${own.central.database}`;
  const sections = readerSql(loadSettings(branch.folder).central, role);
  await run(own.central, ...sections.flatMap((one) => one.statements));
  await atCentral(own, `ALTER ROLE ${role} PASSWORD '${own.central.password}'`);

  using office = makeHome(own, { central: { user: role } });
  const wrong = await diagnose(office.folder);
  expect(wrong.check('rights', 'central').state).toBe('problem');
  const file = join(office.folder, 'settings.json');
  const { central } = JSON.parse((await import('node:fs')).readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ central, connections: [] }));
  const right = await diagnose(office.folder);
  expect([right.code('settings'), right.code('rights', 'central')]).toEqual([
    'settings_no_branch',
    'rights_read_only',
  ]);
  await atCentral(own, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
});

test('a dead server and a silent one are reported in time, and the other one is examined', async () => {
  await using proxy = await startProxy(pair.source);
  using home = makeHome(pair, { connection: { host: proxy.host, port: proxy.port, ...SHORT } });
  proxy.freeze();
  const began = performance.now();
  const silent = await diagnose(home.folder);
  expect(silent.bad).toEqual([`${CONNECTION}/server: source_unreachable`]);
  expect(performance.now() - began).toBeLessThan(60_000);
  expect(silent.code('rights', 'central')).toBe('rights_write');
  proxy.refuse();
  const refused = await diagnose(home.folder);
  expect(refused.bad).toEqual([`${CONNECTION}/server: source_unreachable`]);
  expect(refused.code('clock', CONNECTION)).toBeUndefined();
  expect(refused.code('clock', 'central')).toBe('clock_ok');
});

test('a clock that is ahead, behind and far off, against both servers', async () => {
  using home = makeHome(pair);
  const clock = jumpClock();
  const found = async (ms: number) => {
    clock.jump(ms);
    const { code, params } = await diagnose(home.folder, { clock });
    expect(code('clock', 'central')).toBe(code('clock', CONNECTION));
    return [code('clock', CONNECTION), Math.round(Number(params('clock', CONNECTION).skewSeconds) / 10)];
  };
  expect(await found(120_000)).toEqual(['clock_ahead', 12]);
  expect(await found(-240_000)).toEqual(['clock_behind', 12]);
  expect(await found(-7_200_000)).toEqual(['clock_far', 732]);
});

test('a slow link is measured within bounds; a quick check does not measure it', async () => {
  await using link = await startFarLink(pair.central, { roundTripMs: 100, kbps: 160 });
  using home = makeHome(pair, { central: { host: link.host, port: link.port } });
  const slow = await diagnose(home.folder, { quick: false });
  expect(slow.code('link', 'central')).toBe('link_slow');
  expect(slow.params('link', 'central').roundTripMs).toBeGreaterThan(90);
  expect((await diagnose(home.folder)).code('link', 'central')).toBe('link_skipped');
});

test('the time zone of a server that differs from the computer’s is noted', async () => {
  using home = makeHome(pair);
  const { code, params } = await diagnose(home.folder, { machine: { zone: () => 'Pacific/Kiritimati' } });
  expect(code('server_zone', 'central')).toBe('server_zone_differs');
  expect(params('server_zone', 'central').zone).toBe('Pacific/Kiritimati');
});

test('TLS: not checked, checked, soon to end, ended, and not offered', async ({ skip }) => {
  if (!hasOpenssl()) return skip('there is no openssl');
  const folder = mkdtempSync(join(tmpdir(), 'branchline-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  makeCa(folder, 'ca');
  const sslrootcert = join(folder, 'ca.pem');
  const found = async (days: number, central: Readonly<Record<string, string>>) => {
    await using proxy = await startTlsProxy(pair.central, issue(folder, 'ca', 'localhost', days), [16_000]);
    using home = makeHome(pair, { central: { host: 'localhost', port: proxy.port, ...SHORT, ...central } });
    return await diagnose(home.folder);
  };
  const require = { sslmode: 'require' };
  const verify = { sslmode: 'verify-full', sslrootcert };
  const unchecked = await found(400, require);
  expect(unchecked.bad).toEqual([]);
  expect(unchecked.code('tls', 'central')).toBe('tls_unverified');
  const sound = await found(400, verify);
  expect(sound.bad).toEqual([]);
  expect(sound.code('tls', 'central')).toBe('tls_verified');
  const soon = await found(10, verify);
  expect(soon.code('tls', 'central')).toBe('tls_ends_soon');
  expect([9, 10]).toContain(soon.params('tls', 'central').days);
  expect((await found(-1, require)).code('tls', 'central')).toBe('tls_expired');
  const ended = await found(-1, verify);
  expect([ended.code('server', 'central'), ended.code('tls', 'central')]).toEqual(['not_reached', 'tls']);
  expect(ended.check('tls', 'central').state).toBe('problem');
  using plain = makeHome(pair, { central: { sslmode: 'require' } });
  expect((await diagnose(plain.folder)).code('tls', 'central')).toBe('tls_not_offered');
});

test('SSH: a key that nobody pinned is not trusted by the doctor; then a pinned one, and a changed one', async ({
  skip,
}) => {
  const missing = noSshd();
  if (missing !== null) return skip(missing);
  await using server = await startSshServer();
  const ssh = { host: server.host, port: server.port, user: server.user, keyFile: server.keyFile };
  using home = makeHome(pair, { connection: { ssh, ...SHORT } });
  const first = await diagnose(home.folder);
  expect(first.bad).toEqual([`${CONNECTION}/ssh: ssh_not_pinned`]);
  expect(first.params('ssh', CONNECTION)).toMatchObject({ offered: server.hostKey() });
  expect(first.code('server', CONNECTION)).toBe('not_reached');
  expect(pinnedKeys(home.folder, ssh)).toEqual([]);

  const { acceptHostKey } = await import('../../../src/core/probe/sshEndpoint.ts');
  const { loadSettings } = await import('../../../src/core/settings/load.ts');
  const [connection] = loadSettings(home.folder).connections;
  if (connection === undefined) throw new Error('no connection');
  await acceptHostKey(home.folder, CONNECTION, connection);
  const pinned = await diagnose(home.folder);
  expect(pinned.bad).toEqual([]);
  expect(pinned.code('ssh', CONNECTION)).toBe('ssh_ok');
  expect(pinned.code('tls', CONNECTION)).toBe('tls_local');

  await server.renewHostKey();
  const changed = await diagnose(home.folder);
  expect(changed.bad).toEqual([`${CONNECTION}/ssh: ssh_host_key_changed`]);
});
