import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { writeForServer } from '../../../src/demo/server/server.ts';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { type Certificate, issue, makeCa } from '../../support/certificates.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { startTlsProxy } from '../../support/tlsProxy.ts';

const folder = mkdtempSync(join(tmpdir(), 'branchline-records-'));
let certificate: Certificate;
let server: TestServer;
beforeAll(async () => {
  makeCa(folder, 'hq-ca');
  certificate = issue(folder, 'hq-ca', 'localhost');
  server = await startServer();
  await writeForServer(server.place, join(server.place.dataFolder, 'server.crt'), certificate.certificate);
  await writeForServer(server.place, join(server.place.dataFolder, 'server.key'), certificate.key);
  await writeForServer(server.place, join(server.place.dataFolder, 'postgresql.auto.conf'), 'ssl = on\n');
  await server.stop();
  await server.restart();
});
afterAll(async () => {
  await server?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('a copy whose end is cut by the server’s own buffer ends (E1)', async () => {
  await using pair = await freshDatabases({ sourceServer: server });
  // 8093 in the last row is E1; its neighbours cut the end at each of its bytes, in either format.
  const lengths = Array.from({ length: 40 }, (_, index) => 8060 + index);
  await atBranch(
    pair,
    ...lengths.flatMap((length) => [
      `CREATE TABLE t_${length} (id int PRIMARY KEY, v text)`,
      `INSERT INTO t_${length} SELECT g, CASE g WHEN 3 THEN repeat('x', ${length}) ELSE 'x' END FROM generate_series(1, 3) g`,
    ]),
  );
  using home = makeHome(pair, { connection: { sslmode: 'require' } });
  await using engine = home.open();

  const { batch, table } = await sync(engine, { strategy: 'full' });

  expect(batch.status).toBe('completed');
  for (const length of lengths) expect(table(`t_${length}`).records_processed, `${length}`).toBe(3);
});

test.each([
  ['1 byte', [1]],
  ['2 bytes', [2]],
  ['5 bytes', [5]],
  ['a message’s header, then one byte less and more', [5, 4, 6]],
  ['7 bytes and 8 kB in turn', [7, 8192]],
])('a batch over TLS records of %s, on both sides, comes to the same', async (_, lengths) => {
  await using pair = await freshDatabases();
  await using source = await startTlsProxy(inject('servers').source, certificate, lengths);
  await using central = await startTlsProxy(inject('servers').central, certificate, lengths);
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, note text, amount numeric)',
    `INSERT INTO item SELECT g, CASE WHEN g % 7 <> 0 THEN repeat('n', g % 50) END, g / 7.0 FROM generate_series(1, 300) g`,
    'CREATE TABLE nothing (id int PRIMARY KEY)',
    'CREATE TABLE log (line text)',
    "INSERT INTO log SELECT 'line ' || g FROM generate_series(1, 50) g",
  );
  using home = makeHome(pair, {
    connection: { port: source.port, sslmode: 'require' },
    central: { port: central.port, sslmode: 'require' },
    sync: { chunkRows: 100 },
  });
  await using engine = home.open();

  const first = await sync(engine);
  await atBranch(pair, 'DELETE FROM item WHERE id = 9', "UPDATE item SET note = 'new' WHERE id = 8");
  const second = await sync(engine);

  expect([first.batch.status, second.batch.status]).toEqual(['completed', 'completed']);
  expect(first.table('item').records_processed).toBe(300);
  const rows = await fromCentral(
    pair,
    `SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM log), (SELECT note FROM item WHERE id = 8)`,
  );
  expect(rows).toEqual([['299', '50', 'new']]);
});
