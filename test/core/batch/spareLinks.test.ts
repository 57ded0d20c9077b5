import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { atBranch } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';

/** Takes connections, and never says a word. */
async function silentServer(): Promise<AsyncDisposable & { readonly port: number; open(): number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).resume();
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a run that ends before it needs head office does not wait until that answers', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  await using silent = await silentServer();
  using home = makeHome(pair, {
    central: { host: '127.0.0.1', port: silent.port, connectTimeoutSeconds: 60 },
  });
  await using engine = home.open();

  const began = performance.now();
  await expect(
    engine.syncTable({ trigger: 'cli', connection: CONNECTION, table: 'nothing' }),
  ).rejects.toMatchObject({ code: 'table_unknown' });

  expect(performance.now() - began).toBeLessThan(30_000);
  await expect.poll(() => silent.open(), { timeout: 5000 }).toBe(0);
});
