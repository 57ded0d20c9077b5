import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { $ZodError } from 'zod/v4/core';
import type { WindowApp } from '../../app/windowApp.ts';
import type { Logger } from '../../core/ports.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { WindowPage } from '../../window-api/bridge.ts';
import { CALL_NAMES } from '../../window-api/windowApi.ts';
import type { Links } from '../access/links.ts';
import type { Sessions } from '../access/sessions.ts';
import { checkAccess } from './accessCheck.ts';
import type { Monitoring } from './monitoring.ts';
import { serveWindowFiles } from './pages.ts';

/** The loopback address: not reachable from other computers. */
const HOST = '127.0.0.1';

/** Far more connections than all open windows need. */
const MOST_CONNECTIONS = 256;
/** Limit for connections without an accepted request. Above it, the oldest is closed to make room. */
const MOST_UNAUTHENTICATED = 64;
/**
 * On one machine a request arrives within milliseconds; one that trickles in holds a connection that a window
 * needs. The body gets longer, because an imported settings file has megabytes.
 */
const HEADERS_MS = 5000;
const REQUEST_MS = 30_000;
/** How often these time limits are checked. */
const LOOK_MS = 1000;
/** The longest header of a window's request is the cookie. */
const HEADER_BYTES = 8192;

export interface WindowServerSetup {
  readonly windowApp: Pick<WindowApp, 'answer' | 'on'>;
  readonly links: Links;
  readonly sessions: Sessions;
  readonly monitoring?: Monitoring;
  /** Null: {@link lastPort}, or any free port. */
  readonly port: number | null;
  /** If the port stays the same, open windows find the agent again. */
  readonly lastPort: number | null;
  /** Folder with the built window. */
  readonly windowFolder: string;
  /** Which of the windows in it. */
  readonly windowPage: WindowPage;
  readonly logger: Logger;
}

/** The HTTP server for the window and its calls, on a loopback address. */
export interface WindowServer extends AsyncDisposable {
  readonly port: number;
}

/** @throws UsageError `port_taken` */
export async function openWindowServer(setup: WindowServerSetup): Promise<WindowServer> {
  let port = 0;
  const unauthenticated = new UnauthenticatedConnections();
  const app = fastify({
    // The check of who may come in runs before routing and parsing, so that unknown clients cannot reach
    // those.
    serverFactory: (handle) =>
      createServer(
        {
          headersTimeout: HEADERS_MS,
          requestTimeout: REQUEST_MS,
          connectionsCheckingInterval: LOOK_MS,
          maxHeaderSize: HEADER_BYTES,
        },
        (request, response) => {
          const monitored = setup.monitoring?.answer(request, response, port) ?? false;
          if (monitored === 'token') unauthenticated.signedIn(request.socket);
          if (monitored !== false || !checkAccess(request, response, { ...setup, port })) return;
          unauthenticated.signedIn(request.socket);
          handle(request, response);
        },
      ),
    // Input that is not HTTP gets no answer.
    clientErrorHandler: (_error, socket) => socket.destroy(),
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  app.server.on('connection', (socket: Socket) => unauthenticated.add(socket));
  const streams = new EventStreams(setup.windowApp);
  await route(app, streams, setup);
  port = await listen(app.server, setup.port, setup.lastPort);
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      streams[Symbol.dispose]();
      const closed = new Promise((resolve) => app.server.close(resolve));
      app.server.closeIdleConnections();
      // Cuts windows that do not read the end of their stream.
      const impatient = setTimeout(() => app.server.closeAllConnections(), 1000);
      await closed;
      clearTimeout(impatient);
      await app.close();
    },
  };
}

/**
 * Connections without a signed-in request yet. Any user of this computer can open many and send nothing, so
 * their number is limited and the oldest is closed. A real window sends its request within milliseconds, long
 * before it is the oldest.
 */
class UnauthenticatedConnections {
  readonly #sockets = new Set<Socket>();

  add(socket: Socket): void {
    const [oldest] = this.#sockets;
    if (this.#sockets.size >= MOST_UNAUTHENTICATED) oldest?.destroy();
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
  answerCalls(app, setup.windowApp);
  app.get('/api/events', (_request, reply) => {
    reply.hijack();
    streams.add(reply.raw);
  });
  await serveWindowFiles(app, setup.windowFolder, setup.windowPage);
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

/** @returns false if another program uses the port, or this user may not use it */
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

/** The largest argument is an imported settings file of five million characters. */
const BODY_BYTES = 12 * 1024 * 1024;

/** `POST /api/call/NAME` with the arguments as a JSON array. Answers with the JSON of {@link WindowApp.answer}. */
function answerCalls(app: FastifyInstance, windowApp: Pick<WindowApp, 'answer'>): void {
  app.post<{ Params: { name: string } }>(
    '/api/call/:name',
    { bodyLimit: BODY_BYTES },
    async ({ params, body }, reply) => {
      const call = CALL_NAMES.find((name) => name === params.name);
      if (call === undefined) return reply.code(404).send({ error: 'unknown_call' });
      try {
        return await windowApp.answer(call, body);
      } catch (error) {
        if (!(error instanceof $ZodError)) throw error;
        return reply.code(400).send({ error: 'arguments' });
      }
    },
  );
  // Lets a window that lost its connection check whether it is still signed in.
  app.get('/api/session', async (_request, reply) => reply.code(204).send());
}

/**
 * Interval of heartbeats, so that both ends notice a lost connection; tunnels also drop silent ones. It is a
 * named event, because pages do not see comments of the stream.
 */
const HEARTBEAT_MS = 15_000;

/**
 * A window with more unread data than this is disconnected, so that a sleeping laptop does not fill this
 * computer's memory. It reconnects and asks for the current state.
 */
const BACKLOG_BYTES = 1024 * 1024;

/**
 * Sends the window app's events to all windows, as server-sent events with one JSON object each. It
 * subscribes only while a window is open: with a subscriber, the window app checks once a second what other
 * processes do.
 */
class EventStreams implements Disposable {
  readonly #open = new Set<ServerResponse>();
  readonly #windowApp: Pick<WindowApp, 'on'>;
  /** Null while no window is open. */
  #stopListening: (() => void) | null = null;

  constructor(windowApp: Pick<WindowApp, 'on'>) {
    this.#windowApp = windowApp;
  }

  /** Adds a response whose headers are already set. */
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
    const off = this.#windowApp.on((event) => this.#send(`data: ${JSON.stringify(event)}\n\n`));
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
