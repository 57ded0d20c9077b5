import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { $ZodError } from 'zod/v4/core';
import type { WindowApp } from '../../app/windowApp.ts';
import type { Logger } from '../../core/ports.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { CALL_NAMES } from '../../window-api/windowApi.ts';
import type { Links } from '../access/links.ts';
import type { Sessions } from '../access/sessions.ts';
import { atTheDoor } from './doorway.ts';
import { serveWindowFiles } from './pages.ts';

/** Nobody else's network card leads here. */
const HOST = '127.0.0.1';

/** Far more windows than anybody has open. */
const MOST_CONNECTIONS = 256;
/** Connections on which no request has passed the door yet. The oldest give way, so that others can come in. */
const MOST_STRANGERS = 64;
/**
 * On one machine a request is there in milliseconds; who sends it byte by byte holds a connection that a window needs.
 * A settings file to be imported has megabytes.
 */
const HEADERS_MS = 5000;
const REQUEST_MS = 30_000;
/** How often connections are looked at for that. */
const LOOK_MS = 1000;
/** Of a window's requests the cookie is the longest part. */
const HEADER_BYTES = 8192;

export interface WindowServerSetup {
  readonly face: Pick<WindowApp, 'answer' | 'on'>;
  readonly links: Links;
  readonly sessions: Sessions;
  /** Null: {@link lastPort}, or any that is free. */
  readonly port: number | null;
  /** With the same port as before, windows that are open find the agent again. */
  readonly lastPort: number | null;
  /** The built window. */
  readonly windowFolder: string;
  readonly logger: Logger;
}

/** The window and the contract behind it, on a loopback address. */
export interface WindowServer extends AsyncDisposable {
  readonly port: number;
}

/** @throws UsageError `port_taken` */
export async function openWindowServer(setup: WindowServerSetup): Promise<WindowServer> {
  let port = 0;
  const strangers = new Strangers();
  const app = fastify({
    // The door comes before routing and parsing: what is not known cannot be reached from outside.
    serverFactory: (handle) =>
      createServer(
        {
          headersTimeout: HEADERS_MS,
          requestTimeout: REQUEST_MS,
          connectionsCheckingInterval: LOOK_MS,
          maxHeaderSize: HEADER_BYTES,
        },
        (request, response) => {
          if (!atTheDoor(request, response, { ...setup, port })) return;
          strangers.signedIn(request.socket);
          handle(request, response);
        },
      ),
    // What is no HTTP is not answered.
    clientErrorHandler: (_error, socket) => socket.destroy(),
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  app.server.on('connection', (socket: Socket) => strangers.add(socket));
  const streams = new EventStreams(setup.face);
  await route(app, streams, setup);
  port = await listen(app.server, setup.port, setup.lastPort);
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      streams[Symbol.dispose]();
      const closed = new Promise((resolve) => app.server.close(resolve));
      app.server.closeIdleConnections();
      // Windows that do not take the end of what they were sent.
      const impatient = setTimeout(() => app.server.closeAllConnections(), 1000);
      await closed;
      clearTimeout(impatient);
      await app.close();
    },
  };
}

/**
 * Connections of whoever has not shown yet that they are signed in. Any user of this computer can open them and send
 * nothing, so they may not take all that there are: a window's request is there in milliseconds, long before its
 * connection is the oldest.
 */
class Strangers {
  readonly #sockets = new Set<Socket>();

  add(socket: Socket): void {
    const [oldest] = this.#sockets;
    if (this.#sockets.size >= MOST_STRANGERS) oldest?.destroy();
    if (oldest?.destroyed === true) this.#sockets.delete(oldest);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  signedIn(socket: Socket): void {
    this.#sockets.delete(socket);
  }
}

async function route(app: FastifyInstance, streams: EventStreams, setup: WindowServerSetup): Promise<void> {
  app.removeContentTypeParser('text/plain');
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not_found' }));
  app.setErrorHandler<Error & { readonly statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: 'request' });
    setup.logger.log('error', 'A request failed', { path: request.routeOptions.url, stack: error.stack });
    return reply.code(500).send({ error: 'internal' });
  });
  answerCalls(app, setup.face);
  app.get('/api/events', (_request, reply) => {
    reply.hijack();
    streams.add(reply.raw);
  });
  await serveWindowFiles(app, setup.windowFolder);
  await app.ready();
}

