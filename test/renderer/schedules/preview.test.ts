import { expect, test } from 'vitest';
import { beginsAt, cronField } from '../../../src/renderer/pages/schedules/plan.ts';
import { cronProblem } from '../../../src/shared/cron.ts';

test.each([
  ['60 8 * * * *', 'second', 59],
  ['60 8 * * *', 'minute', 59],
  ['0 24 * * *', 'hour', 23],
  ['0 8 32 * *', 'day of month', 31],
  ['0 8 * 13 *', 'month', 12],
  ['0 8 * * 8', 'day of week', 7],
])('of %s the %s is wrong, whose numbers go up to %i', (cron, name, to) => {
  const problem = cronProblem(cron);
  expect(problem).toMatchObject({ reason: 'cron_field' });
  const field = cronField(problem !== null && 'field' in problem ? problem.field : null);
  expect(field).toMatchObject({ name, to });
  const last = cron.split(' ').map((part) => (part === String(to + 1) ? String(to) : part));
  expect(cronProblem(last.join(' ')), 'the last of them is right').toBeNull();
});

test('a field that is not known is none', () => {
  expect(cronField('fortnight')).toBeNull();
  expect(cronField(undefined)).toBeNull();
});

test('a run begins later by its share of the jitter, said to the minute', () => {
  expect(beginsAt('2026-11-23T05:00:00.000Z', 227)).toBe('2026-11-23T05:03:00.000Z');
  expect(beginsAt('2026-11-23T05:00:15.000Z', 0)).toBe('2026-11-23T05:00:00.000Z');
});
