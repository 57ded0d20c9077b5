import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ServerAddress } from './servers.ts';

/** Certificate and key, PEM. */
interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Ends encryption before a server that has none, and decides which bytes share a TLS record. */
export interface TlsProxy extends ServerAddress, AsyncDisposable {}

/**
 * A TLS record is one read for the client: so this cuts what a real server sends at places that a network
 * seldom hits.
 *
 * @param lengths of the records, again and again from the first
 */
export async function startTlsProxy(
  target: ServerAddress,
  { certificate, key }: Certificate,
  lengths: readonly number[],
): Promise<TlsProxy> {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.once('data', () => {
      // SSLRequest: nothing else is asked for here.
      client.write('S');
      const secure = new TLSSocket(client, { isServer: true, cert: certificate, key });
      const server = connect(target.port, target.host);
      sockets.add(server);
      server.on('error', () => client.destroy());
      secure.on('error', () => server.destroy());
      secure.pipe(server);
      let record = 0;
      server.on('data', (data) => {
        for (let at = 0; at < data.length; ) {
          const length = lengths[record++ % lengths.length] ?? data.length;
          secure.write(data.subarray(at, at + length));
          at += length;
        }
      });
      server.on('close', () => secure.end());
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    password: target.password,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
