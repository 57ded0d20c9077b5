import { expect, it } from 'vitest';
import { levelOf } from '../../../src/renderer/pages/batch/logLevel.ts';
import { logRow } from '../support/rows.ts';

it.each([
  ['table_failed', 'error'],
  ['batch_failed', 'error'],
  ['circuit_opened', 'error'],
  ['resume_given_up', 'error'],
  ['request_failed', 'error'],
  ['table_retrying', 'warning'],
  ['batch_interrupted', 'warning'],
  ['notice', 'warning'],
  ['waiting_for_central', 'warning'],
  ['deletes_off', 'warning'],
  ['table_started', 'info'],
  ['strategy_chosen', 'info'],
  ['batch_completed', 'info'],
  ['from_the_future', 'info'],
] as const)('a line %s is of the level %s', (event, level) => {
  expect(levelOf(logRow(event))).toBe(level);
});

it('a hook is an error only where it failed', () => {
  expect(levelOf(logRow('hook_ended', { hook: 'a', outcome: 'done' }))).toBe('info');
  expect(levelOf(logRow('hook_ended', { hook: 'a', outcome: 'timed_out' }))).toBe('error');
});

it('an export that was stopped is no error', () => {
  expect(levelOf(logRow('export_ended', { end: 'stopped' }))).toBe('warning');
  expect(levelOf(logRow('export_ended', { end: 'complete' }))).toBe('info');
  expect(levelOf(logRow('export_ended', { end: 'failed' }))).toBe('error');
});
