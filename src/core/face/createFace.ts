import type { Language } from '../../shared/texts/language.ts';
import type { Journal } from '../journal/journal.ts';
import { answerCall } from './answer.ts';
import { createCommands } from './commands.ts';
import type { Answerers, Face, FaceHost } from './face.ts';
import { journalFilter, viewBatch, viewDays } from './history.ts';
import { JournalReader } from './journalReader.ts';
import { Live } from './live/live.ts';
import { Listeners } from './live/told.ts';
import { computerZone } from './localDays.ts';
import { previewCron, schedulesOf } from './schedules.ts';
import { checkImport, exportSettings, replaceSettings, usableSettings, viewSettings } from './settings.ts';
import { readLanguage, readSetup } from './setup.ts';
import { viewTables } from './tables.ts';
import { measureSizes } from './upkeep.ts';

/** The window's door to the program. What each call does stands in its own file; here is who answers what. */
export function createFace(host: FaceHost): Face {
  const { folder, ports } = host;
  const { clock, logger } = ports;
  const reader = new JournalReader(folder, ports, () => live.runsHere);
  const listeners = new Listeners(logger);
  const live = new Live(host, reader, listeners);
  const language = (): Language => readLanguage(folder, host.systemLanguages).language;
  const past = <T>(look: (journal: Journal) => T): T => reader.read(look);

  const answerers: Answerers = {
    setup: () => readSetup(host),
    live: () => live.view(),
    holder: () => past((journal) => reader.holder(journal)),
    history: (filter, offset, limit) =>
      past((journal) => journal.history(journalFilter(filter, computerZone()), offset, limit)),
    days: (count) => past((journal) => viewDays(journal, clock.now(), count, computerZone())),
    batch: (batchId) => past((journal) => viewBatch(journal, batchId)),
    tables: () => past((journal) => viewTables(journal, usableSettings(folder))),
    tableRuns: (connection, table, limit) => past((journal) => journal.pastRuns(connection, table, limit)),
    settings: () => viewSettings(folder, language()),
    schedules: () => past((journal) => schedulesOf(journal, usableSettings(folder), folder, clock.now())),
    previewCron: (cron, timezone) => previewCron(cron, timezone, clock.now()),
    sizes: () => past((journal) => measureSizes(journal, folder)),
    ...createCommands(host, (refusal) => listeners.tell({ type: 'refused', refusal })),
    saveSettings: (document, revision) => replaceSettings(folder, document, revision, language()),
    exportSettings: () => exportSettings(folder),
    checkImport: (text) => checkImport(folder, text, language()),
    setStartAtLogin: (on) => {
      host.startAtLogin?.set(on);
      return host.startAtLogin?.isOn() ?? null;
    },
    testNotification: () => host.notify?.() ?? false,
    bundle: notYet,
    testConnection: notYet,
    discover: notYet,
    setPassword: notYet,
    startDemo: async () => {
      await host.startDemo?.();
      return null;
    },
  };

  return {
    answer: (call, args) => answerCall(answerers, call, args, logger),
    live: () => live.view(),
    on: (listener) => listeners.add(listener),
    [Symbol.dispose]: () => live[Symbol.dispose](),
  };
}

function notYet(): never {
  throw new Error('This call has nobody yet who answers it.');
}
