import type { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { Client, Connection } from 'pg';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { EndpointSettings } from '../../shared/settings.ts';
import { safeFields } from './errorFields.ts';
import { HIDE_NOTHING, type Hide, hideFor, hideInParameter } from './hidePassword.ts';
import { checkForm, columnsOf } from './messageForm.ts';
import { HEADER_BYTES, longestOf, Message, messageEnd, PartialMessage, WireError } from './wire.ts';

const MB = 1024 * 1024;

/** Limit for one message during sign-in. The longest of a real server is an error, or SCRAM's with its nonce. */
export const SIGN_IN_MESSAGE_BYTES = 64 * 1024;
/** Limit for all messages until the session is ready: settings, notices of login triggers. */
export const SIGN_IN_BYTES = MB;
/**
 * Limit for the memory that the answer to one statement may take, except for a COPY: its bytes and
 * JavaScript's overhead for each row and value. The catalogue of 20,000 tables with 60 columns takes about
 * half of it.
 */
export const ANSWER_BYTES = 128 * MB;
/** Limit for notices and the like to one statement, which are discarded. */
export const NOTICE_BYTES = 256 * MB;

/** JavaScript's overhead for a row, a value, and a command's result, besides their bytes. */
const ROW_BYTES = 64;
const VALUE_BYTES = 32;
const RESULT_BYTES = 512;

/** Codes of an authentication request. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const Authentication = { Ok: 0, Cleartext: 3, Md5: 5, Sasl: 10, SaslContinue: 11, SaslFinal: 12 } as const;
/** Authentication methods that neither node-pg nor we support, by code. */
const UNKNOWN_WAYS: Readonly<Record<number, string>> = {
  2: 'Kerberos 5',
  6: 'SCM credentials',
  7: 'GSSAPI',
  8: 'GSSAPI',
  9: 'SSPI',
};

/** What the server may send next. */
type Phase = 'authentication' | 'starting' | 'ready';
/** Progress of SCRAM, by the server's messages. */
type Scram = 'none' | 'offered' | 'challenged' | 'proved';
const ALLOWED: Readonly<Record<Phase, string>> = {
  authentication: 'REN',
  starting: 'SKNEZ',
  ready: '123ACDEGHINSTZcnst',
};

export interface WireGuardOptions {
  /** Whether the password may be sent in clear text over any link. */
  readonly cleartext: boolean;
  /** Whether TLS refuses a server whose certificate is not from a trusted CA. */
  readonly verified: boolean;
  /** Removes the password from the server's texts. */
  readonly hide: Hide;
}

type DataListener = (data: Buffer) => void;
type Streamed = Readable & { readonly encrypted?: boolean };

/**
 * Passes only valid protocol messages on to node-pg. Its parser throws from the socket's `data` event, which
 * would end the process, stores whatever it is sent, and answers every request for a password. So each
 * message is checked here first, and an invalid one ends its connection with an error that {@link classify}
 * knows.
 *
 * Call it before the client connects.
 */
export function guardWire(connection: Connection, options: WireGuardOptions): void {
  const attach: unknown = Reflect.get(connection, 'attachListeners');
  if (typeof attach !== 'function') throw new Error('node-pg reads its socket in an unknown way');
  const attachGuarded = (stream: Streamed): void => {
    const on = (event: string, listener: DataListener): void => {
      if (event !== 'data') stream.on(event, listener);
      else stream.on('data', guarded(stream, listener, options));
    };
    attach.call(connection, { on });
  };
  Reflect.set(connection, 'attachListeners', attachGuarded);
}

/** {@link guardWire} for a client, as its endpoint's settings have it. @returns its connection */
export function guardClient(
  client: Client,
  { host, allowCleartextPassword = false, ...rest }: EndpointSettings,
  ssl: false | ConnectionOptions = false,
): Connection {
  const connection = Reflect.get(client, 'connection') as Connection;
  guardWire(connection, {
    // Nobody can listen on a Unix socket.
    cleartext: allowCleartextPassword || host.startsWith('/'),
    verified: ssl !== false && ssl.rejectUnauthorized === true,
    hide: hideFor(client.password, { host, ...rest }),
  });
  return connection;
}

function guarded(stream: Streamed, listener: DataListener, options: WireGuardOptions): DataListener {
  const guard = new WireGuard(listener, options, () => stream.encrypted === true);
  let ended = false;
  return (data) => {
    if (ended) return;
    try {
      guard.feed(data);
    } catch (error) {
      ended = true;
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

/** Checks a server's byte stream message by message and passes on whole messages. */
export class WireGuard {
  readonly #listener: DataListener;
  readonly #options: WireGuardOptions;
  readonly #encrypted: () => boolean;
  #phase: Phase = 'authentication';
  /** Whether a valid message has arrived, so that the peer is PostgreSQL. */
  #met = false;
  /** Progress of SCRAM. Until it is `proved`, the server has not shown that it knows the password. */
  #scram: Scram = 'none';
  /** Number of columns of the expected rows. */
  #columns: number | null = null;
  #answer = 0;
  #notices = 0;
  /** A message that arrives in pieces, and the bytes it needs: first those of its header. */
  readonly #partial = new PartialMessage();
  #need = HEADER_BYTES;

  constructor(listener: DataListener, options: WireGuardOptions, encrypted: () => boolean) {
    this.#listener = listener;
    this.#options = options;
    this.#encrypted = encrypted;
  }

  /**
   * Takes the next bytes.
   *
   * @throws WireError, SyncFailure that ends the connection; complete messages before it were passed on
   */
  feed(data: Buffer): void {
    let offset = this.#partial.length === 0 ? 0 : this.#complete(data);
    let from = offset;
    const pass = (): void => {
      if (offset > from) this.#listener(data.subarray(from, offset));
      from = offset;
    };
    try {
      while (offset + HEADER_BYTES <= data.length) {
        const end = this.#end(data, offset);
        if (end > data.length) break;
        const message = this.#check(data.subarray(offset, end));
        if (message !== null) {
          pass();
          from = end;
          this.#listener(message);
        }
        offset = end;
      }
    } finally {
      pass();
    }
    if (offset < data.length) this.#keep(data.subarray(offset));
  }

  /** Adds to the incomplete message. @returns where the next one begins */
  #complete(data: Buffer): number {
    const partial = this.#partial;
    let offset = 0;
    while (partial.length < this.#need) {
      const part = data.subarray(offset, offset + this.#need - partial.length);
      if (part.length === 0) return offset;
      partial.add(part, this.#need);
      offset += part.length;
      if (partial.length === HEADER_BYTES) this.#need = this.#end(partial.bytes, 0);
    }
    const message = partial.take();
    this.#listener(this.#check(message) ?? message);
    return offset;
  }

  #keep(rest: Buffer): void {
    this.#partial.add(rest, rest.length);
    this.#need = rest.length < HEADER_BYTES ? HEADER_BYTES : this.#end(rest, 0);
  }

  /** Where a message with a complete header ends. Invalid ones are refused before the rest arrives. */
  #end(data: Buffer, offset: number): number {
    const type = data[offset] ?? 0;
    if (!ALLOWED[this.#phase].includes(String.fromCharCode(type))) this.#refuse(type, data, offset);
    const length = data.readUInt32BE(offset + 1);
    const signingIn = this.#phase !== 'ready';
    if (!this.#met && (length < 4 || length > SIGN_IN_MESSAGE_BYTES)) this.#refuse(type, data, offset);
    if (signingIn && length > SIGN_IN_MESSAGE_BYTES) throw tooLarge(SIGN_IN_MESSAGE_BYTES);
    if (type === Message.DataRow || type === Message.RowDescription) {
      if (this.#answer + length > ANSWER_BYTES) throw tooLarge(ANSWER_BYTES);
    } else if (length > longestOf(type)) {
      throw new WireError(`a message "${String.fromCharCode(type)}" of ${length} bytes`);
    }
    return messageEnd(data, offset);
  }

  #refuse(type: number, data: Buffer, offset: number): never {
    if (this.#met) throw new WireError(`a message of type ${type} that is not due (${this.#phase})`);
    const start = data.subarray(offset, offset + 40).toString('latin1');
    const readable = start.replaceAll(/[^ -~]/g, '.');
    // A server without a free process answers in an old message format.
    if (type === Message.ErrorResponse && /^E[A-Za-z ]{4}/.test(start)) throw overloaded(data, offset);
    throw notPostgres(`the answer begins with "${this.#options.hide(readable)}"`);
  }

  /** @returns a replacement to pass on; null to pass it on unchanged */
  #check(message: Buffer): Buffer | null {
    const type = message[0] ?? 0;
    const body = message.subarray(HEADER_BYTES);
    checkForm(type, body, this.#columns);
    this.#met = true;
    this.#count(type, message.length, body);
    switch (type) {
      case Message.Authentication:
        this.#authenticate(body);
        return withBody(message, body, this.#hidden(type, body));
      case Message.ErrorResponse:
      case Message.NoticeResponse:
        return withBody(message, body, safeFields(body, this.#options.hide));
      case Message.ParameterStatus:
        return withBody(message, body, this.#hidden(type, body));
      case Message.RowDescription:
        this.#columns = columnsOf(body);
        return null;
      case Message.CommandComplete:
        this.#columns = null;
        return null;
      case Message.ReadyForQuery:
        this.#phase = 'ready';
        this.#columns = null;
        this.#answer = 0;
        this.#notices = 0;
        return null;
      default:
        return null;
    }
  }

  #count(type: number, length: number, body: Buffer): void {
    if (type === Message.DataRow) this.#answer += length + ROW_BYTES + VALUE_BYTES * body.readInt16BE(0);
    else if (type === Message.RowDescription) this.#answer += RESULT_BYTES + 8 * length;
    else if (type === Message.CommandComplete) this.#answer += RESULT_BYTES;
    else this.#notices += length;
    if (this.#phase !== 'ready' && this.#notices > SIGN_IN_BYTES) throw tooLarge(SIGN_IN_BYTES);
    if (this.#answer > ANSWER_BYTES) throw tooLarge(ANSWER_BYTES);
    if (this.#notices > NOTICE_BYTES) throw tooLarge(NOTICE_BYTES);
  }

  #hidden(type: number, body: Buffer): Buffer {
    const { hide } = this.#options;
    if (hide === HIDE_NOTHING) return body;
    if (type === Message.ParameterStatus) return hideInParameter(body, hide);
    // SCRAM's last message may be an error with a text of the server.
    if (body.readUInt32BE(0) !== Authentication.SaslFinal) return body;
    return Buffer.concat([body.subarray(0, 4), Buffer.from(hide(body.toString('utf8', 4)))]);
  }

  #authenticate(body: Buffer): void {
    if (body.length < 4) throw new WireError('a request to sign in without its code');
    const code = body.readUInt32BE(0);
    switch (code) {
      case Authentication.Ok:
        if (this.#scram !== 'none' && this.#scram !== 'proved')
          throw new WireError('the server has not shown that it knows the password');
        this.#phase = 'starting';
        return;
      case Authentication.Cleartext:
        if (!this.#mayShowPassword()) throw cleartextRefused();
        return;
      case Authentication.Md5:
        if (body.length !== 8) throw new WireError('a request to sign in without its salt');
        return;
      case Authentication.Sasl:
        this.#scramGoesOn('none', 'offered');
        return;
      case Authentication.SaslContinue:
        this.#scramGoesOn('offered', 'challenged');
        return;
      case Authentication.SaslFinal:
        this.#scramGoesOn('challenged', 'proved');
        return;
      default:
        throw unknownWay(UNKNOWN_WAYS[code] ?? `code ${code}`);
    }
  }

  /** TLS without verification is no protection: a man in the middle has a certificate too. */
  #mayShowPassword(): boolean {
    return this.#options.cleartext || (this.#options.verified && this.#encrypted());
  }

  #scramGoesOn(from: Scram, to: Scram): void {
    if (this.#scram !== from) throw new WireError('SCRAM messages in another order than theirs');
    this.#scram = to;
  }
}

function withBody(message: Buffer, body: Buffer, hidden: Buffer): Buffer | null {
  if (hidden === body) return null;
  const header = Buffer.from(message.subarray(0, HEADER_BYTES));
  header.writeUInt32BE(hidden.length + 4, 1);
  return Buffer.concat([header, hidden]);
}

function tooLarge(limit: number): SyncFailure {
  return new SyncFailure({
    code: FailureCode.AnswerTooLarge,
    kind: FailureKind.Permanent,
    message: `the server sent more than ${limit} bytes where so much cannot be right`,
    params: { limit },
  });
}

function notPostgres(message: string): SyncFailure {
  return new SyncFailure({
    code: FailureCode.NotPostgres,
    kind: FailureKind.Unreachable,
    message,
    params: {},
  });
}

function overloaded(data: Buffer, offset: number): SyncFailure {
  const [text = ''] = data.toString('utf8', offset + 1, offset + 500).split(/[\0\n]/);
  const { ServerOverloaded: code } = FailureCode;
  return new SyncFailure({ code, kind: FailureKind.Transient, message: text, params: {} });
}

function cleartextRefused(): SyncFailure {
  return new SyncFailure({
    code: FailureCode.CleartextRefused,
    kind: FailureKind.Permanent,
    message: 'the server asks for the password in clear text, and no certificate has proved who it is',
    params: {},
  });
}

function unknownWay(method: string): SyncFailure {
  return new SyncFailure({
    code: FailureCode.SignInMethod,
    kind: FailureKind.Permanent,
    message: `the server asks to sign in by ${method}`,
    params: { method },
  });
}
