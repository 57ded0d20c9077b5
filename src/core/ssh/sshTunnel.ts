import type { Socket } from 'node:net';
import type { Channel, ChannelError, Client, ClientError, Negotiated, SignInMethod } from 'ssh2';
import type { SyncFailure } from '../../shared/errors.ts';
import { type SshSettings, sshSignIn } from '../../shared/sshSettings.ts';
import { doubtSshSecret } from '../secrets/sshSecret.ts';
import { HostKeyCheck, type HostKeyJudge, HostKeyLook } from './hostKeyCheck.ts';
import { signInMethods } from './signInMethods.ts';
import {
  sshAgentMissing,
  sshForwardingRefused,
  sshHandshakeFailed,
  sshSignInRefused,
  sshTunnelLost,
  sshUnreachable,
} from './sshFailures.ts';
import { SendTurns, TunnelStream, WireBytes } from './tunnelStream.ts';

/** Opens a TCP connection. It is given in, because `core/postgres` builds on this folder. */
export type Dial = (place: { readonly host: string; readonly port: number }, ms: number) => Promise<Socket>;

/** An SSH server and what is needed to sign in there. */
export interface SshTarget {
  readonly ssh: SshSettings;
  /** The data folder: pinned host keys, and where relative file names start. */
  readonly folder: string;
  /** Longest silence while the connection is made, in milliseconds. */
  readonly connectMs: number;
  /** A password or passphrase that is stored nowhere yet. */
  readonly secret?: string | undefined;
}

/** What the database's place is, as the SSH server sees it. */
export interface ForwardPlace {
  /** A folder with a socket in it, where it begins with `/`. */
  readonly host: string;
  readonly port: number;
}

/** What is known of a tunnel that is open. */
export interface TunnelFacts {
  /** `SHA256:…` */
  readonly hostKey: string;
  /** Whether the key was pinned by this connection. */
  readonly firstUse: boolean;
  readonly compressed: boolean;
}

/**
 * Fast where the processor helps, and done by Node's OpenSSL; ssh2 makes the others in JavaScript. Compression begins
 * after sign-in: nobody else may make us inflate anything.
 */
const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
];
const COMPRESSED = ['zlib@openssh.com', 'none'];
const PLAIN = ['none'];

/** So many keep-alive messages may stay without an answer, as in OpenSSH's ServerAliveCountMax. */
const UNANSWERED = 3;
/** As for PostgreSQL's own sign-in: silences in a row after which even a server that drips is given up. */
const LONGEST = 8;
/** A tunnel that nobody uses is closed after so long. */
const IDLE_MS = 30_000;
/** A server that does not end the connection itself is cut. */
const END_MS = 2000;

/** One SSH connection, through which any number of connections to databases go. */
export class SshTunnel {
  readonly facts: TunnelFacts;
  readonly #target: SshTarget;
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #turns: SendTurns;
  readonly #wire: WireBytes;
  readonly #streams = new Set<TunnelStream>();
  /** Callers that wait for a connection. */
  readonly #waiting = new Set<(error: Error) => void>();
  readonly #keepAlive: NodeJS.Timeout;
  readonly #onEnd: () => void;
  #idle: NodeJS.Timeout | null = null;
  #lost: SyncFailure | null = null;

  private constructor(target: SshTarget, signedIn: SignedIn, onEnd: () => void) {
    this.#target = target;
    this.#client = signedIn.client;
    this.#socket = signedIn.socket;
    this.facts = signedIn.facts;
    this.#turns = new SendTurns(signedIn.socket);
    this.#wire = new WireBytes(signedIn.socket);
    this.#onEnd = onEnd;
    this.#client.on('error', (error) => this.#lose(error));
    // At `end` ssh2 closes its compression, and throws whenever something is sent after that.
    for (const over of ['end', 'close'] as const)
      this.#client.on(over, () => this.#lose(new Error('the SSH server has ended the connection')));
    this.#keepAlive = this.#listen(target.ssh.keepAliveSeconds * 1000);
  }

  /**
   * Connects and signs in.
   *
   * @param onEnd called once when the tunnel is of no use any more
   * @throws SyncFailure why not
   */
  static async open(target: SshTarget, dial: Dial, onEnd: () => void = () => undefined): Promise<SshTunnel> {
    const tunnel = new SshTunnel(target, await signIn(target, dial), onEnd);
    tunnel.#rest();
    return tunnel;
  }

  get lost(): boolean {
    return this.#lost !== null;
  }

