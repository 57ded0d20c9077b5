import { randomUUID } from 'node:crypto';
import os from 'node:os';
import type { Message } from '../../core/notify/message.ts';
import { formatShortTime } from '../../shared/format.ts';
import { namesOf, tableNames } from '../../shared/naming.ts';
import type { NotifyEvent } from '../../shared/notifyNames.ts';
import { assertNever } from '../../shared/status.ts';
import { visible, visibleLines } from '../../shared/visible.ts';
import { hookFailureText, type NoteWords, noteTexts, tablesOf } from './noteTexts.ts';
import type { Note } from './policy.ts';

/** Tables that a message names; its text says how many there are. */
const TABLES_NAMED = 100;

/** A note for people elsewhere. They have nothing to click, and need to be told which branch it is about. */
export function outsideMessage(note: Note, now: Date, words: NoteWords): Message {
  const named: NoteWords = { ...words, several: true };
  const { title, body, batchId } = noteTexts(note, now, named);
  const tables = tablesOf(note);
  return {
    id: randomUUID(),
    kind: note.kind,
    level: levelOf(note),
    at: now.toISOString(),
    title: visible(title),
    body: visibleLines(bodyOf(note, body, now, named)),
    language: words.t.language,
    computer: visible(os.hostname()),
    batchId,
    branches: words.branchesOf(note).map((connection) => ({
      connection,
      label: visible(words.labelOf(connection)),
    })),
    tables: tables.slice(0, TABLES_NAMED).map(({ connection, table, allTables }) => ({
      connection,
      table: allTables ? '*' : visible(table),
    })),
  };
}

/** The text where that of the desktop says "click". */
function bodyOf(note: Note, body: string, now: Date, words: NoteWords): string {
  const { t } = words;
  switch (note.kind) {
    case 'failed':
    case 'still_failing':
      return t('delivery.body.failed', { names: tableNames(note.failed, words) });
    case 'asking':
    case 'still_asking':
      return t('delivery.body.asking', { names: tableNames(note.failed, words) });
    case 'interrupted':
      return t('delivery.body.interrupted', { reason: words.reasonOf(note.batchId) });
    case 'differs':
    case 'still_differs': {
      const names = tableNames(note.tables, words);
      return t(note.collides ? 'delivery.body.collides' : 'delivery.body.differs', { names });
    }
    case 'hook_failed':
    case 'hook_still_failing':
      return t('delivery.body.hookFailed', { failure: hookFailureText(note, t) });
    case 'no_success':
      return t('delivery.body.noSuccess', {
        time: formatShortTime(note.since, now, t.language),
        connections: namesOf(note.connections.map(words.labelOf), t),
      });
    default:
      return body;
  }
}

/** Which of a channel's events a note belongs to. */
export function eventOf({ kind }: Note): NotifyEvent {
  switch (kind) {
    case 'failed':
    case 'still_failing':
    case 'journal_set_aside':
    case 'hook_failed':
    case 'hook_still_failing':
      return 'failure';
    case 'recovered':
    case 'equal_again':
    case 'hook_recovered':
    case 'resumed':
    case 'differences_mended':
      return 'recovery';
    case 'differs':
    case 'still_differs':
      return 'differs';
    case 'asking':
    case 'still_asking':
    case 'interrupted':
    case 'gave_up':
    case 'refused':
    case 'run_refused':
      return 'question';
    case 'no_success':
      return 'no_success';
    default:
      return assertNever(kind);
  }
}

function levelOf({ kind }: Note): Message['level'] {
  switch (kind) {
    case 'recovered':
    case 'equal_again':
    case 'hook_recovered':
      return 'recovered';
    case 'resumed':
    case 'differences_mended':
      return 'information';
    default:
      return 'problem';
  }
}
