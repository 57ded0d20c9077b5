import type { Ports } from '../core/ports.ts';
import type { SettingsStore } from '../core/settings/change.ts';
import type { Service } from '../service/serviceApi.ts';
import type { LiveView, Setup } from '../window-api/views.ts';
import type { Answer, Args, CallName, Result, WindowEvent } from '../window-api/windowApi.ts';

/** What only the program around the window's app can do. */
export interface WindowAppHost {
  readonly face: Setup['face'];
  readonly version: string;
  /** The user-data folder. */
  readonly folder: string;
  readonly ports: Ports;
  /** Null where another process serves the folder: what the journal says can be looked at. */
  readonly service: Service | null;
  /** As the system has them, the preferred first: `id-ID`, `en`, … */
  readonly systemLanguages: readonly string[];
  /** What writes `settings.json`; the file alone where absent. */
  readonly settingsStore?: SettingsStore;
  /** Null where the platform offers no such thing. */
  readonly startAtLogin: { isOn(): boolean; set(on: boolean): void } | null;
  /** Shows a notification to try it; null where this face shows none. */
  readonly notify: (() => boolean) | null;
  /** Starts databases with data to try everything on, and writes settings for them; null where it cannot. */
  readonly startDemo: (() => Promise<void>) | null;
}

/** What the window reaches, whichever way it comes: Electron's IPC or HTTP. */
export interface WindowApp extends Disposable {
  /**
   * Answers one call. What is refused comes back as codes, for the window to say.
   *
   * @param args as they came from outside; parsed here
   * @throws $ZodError where they are not of the call's form: that is no person's mistake
   */
  answer<C extends CallName>(call: C, args: unknown): Promise<Answer<C>>;
  /** How things stand at this moment, for whoever shares the process: the tray. */
  live(): LiveView;
  /** Each kind of event at most five times a second. Returns the function that takes the listener off again. */
  on(listener: (event: WindowEvent) => void): () => void;
}

/** One function a call. What it throws as UsageError or SyncFailure is a refusal. */
export type Answerers = {
  readonly [C in CallName]: (...args: Args<C>) => Result<C> | Promise<Result<C>>;
};
