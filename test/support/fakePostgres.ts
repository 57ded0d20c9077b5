import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Certificate } from './certificates.ts';
import {
  AUTHENTICATED,
  complete,
  description,
  keyData,
  parameter,
  ready,
  row,
} from './fakePostgresMessages.ts';

/** What a fake server does with one connection. What it throws ends the connection. */
export type Script = (client: FakeClient) => Promise<void>;

/** A server on real sockets that says what a test wants, right or wrong. */
export interface FakePostgres extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections so far, and how many of them are open. */
  readonly connections: { readonly all: number; readonly open: number };
  /** What clients sent as a password, and how. */
  readonly passwords: readonly { readonly password: string; readonly encrypted: boolean }[];
  /** What it does from the next connection on. */
  script: Script;
  /** With which it takes TLS where a script names none; without one it refuses TLS. */
  certificate: Certificate | undefined;
}

const SSL_REQUEST = 80877103;
const CANCEL_REQUEST = 80877102;
const GONE = new Error('the client has gone');

/** A message of a client; `type` is empty where it has none, as at start-up. */
export interface ClientMessage {
  readonly type: string;
  readonly body: Buffer;
}

/** One client of a {@link FakePostgres}. */
export class FakeClient {
  readonly #seen: { password: string; encrypted: boolean }[];
  /** The link below TLS. */
  readonly #plain: Socket;
  readonly #certificate: Certificate | undefined;
  #socket: Socket;
  #held = Buffer.alloc(0);
  #wake: (() => void) | null = null;
  #gone = false;

  constructor(
    socket: Socket,
    seen: { password: string; encrypted: boolean }[],
    certificate: Certificate | undefined,
  ) {
    this.#socket = socket;
    this.#plain = socket;
    this.#seen = seen;
    this.#certificate = certificate;
    this.#listen();
  }

  get gone(): boolean {
    return this.#gone;
  }

  get encrypted(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  /** See {@link FakePostgres.certificate}. */
  get certificate(): Certificate | undefined {
    return this.#certificate;
  }

  /** Sends bytes below TLS, where only records of TLS belong. @throws where the client has gone */
  async sendBelow(bytes: Uint8Array): Promise<void> {
    if (this.#gone) throw GONE;
    await new Promise<void>((resolve) => this.#plain.write(bytes, () => resolve()));
  }

  /** Cuts the link below TLS, which does not say good-bye. */
  cutBelow(): void {
    this.#plain.destroy();
  }

  /** Resolves when more may be sent. @throws where the client has gone */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    if (this.#gone) throw GONE;
    if (this.#socket.write(Buffer.concat(parts))) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#socket.once('drain', resolve);
    await promise;
    if (this.#gone) throw GONE;
  }

  /** @throws where the client has gone */
  async next(): Promise<ClientMessage> {
    const { type, body } = await this.#read(5, (head) => ({
      type: head.toString('latin1', 0, 1),
      length: 1 + head.readUInt32BE(1),
    }));
    if (type === 'p')
      this.#seen.push({ password: body.toString().replace(/\0.*/s, ''), encrypted: this.encrypted });
    return { type, body };
  }

  /** A message of the start, which has no type. */
  async first(): Promise<Buffer> {
    return (await this.#read(4, (head) => ({ type: '', length: head.readUInt32BE(0) }))).body;
  }

  /** Reads and forgets until the client goes. */
  async until(): Promise<never> {
    for (;;) await this.next();
  }

  secure({ certificate, key }: Certificate): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    // A TLSSocket right on the socket would take it over: nothing could be sent below it any more.
    const [above, below] = duplexPair();
    plain.pipe(below).pipe(plain);
    below.on('error', () => undefined);
    plain.on('close', () => this.#socket.destroy());
    this.#socket = new TLSSocket(above, { isServer: true, cert: certificate, key });
    this.#listen();
  }

  end(): void {
    this.#socket.destroy();
    this.#plain.destroy();
  }

  #listen(): void {
    const closed = (): void => {
      this.#gone = true;
      this.#wake?.();
    };
    this.#socket.on('error', closed).on('close', closed);
    this.#socket.on('data', (data) => {
      this.#held = Buffer.concat([this.#held, data]);
      this.#wake?.();
    });
  }

  async #read(
    head: number,
    measure: (head: Buffer) => { readonly type: string; readonly length: number },
  ): Promise<ClientMessage> {
    for (;;) {
      const found = this.#held.length < head ? null : measure(this.#held);
      if (found !== null && this.#held.length >= found.length) {
        const body = this.#held.subarray(head, found.length);
        this.#held = this.#held.subarray(found.length);
        return { type: found.type, body };
      }
      if (this.#gone) throw GONE;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}

export async function startFakePostgres(script: Script): Promise<FakePostgres> {
  const open = new Set<Socket>();
  const passwords: { password: string; encrypted: boolean }[] = [];
  let all = 0;
  const server = createServer((socket) => {
    all++;
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    const client = new FakeClient(socket, passwords, fake.certificate);
    void fake
      .script(client)
      .catch(() => undefined)
      .finally(() => client.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakePostgres = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    get connections() {
      return { all, open: open.size };
    },
    passwords,
    script,
    certificate: undefined,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

/** Takes the start-up packet; TLS with a certificate, else `N`. */
export async function startUp(client: FakeClient, certificate = client.certificate): Promise<void> {
  for (;;) {
    const body = await client.first();
    const code = body.readUInt32BE(0);
    if (code === CANCEL_REQUEST) client.end();
    if (code !== SSL_REQUEST) return;
    await client.send(Buffer.from(certificate === undefined ? 'N' : 'S'));
    if (certificate !== undefined) client.secure(certificate);
  }
}

export const PID = 4711;

/** What a server says of itself behind a sign-in. */
export const WELCOME = Buffer.concat([parameter('server_version', '18.1'), keyData(PID), ready()]);

/** Signs in whoever comes, and answers what a session asks first. */
export async function welcome(client: FakeClient, certificate?: Certificate): Promise<void> {
  await startUp(client, certificate);
  await client.send(AUTHENTICATED, WELCOME);
  await nextStatement(client);
  await client.send(description('set'), row('5'), complete('SELECT 1'), ready());
}

/** The text of a statement, whichever protocol it comes by. */
export function statementOf({ type, body }: ClientMessage): string | null {
  if (type === 'Q') return body.toString('utf8', 0, body.length - 1);
  // A name, which is empty, then the text.
  return type === 'P' ? (body.toString('utf8', 1).split('\0')[0] ?? '') : null;
}

/** Waits for the next statement, and for the Sync or Flush behind it; of several that come together, for the last one. */
export async function nextStatement(client: FakeClient): Promise<string> {
  let text: string | null = null;
  for (;;) {
    const found = await client.next();
    if (found.type === 'X') throw new Error('the client says good-bye');
    text = statementOf(found) ?? text;
    if (text !== null && 'QSH'.includes(found.type)) return text;
  }
}

/** Sends a message again and again until the client goes. */
export async function flood(client: FakeClient, part: Uint8Array): Promise<never> {
  const many = Buffer.concat(Array.from({ length: Math.ceil(65536 / part.length) }, () => part));
  for (;;) await client.send(many);
}
