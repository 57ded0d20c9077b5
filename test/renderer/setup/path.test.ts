import { expect, test } from 'vitest';
import {
  batchToShow,
  isDone,
  mayOpen,
  nextStep,
  SETUP_STEPS,
  type SetupStep,
  stepAfter,
  stepBefore,
  withEarlyLanguage,
} from '../../../src/renderer/pages/setup/path.ts';
import type { BatchSummary } from '../../../src/shared/contract.ts';
import type { SettingsFile } from '../../../src/shared/settings.ts';

const place = { host: 'h', database: 'd', user: 'u' };
const central: SettingsFile = { central: place, connections: [] };
const branch: SettingsFile = { ...central, connections: [{ id: 'a', ...place }] };
const whole: SettingsFile = { ...branch, schedules: [{ id: 'main', cron: '0 8 * * *' }] };

test('an interrupted set-up goes on behind what is written', () => {
  expect(nextStep({ document: null })).toBe('welcome');
  expect(nextStep({ document: central })).toBe('branch');
  expect(nextStep({ document: branch })).toBe('tables');
  expect(nextStep({ document: whole })).toBe('first');
});

test('a step opens when everything before it is there', () => {
  const open = (document: SettingsFile | null) => SETUP_STEPS.filter((step) => mayOpen(step, { document }));
  expect(open(null)).toEqual(['welcome', 'central']);
  expect(open(central)).toEqual(['welcome', 'central', 'branch']);
  expect(open(branch)).toEqual([...SETUP_STEPS]);
});

test('a step is done when it is written, or left behind', () => {
  const done = (at: SetupStep, document: SettingsFile | null) =>
    SETUP_STEPS.filter((step) => isDone(step, at, { document }));
  expect(done('central', null)).toEqual(['welcome']);
  expect(done('branch', central)).toEqual(['welcome', 'central']);
  // Nothing is written of all tables.
  expect(done('schedule', branch)).toEqual(['welcome', 'central', 'branch', 'tables']);
  expect(done('central', whole)).toEqual(['welcome', 'branch', 'tables', 'schedule']);
});

test('the path has two ends', () => {
  expect(stepAfter('welcome')).toBe('central');
  expect(stepAfter('first')).toBe('first');
  expect(stepBefore('welcome')).toBe('welcome');
  expect(stepBefore('first')).toBe('schedule');
});

test('the language that was chosen first is written with the first settings, and never over another', () => {
  expect(withEarlyLanguage(central, 'id').language).toBe('id');
  expect(withEarlyLanguage(central, null)).toBe(central);
  expect(withEarlyLanguage({ ...central, language: 'en' }, 'id').language).toBe('en');
});

test('set-up speaks of the batch that it started, or of what runs', () => {
  const batch = (batch_id: string, status: BatchSummary['status']) => ({ batch_id, status }) as BatchSummary;
  const old = batch('old', 'failed');
  expect(batchToShow(undefined, undefined)).toBeNull();
  expect(batchToShow(undefined, null)).toBeNull();
  // Opened again: how the last one ended.
  expect(batchToShow(old, undefined)).toBe(old);
  // Asked for a new one, which has not begun.
  expect(batchToShow(old, 'old')).toBeNull();
  const fresh = batch('new', 'completed');
  expect(batchToShow(fresh, 'old')).toBe(fresh);
  const resumed = batch('old', 'running');
  expect(batchToShow(resumed, 'old')).toBe(resumed);
});
