import type { TableName } from '../../shared/contract.ts';
import { formatCount, formatShortTime } from '../../shared/format.ts';
import { type Naming, namesOf, tableNames } from '../../shared/naming.ts';
import { sayHookReason } from '../../shared/texts/hookText.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import type { Note } from './policy.ts';

/** A notification's text, and the batch that a click opens. */
export interface NoteTexts {
  readonly title: string;
  readonly body: string;
  readonly batchId: string | null;
}

/** What the texts of notifications need. */
export interface NoteWords extends Naming {
  /** Why a batch stopped, in words. */
  reasonOf(batchId: string): string;
  /** The connections that a note is about. */
  branchesOf(note: Note): readonly string[];
}

/** The tables that a note names. */
export function tablesOf(note: Note): readonly TableName[] {
  if ('failed' in note) return note.failed;
  return 'tables' in note ? note.tables : [];
}

/** A notification for somebody at this computer. Its title says which branch it is about. */
export function desktopTexts(note: Note, now: Date, words: NoteWords): NoteTexts {
  const texts = noteTexts(note, now, words);
  const branches = namesOf(words.branchesOf(note).map(words.labelOf), words.t);
  const isNamed = branches === '' || texts.title.includes(branches);
  return isNamed ? texts : { ...texts, title: `${branches}: ${texts.title}` };
}

export function noteTexts(note: Note, now: Date, words: NoteWords): NoteTexts {
  const { t, reasonOf } = words;
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
    case 'asking':
    case 'still_asking':
      return {
        title:
          note.kind === 'asking'
            ? t('notes.askingTitle', { count: note.failed.length })
            : t('notes.stillAskingTitle', { time: time(note.since) }),
        body: t('notes.askingBody', { names: names(note.failed) }),
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
    case 'equal_again':
    case 'differences_mended':
      return { ...differenceTexts(note, now, words), batchId: null };
    case 'hook_failed':
    case 'hook_still_failing':
      return { ...hookTexts(note, now, words), batchId: note.batchId };
    case 'hook_recovered':
      return {
        title: t('notes.hookRecoveredTitle'),
        body: t('notes.hookRecoveredBody', { hook: note.hook, time: time(note.since) }),
        batchId: null,
      };
    case 'resumed':
      return {
        title: t('notes.resumedTitle'),
        body: t('notes.resumedBody', { table: note.table, row: formatCount(note.row, t.language) }),
        batchId: note.batchId,
      };
    case 'no_success':
      return { ...noSuccessTexts(note, now, words), batchId: null };
    case 'gave_up':
      return {
        title: t('notes.gaveUpTitle'),
        body: t('notes.gaveUpBody', { attempts: note.attempts }),
        batchId: note.batchId,
      };
    case 'refused':
      return { title: t('notes.refusedTitle'), body: refusalText(note, t), batchId: null };
    case 'run_refused':
      return {
        title: t('notes.runRefusedTitle', { schedule: note.schedule }),
        body: refusalText(note, t),
        batchId: null,
      };
    case 'journal_set_aside':
      return {
        title: t('notes.journalTitle'),
        body: t('notes.journalBody', { file: note.file }),
        batchId: null,
      };
  }
}

type NoteOf<Kind extends Note['kind']> = Extract<Note, { readonly kind: Kind }>;
type Texts = Pick<NoteTexts, 'title' | 'body'>;

function differenceTexts(
  note: NoteOf<'differs' | 'still_differs' | 'equal_again' | 'differences_mended'>,
  now: Date,
  words: NoteWords,
): Texts {
  const { t } = words;
  const time = (at: string): string => formatShortTime(at, now, t.language);
  if (note.kind === 'equal_again')
    return {
      title: t('notes.equalAgainTitle'),
      body: t('notes.equalAgainBody', { time: time(note.since) }),
    };
  const count = note.tables.length;
  const names = tableNames(note.tables, words);
  if (note.kind === 'differences_mended')
    return { title: t('notes.mendedTitle', { count }), body: t('notes.mendedBody', { names }) };
  return {
    title:
      note.kind === 'differs'
        ? t('notes.differsTitle', { count })
        : t('notes.stillDiffersTitle', { count, time: time(note.since) }),
    body: t(note.collides ? 'notes.collidesBody' : 'notes.differsBody', { names }),
  };
}

function hookTexts(note: NoteOf<'hook_failed' | 'hook_still_failing'>, now: Date, { t }: NoteWords): Texts {
  const time = formatShortTime(note.since, now, t.language);
  return {
    title:
      note.kind === 'hook_failed' ? t('notes.hookFailedTitle') : t('notes.hookStillFailingTitle', { time }),
    body: t('notes.hookFailedBody', { failure: hookFailureText(note, t) }),
  };
}

/** What failed after the batch, and why, without a text of a server. */
export function hookFailureText(
  { hook, batchSucceeded, reason }: NoteOf<'hook_failed' | 'hook_still_failing'>,
  t: Translate,
): string {
  const said = { hook, reason: sayHookReason(reason, t) };
  return batchSucceeded ? t('notes.hookAfterSuccess', said) : t('notes.hookAfterFailure', said);
}

function noSuccessTexts(note: NoteOf<'no_success'>, now: Date, { t, several, labelOf }: NoteWords): Texts {
  const { hours } = note;
  const connections = namesOf(note.connections.map(labelOf), t);
  return {
    title: several
      ? t('notes.noSuccessOfTitle', { hours, connections })
      : t('notes.noSuccessTitle', { hours }),
    body: t('notes.noSuccessBody', { time: formatShortTime(note.since, now, t.language) }),
  };
}

function refusalText({ refusal }: NoteOf<'refused' | 'run_refused'>, t: Translate): string {
  const { what, next } = t.usage(refusal.code, refusal.params);
  return `${what} ${next}`;
}
