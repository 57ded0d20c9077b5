/** What is used of the package, which brings no types of its own. */
declare module 'ssh2' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { Duplex } from 'node:stream';

  /** A private key that has been read. */
  interface ParsedKey {
    readonly type: string;
    isPrivateKey(): boolean;
  }

  /** `client-authentication`, `client-socket`, `handshake`, `agent` and others. */
  interface ClientError extends Error {
    readonly level?: string;
    readonly code?: string | number;
  }

  /** Why a server opened no channel; numbers of RFC 4254, section 5.1. */
  interface ChannelError extends Error {
    readonly reason?: number | string;
  }

  type SignInMethod =
    | { readonly type: 'publickey'; readonly username: string; readonly key: ParsedKey }
    | { readonly type: 'agent'; readonly username: string; readonly agent: string }
    | { readonly type: 'password'; readonly username: string; readonly password: string }
    | {
        readonly type: 'keyboard-interactive';
        readonly username: string;
        readonly prompt: (
          name: string,
          instructions: string,
          language: string,
          prompts: readonly { readonly prompt: string; readonly echo: boolean }[],
          finish: (answers: readonly string[]) => void,
        ) => void;
      };

  interface ConnectConfig {
    readonly sock: Socket;
    readonly username: string;
    readonly readyTimeout: number;
    readonly keepaliveInterval: number;
    readonly strictVendor: boolean;
    readonly authHandler: readonly SignInMethod[];
    readonly algorithms: {
      readonly serverHostKey: readonly string[];
      readonly cipher: readonly string[];
      readonly compress: readonly string[];
    };
    readonly hostVerifier: (key: Buffer) => boolean;
  }

  interface Negotiated {
    readonly serverHostKey: string;
    readonly cs: { readonly compress: string };
  }

  interface Channel extends Duplex {
    close(): void;
  }

  class Client extends EventEmitter {
    connect(config: ConnectConfig): this;
    end(): this;
    forwardOut(
      fromHost: string,
      fromPort: number,
      host: string,
      port: number,
      done: (error: ChannelError | undefined, channel: Channel) => void,
    ): this;
    openssh_forwardOutStreamLocal(
      path: string,
      done: (error: ChannelError | undefined, channel: Channel) => void,
    ): this;
    openssh_noMoreSessions(done: (error?: Error) => void): this;
  }

  const ssh2: {
    readonly Client: typeof Client;
    readonly utils: {
      parseKey(data: Buffer | string, passphrase?: string): ParsedKey | readonly ParsedKey[] | Error;
    };
  };
  export default ssh2;
  export type { Channel, ChannelError, Client, ClientError, Negotiated, ParsedKey, SignInMethod };
}
