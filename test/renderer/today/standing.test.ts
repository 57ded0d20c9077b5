import { describe, expect, it } from 'vitest';
import { freshness, type StandingFacts, standingOf } from '../../../src/renderer/pages/today/standing.ts';
import { createFormat } from '../../../src/renderer/words/format.ts';
import type { ServiceStatus } from '../../../src/shared/service.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import type { LiveView } from '../../../src/window-api/views.ts';
import { AT_REST, attentionOf, BATCH, tablesOf } from '../support/rows.ts';

const ZONE = 'Asia/Jakarta';
const english = { t: createTranslator('en'), format: createFormat('en', ZONE) };
const indonesian = { t: createTranslator('id'), format: createFormat('id', ZONE) };

/** Monday, 09:12 in Jakarta. */
const NOW = new Date('2026-11-23T02:12:00Z');
const TODAY = '2026-11-23T01:41:00Z';
const YESTERDAY = '2026-11-22T10:05:00Z';

describe('up to when head office has everything', () => {
  it.each([
    [TODAY, 'Head office has everything up to 08:41 today'],
    [YESTERDAY, 'Head office has everything up to yesterday, 17:05'],
    ['2026-11-17T10:05:00Z', 'Head office has everything up to Tuesday, 17:05'],
    ['2026-11-16T10:05:00Z', 'Head office has everything up to 16 Nov, 17:05'],
    ['2025-11-08T01:41:00Z', 'Head office has everything up to 8 Nov 2025, 08:41'],
  ])('%s is said as %s', (upTo, sentence) => {
    expect(freshness(upTo, true, NOW, english)).toBe(sentence);
  });

  it('is a day of the branch, not of Greenwich', () => {
    // 17:30 on the 22nd in Greenwich is half an hour after midnight of the 23rd in Jakarta.
    expect(freshness('2026-11-22T17:30:00Z', true, NOW, english)).toContain('00:30 today');
    expect(freshness('2026-11-22T16:30:00Z', true, NOW, english)).toContain('yesterday, 23:30');
  });

  it('is today where the clock was set back', () => {
    expect(freshness('2026-11-24T01:00:00Z', true, NOW, english)).toContain('today');
  });

  it('tells nothing at all from not everything', () => {
    expect(freshness(null, false, NOW, english)).toBe('Nothing has been copied to head office yet');
    expect(freshness(null, true, NOW, english)).toBe('Head office does not have all tables yet');
  });

  it('is said in Indonesian with its clock and its days', () => {
    expect(freshness(TODAY, true, NOW, indonesian)).toBe(
      'Kantor pusat punya semua data sampai pukul 08.41 hari ini',
    );
    expect(freshness('2026-11-20T10:05:00Z', true, NOW, indonesian)).toContain('Jumat');
  });
});

