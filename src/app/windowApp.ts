import type { Ports } from '../core/ports.ts';
import type { SettingsStore } from '../core/settings/change.ts';
import type { Service } from '../service/serviceApi.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import type { LiveView, Setup } from '../window-api/views.ts';
import type { Answer, Args, CallName, Result, WindowEvent } from '../window-api/windowApi.ts';

/** What the program around the window app provides. */
export interface WindowAppHost {
  readonly program: Exclude<Setup['program'], 'head_office'>;
  readonly version: string;
  /** The user-data folder. */
  readonly folder: string;
  readonly ports: Ports;
  /** Null if another process serves the folder: the journal can still be read. */
  readonly service: Service | null;
  /** As the system lists them, most preferred first: `id-ID`, `en`, … */
  readonly systemLanguages: readonly string[];
  /** Writes `settings.json`. Default: a plain file write. */
  readonly settingsStore?: SettingsStore;
  /** Null where the platform has no such feature. */
  readonly startAtLogin: { isOn(): boolean; set(on: boolean): void } | null;
  /** Shows a test notification; null if this program shows none. */
  readonly notify: (() => boolean) | null;
  /** Shows the system's dialog for a folder or a file; null if this program has none, and a person types the path. */
  readonly choosePath: ((what: 'folder' | 'file') => Promise<string | null>) | null;
  /** Starts demo databases and writes settings for them; null where that is not possible. */
  readonly startDemo: (() => Promise<void>) | null;
}

/** The interface that the window calls, over Electron's IPC or HTTP. */
export interface WindowApp extends Disposable {
  /**
   * Answers one call. A refusal is returned as codes, which the window puts into words.
   *
   * @param args unchecked, from outside; parsed here
   * @throws $ZodError if they do not fit the call's schema: that is a program's mistake, not a person's
   */
  answer<C extends CallName>(call: C, args: unknown): Promise<Answer<C>>;
  /** The current state, for the tray in the same process. */
  live(): LiveView;
  /** Subscribes to events; each kind comes at most five times a second. Returns the function that unsubscribes. */
  on(listener: (event: WindowEvent) => void): () => void;
}

/** One function per call. A thrown UsageError or SyncFailure becomes a refusal. */
export type Answerers = {
  readonly [C in CallName]: (...args: Args<C>) => Result<C> | Promise<Result<C>>;
};

/** Answers a call of a branch's window in head office's, and the other way round. @throws UsageError `other_window` */
export function otherWindow(): never {
  throw new UsageError(UsageCode.OtherWindow);
}
