import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Counts the bytes between its clients and a server, whatever the protocol. It ends with `await using`. */
export interface ByteCounter extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Of both directions. */
  readonly bytes: number;
  /** What clients have sent. */
  readonly up: number;
  readonly down: number;
}

export async function startByteCounter(target: {
  readonly host: string;
  readonly port: number;
}): Promise<ByteCounter> {
  const sockets = new Set<Socket>();
  const bytes = { up: 0, down: 0 };
  const listener = createServer((client) => {
    const server = connect(target.port, target.host);
    for (const [from, to, way] of [
      [client, server, 'up'],
      [server, client, 'down'],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (data) => {
        bytes[way] += data.length;
      });
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      from.pipe(to);
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    get bytes() {
      return bytes.up + bytes.down;
    },
    get up() {
      return bytes.up;
    },
    get down() {
      return bytes.down;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
