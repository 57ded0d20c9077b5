import {
  type Bridge,
  type BridgeCalls,
  type LinkLoss,
  LinkLost,
  type WindowEvent,
} from '../../window-api/bridge.ts';
import { type Answer, CALL_NAMES, type CallName, type Calls } from '../../window-api/calls.ts';

/** The way to the agent that has served this page; see src/agent/http. */
function connectHttp(): Bridge {
  const calls = Object.fromEntries(CALL_NAMES.map((name) => [name, caller(name)]));
  // One function for each name, of that name's type: what no type can say of fromEntries.
  return { ...(calls as unknown as BridgeCalls), listen };
}

function caller<C extends CallName>(call: C): (...args: Parameters<Calls[C]>) => Promise<Answer<C>> {
  return async (...args) => {
    const response = await send(`/api/call/${call}`, {
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
async function send(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...request, cache: 'no-store' });
  } catch (error) {
    throw new LinkLost('unreachable', { cause: error });
  }
}

type OnEvent = (event: WindowEvent) => void;
type OnLink = (up: boolean, why?: LinkLoss) => void;

function listen(onEvent: OnEvent, onLink: OnLink): () => void {
  const link = new EventLink(onEvent, onLink);
  link.connect();
  // Whoever comes back to the window, or gets their network back, does not wait for the next attempt.
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

/** Three heartbeats: a tunnel that stands still closes nothing. */
const SILENCE_MS = 45_000;
const ANSWER_MS = 5000;

/**
 * Events from the agent, again and again: EventSource's own way to connect anew gives up for good at an answer such
 * as 401, says nothing of it, and does not notice silence.
 */
class EventLink {
  readonly #onEvent: OnEvent;
  readonly #onLink: OnLink;
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #state: 'up' | LinkLoss | null = null;
  #closed = false;

  constructor(onEvent: OnEvent, onLink: OnLink) {
    this.#onEvent = onEvent;
    this.#onLink = onLink;
  }

  connect(): void {
    const source = new EventSource('/api/events');
    this.#source = source;
    this.#watch();
    source.addEventListener('open', () => {
      this.#attempts = 0;
      this.#watch();
      this.#tell('up');
    });
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      this.#watch();
      this.#onEvent(JSON.parse(data));
    });
    source.addEventListener('alive', () => this.#watch());
    source.addEventListener('error', () => void this.#lost());
  }

  /** Tries at once where it is waiting to. */
  hurry(): void {
    if (this.#closed || this.#source !== null || document.visibilityState === 'hidden') return;
    clearTimeout(this.#timer);
    this.connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#lost(), SILENCE_MS);
  }

  async #lost(): Promise<void> {
    const lost = this.#source;
    lost?.close();
    clearTimeout(this.#timer);
    const why = await whyLost();
    if (this.#closed || this.#source !== lost) return;
    this.#source = null;
    this.#tell(why);
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.#attempts, LONGEST_DELAY_MS);
    this.#attempts += 1;
    // Spread, so that the windows of many people do not come back all at once.
    this.#timer = setTimeout(() => this.connect(), delay * (0.5 + Math.random() / 2));
  }

  #tell(state: 'up' | LinkLoss): void {
    if (state === this.#state) return;
    this.#state = state;
    if (state === 'up') this.#onLink(true);
    else this.#onLink(false, state);
  }
}

/** EventSource does not tell. */
async function whyLost(): Promise<LinkLoss> {
  try {
    const { status } = await send('/api/session', { signal: AbortSignal.timeout(ANSWER_MS) });
    return status === 401 ? 'signed_out' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

declare global {
  interface Window {
    /** Put there by the preload of the tray application; absent in a browser. */
    readonly branchline?: Bridge;
  }
}

/** The way to the program behind the window: the preload's object, or HTTP where a browser shows the window. */
export function connect(): Bridge {
  return window.branchline ?? connectHttp();
}
