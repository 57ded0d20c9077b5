import { expect, test } from 'vitest';
import { failedRow } from '../../src/core/verify/outcome.ts';
import { PauseKeeper } from '../../src/service/pause.ts';
import { tablesToVerify } from '../../src/service/unattended.ts';
import { settingsSchema } from '../../src/shared/settings.ts';
import { VerifyResult } from '../../src/shared/verify.ts';
import {
  freshFolder,
  handClock,
  journalIn,
  planOf,
  realPorts,
  refusal,
} from '../core/journal/support/world.ts';
import { CONNECTION } from '../support/home.ts';

const START = '2026-03-02T08:00:00.000Z';
const DAY = 24 * 3600;
const endpoint = { host: 'h', database: 'd', user: 'u' };
const settings = settingsSchema.parse({ central: endpoint, connections: [{ ...endpoint, id: CONNECTION }] });

test('which tables to verify: those not verified for a week, and yesterday’s failures', () => {
  const clock = handClock(START);
  const journal = journalIn(freshFolder(), { ...realPorts, clock });
  const { batch_id: batchId } = journal.beginBatch(planOf('fine', 'broken', 'new'));
  for (const table of ['fine', 'broken'])
    journal.startTable({ batchId, connection: CONNECTION, table }, { strategy: null, estimatedRows: null });
  const due = (days: number, at = settings): readonly string[] => {
    const now = new Date(Date.parse(START) + days * DAY * 1000);
    return tablesToVerify(journal.reader, at, now).flatMap((one) => one.tables);
  };
  expect(due(6.9)).toEqual([]);
  expect(due(7.1)).toEqual(['fine', 'broken']);

  clock.pass(8 * DAY);
  const failed = (table: string) => failedRow(CONNECTION, table, clock, refusal);
  journal.recordVerification({ ...failed('fine'), result: VerifyResult.Equal, failure: null });
  journal.recordVerification(failed('broken'));
  expect(due(8.9)).toEqual([]);
  expect(due(9.1)).toEqual(['broken']);
  expect(due(15.1)).toEqual(['fine', 'broken']);

  expect(due(90, { ...settings, sync: { ...settings.sync, verifyEveryDays: 0 } })).toEqual([]);
  expect(
    due(90, { ...settings, connections: settings.connections.map((one) => ({ ...one, enabled: false })) }),
  ).toEqual([]);
});

test('what was verified while the clock was years ahead is due again, and so is what first ran then', () => {
  const clock = handClock('2036-03-02T08:00:00.000Z');
  const journal = journalIn(freshFolder(), { ...realPorts, clock });
  const { batch_id: batchId } = journal.beginBatch(planOf('verified', 'new'));
  for (const table of ['verified', 'new'])
    journal.startTable({ batchId, connection: CONNECTION, table }, { strategy: null, estimatedRows: null });
  const row = failedRow(CONNECTION, 'verified', clock, refusal);
  journal.recordVerification({ ...row, result: VerifyResult.Equal, failure: null });

  const [due] = tablesToVerify(journal.reader, settings, new Date(START));

  expect(due?.tables.toSorted()).toEqual(['new', 'verified']);
});

test('a pause that began while the clock was years ahead is over, one without an end is not', () => {
  const journal = journalIn(freshFolder());
  const pause = new PauseKeeper(journal);
  const began = new Date('2036-03-02T08:00:00.000Z');
  const now = new Date(START);

  pause.begin(began, new Date('2036-03-02T16:00:00.000Z'));
  expect(pause.isOver(began)).toBe(false);
  expect(pause.isOver(now)).toBe(true);

  pause.begin(began, null);
  expect(pause.isOver(now)).toBe(false);
});
