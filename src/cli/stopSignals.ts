import type { RunControl } from '../core/engineApi.ts';
import { InterruptionReason } from '../shared/status.ts';

export type StopStage = 'user' | 'shutdown' | 'halt';

/** Abort signals that follow the system's. */
export interface StopSignals extends Disposable, Required<Pick<RunControl, 'stop' | 'halt'>> {
  /** Tells the person what happens now; whoever has the screen sets it. */
  onStage: (stage: StopStage) => void;
}

/** The slice of `process` that is listened to. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * The first signal stops at the next chunk border, the second one at once. After that the listeners are
 * gone, so that a third one ends the process as usual: nobody is ever locked in, and the next start
 * finds out that the batch was cut off.
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
