import type { Journal } from '../core/journal/journal.ts';
import { settleCopy } from '../core/settings/settleCopy.ts';
import { FailureCode } from '../shared/errors.ts';
import type { Language } from '../shared/texts/language.ts';
import { answerCall } from './answer.ts';
import { bundleFiles, measureSizes } from './bundle.ts';
import { computerZone, journalFilter, viewBatch, viewDays } from './historyViews.ts';
import { JournalReader } from './journalReader.ts';
import { Listeners } from './live/listeners.ts';
import { Live } from './live/live.ts';
import {
  createDrafts,
  createSettings,
  readLanguage,
  readSetup,
  usableSettings,
  viewSettings,
} from './settingsViews.ts';
import { previewCron, schedulesOf, viewTables } from './tableViews.ts';
import type { Answerers, WindowApp, WindowAppHost } from './windowApp.ts';
import { createCommands } from './windowCommands.ts';

/** The window's door to the program. What each call does stands in its own file; here is who answers what. */
export function createWindowApp(host: WindowAppHost): WindowApp {
  const { folder, ports } = host;
  const { clock, logger } = ports;
  const reader = new JournalReader(folder, ports, () => live.runsHere);
  const listeners = new Listeners(logger);
  const live = new Live(host, reader, listeners);
  const language = (): Language => readLanguage(folder, host.systemLanguages).language;
  const closed = new AbortController();

  const answerers: Answerers = {
    setup: () => readSetup(host),
    live: () => live.view(),
    ...createPast(host, reader),
    ...createCommands(
      host,
      {
        refused: (refusal) => listeners.tell({ type: 'refused', refusal }),
        changed: (what) => live.changed(what),
      },
      (answer, batchId) =>
        void settleCopy(host, language(), answer, batchId === null ? undefined : copiedIn(reader, batchId)),
    ),
    ...createSettings(host, language, () => live.changed('settings')),
    ...createDrafts(folder, language, closed.signal),
    bundle: async () => {
      const settings = await viewSettings(folder, language());
      const told = { setup: readSetup(host), live: live.view(), settings, now: clock.now() };
      return reader.read((journal) =>
        bundleFiles(journal, folder, { ...told, sizes: measureSizes(journal, folder) }),
      );
    },
    setStartAtLogin: (on) => {
      host.startAtLogin?.set(on);
      return host.startAtLogin?.isOn() ?? null;
    },
    testNotification: () => host.notify?.() ?? false,
    startDemo: async () => {
      await host.startDemo?.();
      return null;
    },
  };

  return {
    answer: (call, args) => answerCall(answerers, call, args, logger),
    live: () => live.view(),
    on: (listener) => live.on(listener),
    [Symbol.dispose]: () => {
      closed.abort();
      live[Symbol.dispose]();
    },
  };
}

type Past = Pick<
  Answerers,
  'holder' | 'history' | 'days' | 'batch' | 'tables' | 'tableRuns' | 'schedules' | 'previewCron' | 'sizes'
>;

/** What the journal knows, with or without a service. */
function createPast({ folder, ports: { clock } }: WindowAppHost, reader: JournalReader): Past {
  const past = <T>(look: (journal: Journal) => T): T => reader.read(look);
  return {
    holder: () => past((journal) => reader.holder(journal)),
    history: (filter, offset, limit) =>
      past((journal) => journal.history(journalFilter(filter, computerZone()), offset, limit)),
    days: (count) => past((journal) => viewDays(journal, clock.now(), count, computerZone())),
    batch: (batchId) => past((journal) => viewBatch(journal, batchId)),
    tables: () => past((journal) => viewTables(journal, usableSettings(folder))),
    tableRuns: (connection, table, limit) => past((journal) => journal.pastRuns(connection, table, limit)),
    schedules: () => past((journal) => schedulesOf(journal, usableSettings(folder), folder, clock.now())),
    previewCron: (cron, timezone) => previewCron(cron, timezone, clock.now()),
    sizes: () => past((journal) => measureSizes(journal, folder)),
  };
}

const COPIED: ReadonlySet<string | null> = new Set<string | null>([
  FailureCode.FolderCopied,
  FailureCode.FolderPrevious,
  FailureCode.FolderCopyAtWork,
]);

/** Whether a connection is one of those that a batch did not write because of the copy. */
function copiedIn(reader: JournalReader, batchId: string): (connection: string) => boolean {
  const rows = reader.read((journal) => journal.tables(batchId));
  const copied = new Set(rows.flatMap((row) => (COPIED.has(row.error_code) ? [row.connection] : [])));
  return (connection) => copied.has(connection);
}
