import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Logger } from '../../src/core/ports.ts';
import { answerQuery, type Handlers } from '../../src/main/ipc/answer.ts';
import { SyncFailure, UsageError } from '../../src/shared/errors.ts';
import { refusal } from '../core/journal/support/world.ts';

const silent: Logger = { log: () => {} };

test('an answer comes back as a value', () => {
  expect(
    answerQuery(
      handlersWhere(() => []),
      'batches',
      [20],
      silent,
    ),
  ).toEqual({ ok: true, value: [] });
});

test('arguments of another form are thrown back before anybody answers', () => {
  const handlers = handlersWhere(() => expect.unreachable());
  for (const args of [[], ['20'], [20, 21], [{}]]) {
    expect(() => answerQuery(handlers, 'batches', args, silent)).toThrow(z.ZodError);
  }
});

test('what the engine refuses comes back as its code', () => {
  const usage = handlersWhere(() => {
    throw new UsageError('journal_newer', { file: 'journal.db' });
  });
  expect(answerQuery(usage, 'batches', [1], silent)).toEqual({
    ok: false,
    refusal: { kind: 'usage', code: 'journal_newer', params: { file: 'journal.db' } },
  });

  const failure = handlersWhere(() => {
    throw new SyncFailure(refusal);
  });
  expect(answerQuery(failure, 'batches', [1], silent)).toEqual({
    ok: false,
    refusal: { kind: 'failure', failure: refusal },
  });
});

test('an unexpected error is logged with its stack and told as unexpected', () => {
  const logged: unknown[] = [];
  const logger: Logger = { log: (level, _message, facts) => logged.push({ level, stack: facts?.stack }) };
  const broken = handlersWhere(() => {
    throw new RangeError('out of range');
  });

  const answer = answerQuery(broken, 'batches', [1], logger);

  expect(answer).toMatchObject({
    ok: false,
    refusal: { failure: { code: 'internal', message: 'out of range' } },
  });
  expect(logged).toEqual([{ level: 'error', stack: expect.stringContaining('RangeError: out of range') }]);
});

function handlersWhere(batches: () => []): Handlers {
  const unused = { args: z.tuple([]), answer: () => expect.unreachable() };
  return {
    setup: unused,
    latestBatch: unused,
    holder: unused,
    batch: { args: z.tuple([z.string()]), answer: () => expect.unreachable() },
    batches: { args: z.tuple([z.int()]), answer: batches },
  };
}
