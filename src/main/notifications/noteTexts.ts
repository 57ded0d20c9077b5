import type { Note } from '../../core/notify/policy.ts';
import { formatCount, formatShortTime } from '../../shared/format.ts';
import { namesOf } from '../../shared/names.ts';
import type { Translate } from '../../shared/texts/translate.ts';

/** What a notification says, and which batch its click opens. */
export interface NoteTexts {
  readonly title: string;
  readonly body: string;
  readonly batchId: string | null;
}

/** @param reasonOf why a batch stopped, in words */
export function noteTexts(
  note: Note,
  t: Translate,
  now: Date,
  reasonOf: (batchId: string) => string,
): NoteTexts {
  const time = (at: string): string => formatShortTime(at, now, t.language);
  switch (note.kind) {
    case 'failed':
      return {
        title: t('notes.failedTitle', { count: note.failed.length, total: note.total }),
        body: t('notes.failedBody', { names: namesOf(note.failed, t) }),
        batchId: note.batchId,
      };
    case 'interrupted':
      return {
        title: t('notes.interruptedTitle'),
        body: t('notes.interruptedBody', { reason: reasonOf(note.batchId) }),
        batchId: note.batchId,
      };
    case 'still_failing':
      return {
        title: t('notes.stillTitle', { time: time(note.since) }),
        body: t('notes.failedBody', { names: namesOf(note.failed, t) }),
        batchId: note.batchId,
      };
    case 'recovered':
      return {
        title: t('notes.recoveredTitle'),
        body: t('notes.recoveredBody', { time: time(note.since) }),
        batchId: null,
      };
    case 'resumed':
      return {
        title: t('notes.resumedTitle'),
        body: t('notes.resumedBody', { table: note.table, row: formatCount(note.row, t.language) }),
        batchId: note.batchId,
      };
    case 'no_success':
      return {
        title: t('notes.noSuccessTitle', { hours: note.hours }),
        body: t('notes.noSuccessBody', { time: time(note.since) }),
        batchId: null,
      };
    case 'gave_up':
      return {
        title: t('notes.gaveUpTitle'),
        body: t('notes.gaveUpBody', { attempts: note.attempts }),
        batchId: note.batchId,
      };
    case 'refused': {
      const { what, next } = t.usage(note.refusal.code, note.refusal.params);
      return { title: t('notes.refusedTitle'), body: `${what} ${next}`, batchId: null };
    }
    case 'run_refused': {
      const { what, next } = t.usage(note.refusal.code, note.refusal.params);
      return {
        title: t('notes.runRefusedTitle', { schedule: note.schedule }),
        body: `${what} ${next}`,
        batchId: null,
      };
    }
    case 'journal_set_aside':
      return {
        title: t('notes.journalTitle'),
        body: t('notes.journalBody', { file: note.file }),
        batchId: null,
      };
  }
}