describe('how things stand', () => {
  it('is good where today’s data is there and nothing is wrong', () => {
    expect(stand({ upTo: TODAY })).toEqual({
      tone: 'good',
      sentence: 'Head office has everything up to 08:41 today',
      detail: null,
    });
  });

  it('is quiet in the morning before the first run, and bad when nothing is going to run', () => {
    const next = { schedule: 'morning', at: '2026-11-23T03:30:00Z' };
    expect(stand({ upTo: YESTERDAY }, { next })).toMatchObject({
      tone: 'quiet',
      detail: 'Today’s data follows at 10:30.',
    });
    expect(stand({ upTo: YESTERDAY })).toMatchObject({
      tone: 'bad',
      sentence: 'Head office is missing data since yesterday, 17:05',
    });
    expect(stand({ upTo: '2026-11-19T10:05:00Z' }, { next }).tone).toBe('bad');
  });

  it('says that newer data is on its way while a batch runs', () => {
    const running = { activity: { kind: 'running', batchId: BATCH.batch_id } } as const;
    expect(stand({ upTo: YESTERDAY }, running)).toMatchObject({
      tone: 'busy',
      detail: 'The data since then is being copied now.',
    });
    expect(stand({ upTo: null }, running).detail).toBe('The first data is being copied now.');
  });

  it('names the database that is waited for, when it is tried again, and what to do', () => {
    const { tone, detail } = stand(
      { upTo: YESTERDAY },
      {
        activity: {
          kind: 'waiting_database',
          connection: 'pgsql_lmp',
          failure: {
            code: 'source_unreachable',
            kind: 'unreachable',
            message: 'connect ECONNREFUSED',
            params: { host: 'erp', port: 5432 },
          },
          since: TODAY,
          nextAttemptAt: '2026-11-23T02:15:00Z',
        },
      },
    );
    expect(tone).toBe('waiting');
    expect(detail).toContain('The database of Lampung does not answer');
    expect(detail).toContain('at 09:15');
    expect(detail).toContain('erp:5432');
  });

  it('is bad where tables failed, and only a warning where today’s data is there all the same', () => {
    const attention = [attentionOf({ failed: tablesOf('pgsql_lmp', 'c_invoice', 'm_product') })];
    expect(stand({ upTo: '2026-11-17T10:05:00Z' }, { attention })).toMatchObject({
      tone: 'bad',
      sentence: 'Head office is missing data since Tuesday, 17:05',
      detail: '2 tables could not be copied. Below you see why, and what to do.',
    });
    expect(stand({ upTo: TODAY }, { attention }).tone).toBe('warn');
  });

  it('leaves a person in peace where it comes right by itself', () => {
    const attention = [attentionOf({ retrying: tablesOf('pgsql_lmp', 'c_invoice') })];
    expect(stand({ upTo: YESTERDAY }, { attention })).toMatchObject({
      tone: 'waiting',
      detail: english.t('todayPage.state.resumes'),
    });
  });

  it('asks the person whom one branch needs, while others merely do not answer (A20)', () => {
    const waiting = {
      kind: 'waiting_database',
      connection: 'pgsql_plm',
      failure: { code: 'source_unreachable', kind: 'unreachable', message: 'no answer', params: {} },
      since: TODAY,
      nextAttemptAt: '2026-11-23T02:15:00Z',
    } as const;
    const attention = [
      attentionOf({
        failed: tablesOf('pgsql_lmp', 'c_invoice'),
        retrying: tablesOf('pgsql_plm', 'c_invoice', 'c_order'),
        resumesAlone: false,
      }),
    ];
    for (const activity of [waiting, { kind: 'idle' } as const])
      expect(stand({ upTo: YESTERDAY }, { activity, attention })).toMatchObject({
        tone: 'bad',
        detail: '1 table could not be copied. Below you see why, and what to do.',
      });
  });

  it('counts a table of one name once for each branch, also where an older batch left it (A19)', () => {
    const attention = [
      attentionOf({ retrying: tablesOf('pgsql_lmp', 'c_order') }),
      attentionOf({ failed: tablesOf('pgsql_lmp', 'c_invoice') }),
      attentionOf({ failed: tablesOf('pgsql_plm', 'c_invoice') }),
    ];
    expect(stand({ upTo: TODAY }, { attention }).detail).toContain('2 tables could not be copied');
  });

  it('is not green while head office keeps a table that the branch no longer has', () => {
    const leftBehind = [{ connection: 'pgsql_lmp', table: 'c_invoice', since: TODAY }];
    const { tone, detail } = stand({ upTo: TODAY }, { leftBehind });
    expect(tone).toBe('warn');
    expect(detail).toContain('c_invoice is no longer at the branch');
  });

  it('is not green while head office keeps rows of a connection that the settings no longer have', () => {
    const formerConnections = [{ connection: 'pgsql_old', schema: 'public', since: TODAY }];
    const { tone, detail } = stand({ upTo: TODAY }, { formerConnections });
    expect(tone).toBe('warn');
    expect(detail).toContain('pgsql_old (public)');
  });

  it('is not green while tables are to be compared since the journal was lost', () => {
    expect(stand({ upTo: TODAY }, { compareDue: ['pgsql_lmp'] })).toEqual({
      tone: 'warn',
      sentence: 'Branch and head office have to be compared',
      detail: english.t('todayPage.state.compareDue', { connections: 'Lampung' }),
    });
  });

  it('is not green while an enabled branch was never copied (A18)', () => {
    const status = { neverCopied: ['pgsql_plm'], connections: 2 };
    expect(stand({ upTo: null }, status)).toEqual({
      tone: 'warn',
      sentence: 'Palembang has not been copied to head office yet',
      detail: english.t('todayPage.state.neverCopied'),
    });
    const attention = [attentionOf({ retrying: tablesOf('pgsql_lmp', 'c_order') })];
    expect(stand({ upTo: null }, { ...status, attention }).tone).toBe('warn');
    const running = { kind: 'running', batchId: BATCH.batch_id } as const;
    expect(stand({ upTo: null }, { ...status, activity: running })).toMatchObject({
      tone: 'busy',
      sentence: 'Palembang has not been copied to head office yet',
    });
    // Nothing was copied at all: a new installation.
    expect(stand({ upTo: null }, { neverCopied: ['pgsql_lmp', 'pgsql_plm'], connections: 2 }).tone).toBe(
      'quiet',
    );
  });

  it('is not green, and does not say that head office has everything, while a table is known to differ (A10)', () => {
    const found = { connection: 'pgsql_lmp', table: 'c_invoice', since: YESTERDAY, failure: null };
    const differing = [{ ...found, collides: false }];
    expect(stand({ upTo: TODAY }, { differing })).toEqual({
      tone: 'warn',
      sentence: '1 table at head office is not as at the branch',
      detail: english.t('todayPage.state.differs'),
    });
    // A repair would overwrite the other branch.
    expect(stand({ upTo: TODAY }, { differing: [{ ...found, collides: true }] })).toEqual({
      tone: 'warn',
      sentence: '1 table at head office is not as at the branch',
      detail: english.t('todayPage.state.collide'),
    });
  });

  it('says until when it is paused, but failures come first', () => {
    const pause = { since: TODAY, until: '2026-11-23T23:00:00Z' };
    expect(stand({ upTo: TODAY }, { pause })).toMatchObject({
      tone: 'paused',
      detail: 'Paused: nothing runs by itself until tomorrow at 06:00.',
    });
    const later = { since: TODAY, until: '2026-11-24T23:00:00Z' };
    expect(stand({ upTo: TODAY }, { pause: later }).detail).toContain('until 25 Nov, 06:00.');
    const attention = [attentionOf({ openTables: 3 })];
    expect(stand({ upTo: TODAY }, { pause, attention }).tone).toBe('warn');
  });

  it('speaks of wrong settings before what comes right by itself', () => {
    const attention = [attentionOf({ retrying: tablesOf('pgsql_lmp', 'c_invoice') })];
    expect(stand({ upTo: YESTERDAY }, { attention }, { settingsWrong: true })).toMatchObject({
      tone: 'bad',
      detail: english.t('todayPage.state.settings'),
    });
    // Without settings nobody knows whose data counts.
    expect(stand({ upTo: null }, {}, { settingsWrong: true }).sentence).toBe(
      english.t('todayPage.fresh.unknown'),
    );
  });

  it('is as it was while nobody answers, whatever was going on', () => {
    const running = { activity: { kind: 'running', batchId: BATCH.batch_id } } as const;
    expect(stand({ upTo: TODAY }, running, { linkLoss: 'unreachable' })).toEqual({
      tone: 'quiet',
      sentence: 'Head office has everything up to 08:41 today',
      detail: english.t('todayPage.state.linkLost'),
    });
  });

  it('says why it is as it was, and that something was left', () => {
    expect(stand({ upTo: TODAY }, {}, { linkLoss: 'signed_out' }).detail).toBe(
      english.t('todayPage.state.signedOut'),
    );
    const open = { attention: [attentionOf({ retrying: tablesOf('pgsql_lmp', 'a') })] };
    expect(stand({ upTo: TODAY }, open, { linkLoss: 'unreachable' }).detail).toBe(
      english.t('todayPage.state.linkLostOpen'),
    );
  });

  it('speaks of nothing but setting up before that is done', () => {
    expect(stand({ upTo: TODAY }, {}, { notSetUp: true })).toMatchObject({
      tone: 'quiet',
      sentence: 'Nothing has been copied to head office yet',
    });
  });
});