  /**
   * Connects to a database from the SSH server.
   *
   * @param ms longest time for it
   * @throws SyncFailure `ssh_forwarding_refused`, `ssh_tunnel_lost`; an error with a code as the system's where the
   *   SSH server cannot reach that place
   */
  async connect(place: ForwardPlace, ms: number, abandoned?: AbortSignal): Promise<TunnelStream> {
    if (this.#lost !== null) throw this.#lost;
    this.#work();
    const { promise, resolve, reject } = Promise.withResolvers<TunnelStream>();
    this.#waiting.add(reject);
    const timer = setTimeout(() => reject(new Error('timeout expired')), ms);
    const giveUp = (): void => reject(new Error('the attempt to connect was given up'));
    abandoned?.addEventListener('abort', giveUp);
    let over = false;
    try {
      this.#open(place, (error, channel) => {
        if (error !== undefined) reject(refusal(error, this.#target.ssh, place));
        else if (over) channel.destroy();
        else resolve(this.#adopt(channel));
      });
      return await promise;
    } catch (error) {
      throw this.#lost ?? error;
    } finally {
      over = true;
      clearTimeout(timer);
      abandoned?.removeEventListener('abort', giveUp);
      this.#waiting.delete(reject);
      this.#rest();
    }
  }

  #open(place: ForwardPlace, done: (error: ChannelError | undefined, channel: Channel) => void): void {
    const { host, port } = place;
    if (host.startsWith('/')) this.#client.openssh_forwardOutStreamLocal(`${host}/.s.PGSQL.${port}`, done);
    else this.#client.forwardOut('127.0.0.1', 0, host, port, done);
  }

  #adopt(channel: Channel): TunnelStream {
    const stream = new TunnelStream(channel, this.#turns, this.#wire, () => this.lost);
    this.#streams.add(stream);
    stream.once('close', () => {
      this.#streams.delete(stream);
      this.#rest();
    });
    return stream;
  }

  /** Ends it. Sessions that still use it fail as after a lost connection. */
  close(): void {
    if (this.#lost !== null) return;
    this.#lose(new Error('the tunnel was closed'), () => {
      this.#client.end();
      setTimeout(() => this.#socket.destroy(), END_MS).unref();
    });
  }

  /** An unused tunnel keeps no process from ending, and is closed after a while. */
  #rest(): void {
    if (this.#lost !== null || this.#streams.size > 0 || this.#waiting.size > 0) return;
    this.#socket.unref();
    this.#idle ??= setTimeout(() => this.close(), IDLE_MS).unref();
  }

  #work(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    this.#socket.ref();
  }