async function listen(server: Server, wanted: number | null, last: number | null): Promise<number> {
  if (wanted !== null) {
    if (await listensOn(server, wanted)) return portOf(server);
    throw new UsageError(UsageCode.PortTaken, { port: wanted });
  }
  if (last === null || !(await listensOn(server, last))) await listensOn(server, 0);
  return portOf(server);
}

/** @returns false where another program has the port, or it is not for this user */
function listensOn(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off('listening', listening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    const listening = (): void => {
      server.off('error', failed);
      resolve(true);
    };
    server.once('error', failed).once('listening', listening);
    server.listen({ host: HOST, port });
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** The largest argument is a settings file to be imported, of five million characters. */
const BODY_BYTES = 12 * 1024 * 1024;

/** `POST /api/call/NAME` with the arguments as a JSON array answers as {@link WindowApp.answer} does, as JSON. */
function answerCalls(app: FastifyInstance, face: Pick<WindowApp, 'answer'>): void {
  app.post<{ Params: { name: string } }>(
    '/api/call/:name',
    { bodyLimit: BODY_BYTES },
    async ({ params, body }, reply) => {
      const call = CALL_NAMES.find((name) => name === params.name);
      if (call === undefined) return reply.code(404).send({ error: 'unknown_call' });
      try {
        return await face.answer(call, body);
      } catch (error) {
        if (!(error instanceof $ZodError)) throw error;
        return reply.code(400).send({ error: 'arguments' });
      }
    },
  );
  // For a window that lost its link, to find out whether it is signed in still.
  app.get('/api/session', async (_request, reply) => reply.code(204).send());
}

/**
 * How often silence is broken, so that both ends notice when the other is gone; tunnels drop what is silent. An event
 * of its own kind, because a page is not told of comments.
 */
const HEARTBEAT_MS = 15_000;

/**
 * A window that has not taken so much of what it was sent is dropped: a laptop that sleeps must not cost this
 * computer its memory. It comes back by itself and asks for how things stand.
 */
const BACKLOG_BYTES = 1024 * 1024;

/**
 * Tells all windows what the window's app tells, as server-sent events: one JSON object each. While no window is open nobody
 * listens and no timer runs: listening is what makes the window's app look once a second at what other processes do.
 */
class EventStreams implements Disposable {
  readonly #open = new Set<ServerResponse>();
  readonly #face: Pick<WindowApp, 'on'>;
  /** Null while no window is open. */
  #stopListening: (() => void) | null = null;

  constructor(face: Pick<WindowApp, 'on'>) {
    this.#face = face;
  }

  /** Takes over an answer whose headers are set. */
  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    // The first bytes tell the window that it is connected.
    response.write(': connected\n\n');
    this.#open.add(response);
    this.#stopListening ??= this.#listen();
    response.on('close', () => {
      this.#open.delete(response);
      if (this.#open.size === 0) this.#stop();
    });
  }

  [Symbol.dispose](): void {
    this.#stop();
    for (const response of this.#open) response.end();
  }

  #listen(): () => void {
    const off = this.#face.on((event) => this.#send(`data: ${JSON.stringify(event)}\n\n`));
    const heartbeat = setInterval(() => this.#send('event: alive\ndata: 1\n\n'), HEARTBEAT_MS);
    heartbeat.unref();
    return () => {
      off();
      clearInterval(heartbeat);
    };
  }

  #stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
  }

  #send(text: string): void {
    for (const response of this.#open) {
      if (response.writableLength > BACKLOG_BYTES) response.destroy();
      else response.write(text);
    }
  }
}