const LABELS: Readonly<Record<string, string>> = { pgsql_lmp: 'Lampung', pgsql_plm: 'Palembang' };

function stand(
  live: Partial<LiveView>,
  status: Partial<ServiceStatus> = {},
  more: Partial<StandingFacts> = {},
): ReturnType<typeof standingOf> {
  const facts = {
    live: { ...AT_REST, ...live, status: { ...AT_REST.status, ...status } },
    notSetUp: false,
    settingsWrong: false,
    linkLoss: null,
    hasHistory: true,
    now: NOW,
    labelOf: (id: string) => LABELS[id] ?? id,
    ...more,
  };
  return standingOf(facts, english);
}

describe('today’s data, except what failed', () => {
  const failing = attentionOf({ failed: tablesOf('pgsql_lmp', 'a', 'b') });

  it('names how many tables it lacks, and needs attention instead of being behind', () => {
    const live = { upTo: YESTERDAY, upToOthers: TODAY };
    const status = { attention: [failing] };
    expect(stand(live, status)).toMatchObject({
      tone: 'warn',
      sentence: 'Head office has today’s data, except 2 tables',
    });
    expect(stand({ ...live, upTo: null }, status)).toMatchObject({
      sentence: 'Head office has today’s data, except 2 tables',
    });
  });

  it('names the branches it lacks, if there are several', () => {
    const live = { upTo: YESTERDAY, upToOthers: TODAY };
    expect(stand(live, { attention: [failing], connections: 3 }).sentence).toMatch(
      /^Head office has today’s data, except from /,
    );
  });

  it('is not said if the others are old as well: then it is missing data, whatever else differs', () => {
    const differing = [{ connection: 'pgsql_lmp', table: 'c', since: TODAY, collides: false, failure: null }];
    const live = { upTo: YESTERDAY, upToOthers: YESTERDAY };
    expect(stand(live, { attention: [failing], differing })).toMatchObject({
      tone: 'bad',
      sentence: 'Head office is missing data since yesterday, 17:05',
    });
  });
});