  /**
   * Notices a server that is gone without a word. ssh2's own keep-alive counts only the answers to its questions, which
   * on a slow link stand behind all rows that are on their way; here any byte is a sign of life.
   */
  #listen(ms: number): NodeJS.Timeout {
    let heard = this.#socket.bytesRead;
    let silences = 0;
    const tick = (): void => {
      if (this.#socket.bytesRead !== heard) {
        heard = this.#socket.bytesRead;
        silences = 0;
        return;
      }
      silences++;
      if (silences > UNANSWERED) {
        const seconds = (silences * ms) / 1000;
        this.#lose(new Error(`no sign of life of the SSH server for ${seconds} s`));
      } else if (this.#socket.writable) {
        // Any request that wants an answer would do. This one also forbids shells, which nobody here needs.
        this.#client.openssh_noMoreSessions(() => undefined);
      }
    };
    return setInterval(tick, ms).unref();
  }

  #lose(cause: Error, end = (): void => void this.#socket.destroy()): void {
    if (this.#lost !== null) return;
    const lost = sshTunnelLost(this.#target.ssh, cause);
    this.#lost = lost;
    clearInterval(this.#keepAlive);
    if (this.#idle !== null) clearTimeout(this.#idle);
    for (const tell of this.#waiting) tell(lost);
    for (const stream of this.#streams) stream.destroy(lost);
    end();
    this.#onEnd();
  }
}

interface SignedIn {
  readonly client: Client;
  readonly socket: Socket;
  readonly facts: TunnelFacts;
}

/** Connects, checks the host key and signs in. */
async function signIn(target: SshTarget, dial: Dial): Promise<SignedIn> {
  const { ssh, folder } = target;
  const { default: ssh2 } = await import('ssh2');
  const methods = await signInMethods(ssh, folder, ssh2.utils.parseKey, target.secret);
  const check = new HostKeyCheck(ssh, folder);
  const { client, socket, compressed } = await handshake(target, dial, methods, check);
  return { client, socket, facts: { ...check.facts, compressed } };
}

/**
 * The host key that an SSH server shows; nobody signs in there.
 *
 * @throws SyncFailure `ssh_unreachable`, `ssh_handshake`
 */
export async function readHostKey(target: SshTarget, dial: Dial): Promise<Buffer> {
  const look = new HostKeyLook();
  try {
    await handshake(target, dial, [], look);
  } catch (error) {
    if (look.offered === null) throw error;
  }
  if (look.offered === null) throw new Error('a server without a host key was taken');
  return look.offered;
}

async function handshake(
  target: SshTarget,
  dial: Dial,
  methods: readonly SignInMethod[],
  judge: HostKeyJudge,
): Promise<{ readonly client: Client; readonly socket: Socket; readonly compressed: boolean }> {
  const { ssh, connectMs } = target;
  // Only where a tunnel is wanted: it is larger than all that most commands load.
  const { default: ssh2 } = await import('ssh2');
  const socket = await dial(ssh, connectMs).catch((error: unknown) => {
    throw sshUnreachable(ssh, error);
  });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 20_000);
  const client = new ssh2.Client();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const errors: ClientError[] = [];
  let negotiated: Negotiated | null = null;
  client.on('handshake', (found: Negotiated) => {
    negotiated = found;
  });
  client.on('ready', resolve);
  client.on('error', (error: ClientError) => {
    errors.push(error);
    // An agent's own errors are ignored, because ssh2 then tries the next sign-in method.
    if (error.level !== 'agent') reject(error);
  });
  client.on('close', () => reject(new Error('the SSH server has ended the connection')));
  const watch = watchSilence(socket, connectMs, reject);
  try {
    client.connect({
      sock: socket,
      username: ssh.user,
      readyTimeout: 0,
      keepaliveInterval: 0,
      strictVendor: false,
      authHandler: methods,
      algorithms: {
        serverHostKey: judge.algorithms,
        cipher: CIPHERS,
        compress: ssh.compress ? COMPRESSED : PLAIN,
      },
      hostVerifier: (key) => judge.verify(key),
    });
    await promise;
    return { client, socket, compressed: compresses(negotiated) };
  } catch (error) {
    socket.destroy();
    throw judge.failure ?? handshakeFailure(target, negotiated !== null, errors, error);
  } finally {
    clearInterval(watch);
  }
}

function compresses(negotiated: Negotiated | null): boolean {
  return negotiated !== null && negotiated.cs.compress !== 'none';
}

function watchSilence(socket: Socket, ms: number, giveUp: (error: Error) => void): NodeJS.Timeout {
  let heard = 0;
  let silences = 0;
  return setInterval(() => {
    silences++;
    if (socket.bytesRead === heard || silences >= LONGEST) giveUp(new Error('timeout expired'));
    heard = socket.bytesRead;
  }, ms);
}

/** What it means that no connection came about. */
function handshakeFailure(
  { ssh }: SshTarget,
  trusted: boolean,
  errors: readonly ClientError[],
  error: unknown,
): SyncFailure {
  const refused = errors.find((one) => one.level === 'client-authentication');
  const agent = errors.find((one) => one.level === 'agent');
  if (agent !== undefined && sshSignIn(ssh) === 'agent') return sshAgentMissing(ssh, agent.message);
  if (refused !== undefined) {
    doubtSshSecret(ssh);
    return sshSignInRefused(ssh, WAYS[sshSignIn(ssh)], refused);
  }
  const fatal = errors.find((one) => one.level === 'handshake');
  if (!trusted && fatal !== undefined && /no matching|unsupported/i.test(fatal.message))
    return sshHandshakeFailed(ssh, fatal);
  return sshUnreachable(ssh, error);
}

const WAYS = { key: 'publickey', agent: 'publickey (agent)', password: 'password' } as const;

/** RFC 4254, section 5.1. */
const CONNECT_FAILED = 2;

function refusal(error: ChannelError, ssh: SshSettings, { host, port }: ForwardPlace): Error {
  const place = `${host}:${port}`;
  if (error.reason !== CONNECT_FAILED) return sshForwardingRefused(ssh, place, error);
  const message = `the SSH server cannot connect to ${place}: ${error.message}`;
  // Nobody there, as classifyError.ts knows it: the next host of a list may be.
  return Object.assign(new Error(message, { cause: error }), { code: 'ECONNREFUSED' });
}
