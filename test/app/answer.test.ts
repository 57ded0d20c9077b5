import { expect, test } from 'vitest';
import { $ZodError } from 'zod/v4/core';
import type { Answerers } from '../../src/app/windowApp.ts';
import { answerCall } from '../../src/app/windowCommands.ts';
import type { Logger } from '../../src/core/ports.ts';
import { SyncFailure, UsageError } from '../../src/shared/errors.ts';
import { CALL_NAMES } from '../../src/window-api/windowApi.ts';
import { refusal } from '../core/journal/support/world.ts';

const silent: Logger = { log: () => {} };

test('an answer comes back as a value', async () => {
  const answerers = answerersWhere(() => []);
  expect(await answerCall(answerers, 'days', [20], silent)).toEqual({ ok: true, value: [] });
});

test('arguments that do not fit the schema are thrown back before the call runs', async () => {
  const answerers = answerersWhere(() => expect.unreachable());
  for (const args of [[], ['20'], [20, 21], [{}], [0], [367], null, 'x', { length: 1, 0: 20 }]) {
    await expect(answerCall(answerers, 'days', args, silent)).rejects.toThrow($ZodError);
  }
});

test('a refusal of the engine comes back as its code', async () => {
  const usage = answerersWhere(() => {
    throw new UsageError('journal_newer', { file: 'journal.db' });
  });
  expect(await answerCall(usage, 'days', [1], silent)).toEqual({
    ok: false,
    refusal: { kind: 'usage', code: 'journal_newer', params: { file: 'journal.db' } },
  });

  const failure = answerersWhere(() => Promise.reject(new SyncFailure(refusal)));
  expect(await answerCall(failure, 'days', [1], silent)).toEqual({
    ok: false,
    refusal: { kind: 'failure', failure: refusal },
  });
});

test('an unexpected error is logged with its stack and returned as unexpected', async () => {
  const logged: unknown[] = [];
  const logger: Logger = { log: (level, _message, facts) => logged.push({ level, stack: facts?.stack }) };
  const broken = answerersWhere(() => {
    throw new RangeError('out of range');
  });

  const answer = await answerCall(broken, 'days', [1], logger);

  expect(answer).toMatchObject({
    ok: false,
    refusal: { failure: { code: 'internal', message: 'out of range' } },
  });
  expect(JSON.stringify(answer)).not.toContain('at ');
  expect(logged).toEqual([{ level: 'error', stack: expect.stringContaining('RangeError: out of range') }]);
});

function answerersWhere(days: Answerers['days']): Answerers {
  const unused = Object.fromEntries(CALL_NAMES.map((call) => [call, () => expect.unreachable()]));
  return { ...(unused as unknown as Answerers), days };
}
