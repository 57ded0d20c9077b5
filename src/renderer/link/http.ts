import {
  type Bridge,
  type BridgeCalls,
  KEY_HEADER,
  type LinkLoss,
  LinkLost,
} from '../../window-api/bridge.ts';
import {
  type Answer,
  type Args,
  CALL_NAMES,
  type CallName,
  type WindowEvent,
} from '../../window-api/windowApi.ts';

const KEY = 'branchline-key';

/**
 * The key from the link's `#` part, which every request except for files must send. It is stored for this
 * origin, so later loads and other windows have it and pages on other ports cannot read it.
 */
class Key {
  /** If the browser stores nothing, the key lasts as long as the page. */
  #last = '';
  readonly #settled: Promise<void>;

  constructor() {
    const offered = /^#key=([\w-]+)$/.exec(window.location.hash)?.[1];
    if (offered !== undefined) window.history.replaceState(null, '', window.location.pathname);
    this.#settled = offered === undefined ? Promise.resolve() : this.#take(offered);
  }

  /** Read every time: another window of this browser may have signed in again. */
  async value(): Promise<string> {
    await this.#settled;
    try {
      return window.localStorage.getItem(KEY) ?? this.#last;
    } catch {
      return this.#last;
    }
  }

  /** Any page can link here with an invented key, so the offered key is checked before it replaces a valid one. */
  async #take(offered: string): Promise<void> {
    const answer = await fetch('/api/session', {
      headers: { [KEY_HEADER]: offered },
      cache: 'no-store',
    }).catch(() => null);
    if (answer?.status === 401) return;
    this.#last = offered;
    try {
      window.localStorage.setItem(KEY, offered);
    } catch {
      // The browser may block storage. The key then stays in #last until the page is closed.
    }
  }
}

/** Connects to the agent that served this page; see src/agent/http. */
function connectHttp(): Bridge {
  const key = new Key();
  const calls = Object.fromEntries(CALL_NAMES.map((name) => [name, caller(name, key)]));
  // Object.fromEntries loses which function belongs to which name, hence the cast.
  return { ...(calls as unknown as BridgeCalls), listen: (onEvent, onLink) => listen(key, onEvent, onLink) };
}

function caller<C extends CallName>(call: C, key: Key): (...args: Args<C>) => Promise<Answer<C>> {
  return async (...args) => {
    const response = await send(key, `/api/call/${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    if (response.ok) return response.json();
    if (response.status === 401) throw new LinkLost('signed_out');
    throw new Error(`${call}: HTTP ${response.status}`);
  };
}

/** @throws LinkLost */
async function send(key: Key, address: string, request: RequestInit): Promise<Response> {
  const headers = { ...request.headers, [KEY_HEADER]: await key.value() };
  try {
    return await fetch(address, { ...request, headers, cache: 'no-store' });
  } catch (error) {
    throw new LinkLost('unreachable', { cause: error });
  }
}

type OnEvent = (event: WindowEvent) => void;
type OnLink = (up: boolean, why?: LinkLoss) => void;

function listen(key: Key, onEvent: OnEvent, onLink: OnLink): () => void {
  const link = new EventLink(key, onEvent, onLink);
  link.connect();
  // Reconnects at once when the person returns to the window or the network is back.
  const hurry = (): void => link.hurry();
  window.addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
  return () => {
    window.removeEventListener('online', hurry);
    document.removeEventListener('visibilitychange', hurry);
    link.close();
  };
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

/** Three heartbeats without data mean that the link is dead: a stuck tunnel closes no connection. */
const SILENCE_MS = 45_000;
const ANSWER_MS = 5000;

/** Keeps an event stream to the agent open. EventSource is not used because it cannot send the key. */
class EventLink {
  readonly #key: Key;
  readonly #onEvent: OnEvent;
  readonly #onLink: OnLink;
  /** Aborts the open stream. */
  #source: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #state: 'up' | LinkLoss | null = null;
  #closed = false;

  constructor(key: Key, onEvent: OnEvent, onLink: OnLink) {
    this.#key = key;
    this.#onEvent = onEvent;
    this.#onLink = onLink;
  }

  connect(): void {
    const source = new AbortController();
    this.#source = source;
    this.#watch();
    const lost = (): void => {
      if (this.#source === source && !this.#closed) void this.#lost();
    };
    this.#read(source.signal).then(lost, lost);
  }

  /** Reads the stream; returns or throws when it ends. */
  async #read(signal: AbortSignal): Promise<void> {
    const { ok, body } = await send(this.#key, '/api/events', { signal });
    if (!ok || body === null || signal.aborted) return;
    this.#attempts = 0;
    this.#watch();
    this.#tell('up');
    let text = '';
    for await (const part of partsOf(body)) {
      if (signal.aborted) return;
      this.#watch();
      const messages = `${text}${part}`.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages)
        if (message.startsWith(DATA)) this.#onEvent(JSON.parse(message.slice(DATA.length)));
    }
  }

  /** Reconnects now instead of waiting for the next attempt. */
  hurry(): void {
    if (this.#closed || this.#source !== null || document.visibilityState === 'hidden') return;
    clearTimeout(this.#timer);
    this.connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#source?.abort();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#lost(), SILENCE_MS);
  }

  async #lost(): Promise<void> {
    const lost = this.#source;
    lost?.abort();
    clearTimeout(this.#timer);
    const why = await whyLost(this.#key);
    if (this.#closed || this.#source !== lost) return;
    this.#source = null;
    this.#tell(why);
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.#attempts, LONGEST_DELAY_MS);
    this.#attempts += 1;
    // Random delays, so that many windows do not reconnect at the same moment.
    this.#timer = setTimeout(() => this.connect(), delay * (0.5 + Math.random() / 2));
  }

  #tell(state: 'up' | LinkLoss): void {
    if (state === this.#state) return;
    this.#state = state;
    if (state === 'up') this.#onLink(true);
    else this.#onLink(false, state);
  }
}

/** Prefix of an event, which the agent writes on one line. Other lines are heartbeats. */
const DATA = 'data: ';

/** Not every browser can iterate a stream yet. */
async function* partsOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

async function whyLost(key: Key): Promise<LinkLoss> {
  try {
    const { status } = await send(key, '/api/session', { signal: AbortSignal.timeout(ANSWER_MS) });
    return status === 401 ? 'signed_out' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

declare global {
  interface Window {
    /** Set by the preload of the tray application; missing in a browser. */
    readonly branchline?: Bridge;
  }
}

/** The bridge to the program: the preload's object, or HTTP in a browser. */
export function connect(): Bridge {
  return window.branchline ?? connectHttp();
}
