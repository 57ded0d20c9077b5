import type { RunControl } from '../core/engineApi.ts';
import { InterruptionReason } from '../shared/status.ts';

export type StopStage = 'user' | 'shutdown' | 'halt';

/** Abort signals that follow the process's signals. */
export interface StopSignals extends Disposable, Required<Pick<RunControl, 'stop' | 'halt'>> {
  /** Tells the person what happens now; set by whatever controls the screen. */
  onStage: (stage: StopStage) => void;
}

/** What is needed from `process`. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * The first signal stops at the next chunk border, the second one immediately. Then the listeners are
 * removed, so that a third one kills the process as usual: nobody is ever stuck, and the next start finds the
 * interrupted batch.
 */
export function listenForStop(source: SignalSource, onStage: (stage: StopStage) => void): StopSignals {
  const stop = new AbortController();
  const halt = new AbortController();

  const listener = (signal: NodeJS.Signals): void => {
    if (!stop.signal.aborted) {
      const reason = signal === 'SIGINT' ? InterruptionReason.User : InterruptionReason.Shutdown;
      stop.abort(reason);
      signals.onStage(reason);
      return;
    }
    halt.abort(stop.signal.reason);
    leave();
    signals.onStage('halt');
  };
  const leave = (): void => {
    for (const signal of SIGNALS) source.off(signal, listener);
  };

  const signals: StopSignals = { stop: stop.signal, halt: halt.signal, onStage, [Symbol.dispose]: leave };
  for (const signal of SIGNALS) source.on(signal, listener);
  return signals;
}
