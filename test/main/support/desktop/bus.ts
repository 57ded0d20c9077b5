import { setTimeout as sleep } from 'node:timers/promises';
import {
  Message,
  type MessageBus,
  MessageType,
  NameFlag,
  RequestNameReply,
  sessionBus,
  Variant,
} from '@jellybrick/dbus-next';

/** Answers one method: the signature of what it returns, and that. */
export type Method = (message: Message) => readonly [signature: string, body: readonly unknown[]];
export type Methods = Readonly<Record<string, Method>>;

/** The session bus of a test, as a desktop's services use it. */
export interface Bus {
  call(
    destination: string,
    path: string,
    iface: string,
    member: string,
    signature?: string,
    body?: readonly unknown[],
  ): Promise<readonly unknown[]>;
  signal(path: string, iface: string, member: string, signature: string, body: readonly unknown[]): void;
  /** Serves an object; `iface` null answers for all its interfaces. */
  serve(path: string, iface: string | null, methods: Methods): void;
  own(name: string): Promise<void>;
  /** Calls back when a name has lost its owner. */
  onGone(listener: (name: string) => void): void;
  close(): Promise<void>;
}

const DBUS = 'org.freedesktop.DBus';

/** @param busAddress of the bus, as `dbus-daemon` prints it */
export async function openBus(busAddress: string): Promise<Bus> {
  const bus: MessageBus = sessionBus({ busAddress });
  const served: { readonly path: string; readonly iface: string | null; readonly methods: Methods }[] = [];
  const gone: ((name: string) => void)[] = [];
  const names: string[] = [];

  bus.on('message', (message: Message) => {
    const [name, , owner] = message.body as readonly unknown[];
    if (message.type !== MessageType.SIGNAL || message.member !== 'NameOwnerChanged' || owner !== '') return;
    for (const listener of gone) listener(String(name));
  });
  bus.addMethodHandler((message: Message) => {
    const found = served.find(
      (one) => one.path === message.path && (one.iface === null || one.iface === message.interface),
    );
    const method = found?.methods[message.member ?? ''];
    if (method === undefined) return false;
    try {
      const [signature, body] = method(message);
      bus.send(Message.newMethodReturn(message, signature, [...body]));
    } catch (error) {
      bus.send(Message.newError(message, `${DBUS}.Error.Failed`, String(error)));
    }
    return true;
  });

  const call: Bus['call'] = async (destination, path, iface, member, signature = '', body = []) => {
    const message = new Message({
      destination,
      path,
      interface: iface,
      member,
      signature,
      body: [...body],
    });
    const reply = await bus.call(message);
    return (reply?.body ?? []).map(plain);
  };
  await call(DBUS, '/org/freedesktop/DBus', DBUS, 'AddMatch', 's', [
    `type='signal',sender='${DBUS}',member='NameOwnerChanged'`,
  ]);

  return {
    call,
    signal: (path, iface, member, signature, body) =>
      bus.send(Message.newSignal(path, iface, member, signature, [...body])),
    serve: (path, iface, methods) => {
      served.push({ path, iface, methods });
    },
    own: async (name) => {
      const reply = await bus.requestName(name, NameFlag.DO_NOT_QUEUE);
      if (reply !== RequestNameReply.PRIMARY_OWNER) throw new Error(`${name} is taken on this session bus`);
      names.push(name);
    },
    onGone: (listener) => {
      gone.push(listener);
    },
    close: async () => {
      for (const name of names) await bus.releaseName(name);
      bus.disconnect();
    },
  };
}

/** Takes the values out of D-Bus variants, at any depth; 64-bit numbers become plain ones. */
export function plain(value: unknown): unknown {
  if (value instanceof Variant) return plain(value.value);
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  }
  return value;
}

/** Calls `look` until it gives something. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; await sleep(25)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`No ${what} within ${timeoutMs} ms`);
  }
}
