import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Sender } from './proxyFraming.ts';
import { Link, type LinkObserver } from './proxyLink.ts';
import { type Fault, type Pattern, Traps } from './proxyTraps.ts';
import type { ServerAddress } from './servers.ts';
import { steadyPort } from './steadyPort.ts';
import { LATENCY_MS } from './way.ts';

/**
 * A bad link in front of a PostgreSQL server. It understands the protocol well enough to act at a message;
 * of an encrypted connection it only sees bytes. Its address has the server's password.
 */
export interface FaultProxy extends ServerAddress, AsyncDisposable {
  /** One-way delay in milliseconds, for what comes from now on. */
  latencyMs: number;
  /** Bytes that have passed. */
  readonly bytes: Readonly<Record<Sender, number>>;
  /** Lets a fault happen at a message, once. @returns resolves when it has happened */
  trap(pattern: Pattern, fault: Fault): Promise<void>;
  /** Takes away the traps that have not sprung; who waits for one waits forever. */
  disarm(): void;
  /** Cuts all connections that are open. */
  cutAll(): void;
  /** Nothing passes any more, and nobody is told; new connections are taken and left without an answer. */
  freeze(): void;
  /** As {@link freeze} for the connections that are open; new ones pass. */
  freezeOpen(): void;
  /** Nobody listens any more: new connections are refused; those that are open stay. */
  refuse(): void;
  /** Listens again after {@link refuse}. */
  accept(): Promise<void>;
  /** Goes on with everything that stands still. */
  thaw(): void;
}

/** @param observe called for each new connection; what it returns is told what passes there */
export async function startProxy(
  target: ServerAddress,
  observe: () => LinkObserver | null = () => null,
): Promise<FaultProxy> {
  const links = new Set<Link>();
  const traps = new Traps();
  const bytes = { client: 0, server: 0 };
  let frozen = false;

  const take = (client: Socket): void => {
    const server = connect({ host: target.host, port: target.port, allowHalfOpen: true });
    for (const socket of [client, server]) socket.setNoDelay(true);
    const observer = observe();
    const link = new Link(client, server, {
      traps,
      observer,
      latencyMs: () => proxy.latencyMs,
      passed: (from, count) => {
        bytes[from] += count;
      },
    });
    links.add(link);
    // Until both sides have gone: a frozen link outlives its client, and its server too.
    let open = 2;
    const closed = (): void => {
      open--;
      if (open === 0) links.delete(link);
    };
    client.once('close', closed);
    server.once('close', () => {
      closed();
      observer?.ended();
    });
    if (frozen) link.freeze();
  };
  let listener = await listen(take, await steadyPort());

  const cutAll = (): void => {
    for (const link of links) link.cut();
  };
  const freezeOpen = (): void => {
    for (const link of links) link.freeze();
  };
  const proxy: FaultProxy = {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    password: target.password,
    latencyMs: LATENCY_MS,
    bytes,
    trap: (pattern, fault) => traps.set(pattern, fault),
    disarm: () => traps.clear(),
    cutAll,
    refuse: () => void listener.close(),
    accept: async () => {
      listener = await listen(take, proxy.port);
    },
    freezeOpen,
    freeze: () => {
      frozen = true;
      freezeOpen();
    },
    thaw: () => {
      frozen = false;
      for (const link of links) link.thaw();
    },
    [Symbol.asyncDispose]: async () => {
      cutAll();
      if (!listener.listening) return;
      listener.close();
      await once(listener, 'close');
    },
  };
  return proxy;
}

async function listen(take: (client: Socket) => void, port: number): Promise<Server> {
  const listener = createServer({ allowHalfOpen: true }, take);
  listener.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  return listener;
}
