import { expect, test } from 'vitest';
import { endProgram } from '../../src/main/desktop/ending.ts';

/** How an end goes: what was done, in order, and what was logged. */
async function end(stop: (now: AbortSignal) => Promise<void>, clear: () => void = () => {}) {
  const done: string[] = [];
  const logged: string[] = [];
  await endProgram(
    {
      stop,
      clear: () => {
        done.push('clear');
        clear();
      },
      exit: () => void done.push('exit'),
      logger: {
        log: (level, message, facts) => void logged.push(`${level} ${message} ${JSON.stringify(facts)}`),
      },
    },
    20,
    20,
  );
  return { done, logged: logged.join('\n') };
}

test('a service that cannot be stopped in order does not keep the program running; the log has its stack (D9)', async () => {
  const { done, logged } = await end(() => Promise.reject(new Error('the journal would not close')));
  expect(done).toEqual(['clear', 'exit']);
  expect(logged).toContain('the journal would not close');
  expect(logged).toContain('ending.test.ts');
});

test('a service that never stops is abandoned, after it was told to stop at once (D9)', async () => {
  const told = Promise.withResolvers<void>();
  const { done, logged } = await end((now) => {
    now.addEventListener('abort', () => told.resolve());
    return new Promise(() => {});
  });
  await told.promise;
  expect(done).toEqual(['clear', 'exit']);
  expect(logged).toContain('did not stop in time');
});

test('a window that cannot be closed does not keep it running either', async () => {
  const { done, logged } = await end(
    () => Promise.resolve(),
    () => {
      throw new Error('Object has been destroyed');
    },
  );
  expect(done).toEqual(['clear', 'exit']);
  expect(logged).toContain('Object has been destroyed');
});
