import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { listenForStop, type StopStage } from '../../src/cli/stopSignals.ts';

function listening() {
  const source = new EventEmitter();
  const stages: StopStage[] = [];
  return { source, stages, signals: listenForStop(source, (stage) => stages.push(stage)) };
}

it('the first Ctrl+C stops at the chunk border, the second one at once', () => {
  const { source, stages, signals } = listening();
  source.emit('SIGINT', 'SIGINT');
  expect([signals.stop.aborted, signals.halt.aborted, signals.stop.reason]).toEqual([true, false, 'user']);
  source.emit('SIGINT', 'SIGINT');
  expect(signals.halt.aborted).toBe(true);
  expect(stages).toEqual(['user', 'halt']);
});

it.each(['SIGTERM', 'SIGHUP'])(
  '%s counts as a shutdown, after which the batch is resumed automatically',
  (signal) => {
    const { source, signals } = listening();
    source.emit(signal, signal);
    expect(signals.stop.reason).toBe('shutdown');
  },
);

it('a third signal ends the process as usual, so that nobody is stuck', () => {
  const { source } = listening();
  source.emit('SIGINT', 'SIGINT');
  source.emit('SIGINT', 'SIGINT');
  expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
});

it('nothing is left behind after a run', () => {
  const { source, signals } = listening();
  signals[Symbol.dispose]();
  expect(source.eventNames()).toEqual([]);
});
