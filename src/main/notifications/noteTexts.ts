import type { Note } from '../../service/notify/policy.ts';
import type { TableName } from '../../shared/contract.ts';
import { formatCount, formatShortTime } from '../../shared/format.ts';
import { type Naming, namesOf, tableNames } from '../../shared/names.ts';

/** What a notification says, and which batch its click opens. */
export interface NoteTexts {
  readonly title: string;
  readonly body: string;
  readonly batchId: string | null;
}

/** In which words a notification speaks. */
export interface NoteWords extends Naming {
  /** Why a batch stopped. */
  reasonOf(batchId: string): string;
}

export function noteTexts(note: Note, now: Date, words: NoteWords): NoteTexts {
  const { t, labelOf, reasonOf } = words;
  const names = (tables: readonly TableName[]): string => tableNames(tables, words);
  const time = (at: string): string => formatShortTime(at, now, t.language);
  switch (note.kind) {
    case 'failed':
      return {
        title:
          note.total === null
            ? t('notes.failedSeveralTitle', { count: note.failed.length })
            : t('notes.failedTitle', { count: note.failed.length, total: note.total }),
        body: t('notes.failedBody', { names: names(note.failed) }),
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
        body: t('notes.failedBody', { names: names(note.failed) }),
        batchId: note.batchId,
      };
    case 'recovered':
      return {
        title: t('notes.recoveredTitle'),
        body: t('notes.recoveredBody', { time: time(note.since) }),
        batchId: null,
      };
    case 'differs':
    case 'still_differs':
      return {
        title:
          note.kind === 'differs'
            ? t('notes.differsTitle', { count: note.tables.length })
            : t('notes.stillDiffersTitle', { count: note.tables.length, time: time(note.since) }),
        body: t(note.collides ? 'notes.collidesBody' : 'notes.differsBody', { names: names(note.tables) }),
        batchId: null,
      };
    case 'equal_again':
      return {
        title: t('notes.equalAgainTitle'),
        body: t('notes.equalAgainBody', { time: time(note.since) }),
        batchId: null,
      };
    case 'differences_mended':
      return {
        title: t('notes.mendedTitle', { count: note.tables.length }),
        body: t('notes.mendedBody', { names: names(note.tables) }),
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
        title: words.several
          ? t('notes.noSuccessOfTitle', {
              hours: note.hours,
              connections: namesOf(note.connections.map(labelOf), t),
            })
          : t('notes.noSuccessTitle', { hours: note.hours }),
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
