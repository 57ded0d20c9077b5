import type { ReadableJournal } from '../core/journal/journal.ts';
import { settleCopy } from '../core/settings/settleCopy.ts';
import { tableKey } from '../shared/contract.ts';
import { FailureCode } from '../shared/errors.ts';
import { compareNames, matchesTable, modelName } from '../shared/naming.ts';
import type { ConnectionSettings, Settings } from '../shared/settings.ts';
import type { Language } from '../shared/texts/language.ts';
import type { TableState } from '../window-api/views.ts';
import { createBranchImports } from './branchImports.ts';
import { viewBranches } from './branchViews.ts';
import { bundleFiles, measureSizes } from './bundle.ts';
import { createDisk } from './diskCommands.ts';
import { computerZone, journalFilter, viewBatch, viewDays, viewPeriod } from './historyViews.ts';
import { JournalReader } from './journalReader.ts';
import { Listeners } from './live/listeners.ts';
import { Live } from './live/live.ts';
import { TestReports } from './live/testReports.ts';
import { createChannels } from './notifyChannels.ts';
import { previewPlan, schedulesOf, viewWeek } from './scheduleViews.ts';
import {
  createDrafts,
  createSettings,
  readLanguage,
  readSetup,
  usableSettings,
  viewSettings,
} from './settingsViews.ts';
import { viewToday } from './todayView.ts';
import { type Answerers, otherWindow, type WindowApp, type WindowAppHost } from './windowApp.ts';
import { answerCall, createCommands, type Told } from './windowCommands.ts';

/** Builds the window's interface to the program: maps each call to the function that answers it. */
export function createWindowApp(host: WindowAppHost): WindowApp {
  const { folder, ports } = host;
  const { clock, logger } = ports;
  const reader = new JournalReader(folder, ports, () => live.runsHere);
  const listeners = new Listeners(logger);
  const live = new Live(host, reader, listeners);
  const reports = new TestReports(listeners, clock);
  const language = (): Language => readLanguage(folder, host.systemLanguages).language;
  const closed = new AbortController();
  const told: Told = {
    refused: (refusal) => listeners.tell({ type: 'refused', refusal }),
    changed: (what) => live.changed(what),
  };

  const answerers: Answerers = {
    setup: () => readSetup(host),
    live: () => live.view(),
    ...createPast(host, reader),
    ...createDisk(host, reader, told),
    ...createCommands(
      host,
      told,
      (answer, batchId) =>
        void settleCopy(host, language(), answer, batchId === null ? undefined : copiedIn(reader, batchId)),
    ),
    ...createSettings(host, language, () => live.changed('settings')),
    ...createDrafts(host, language, closed.signal, reports),
    ...createBranchImports(host, language, closed.signal, reports, () => live.changed('settings')),
    ...createChannels(host, language, closed.signal),
    bundle: async () => {
      // With the addresses that the window is not told, so that they are found in the logs and removed.
      const settings = { ...(await viewSettings(folder, language())), effective: usableSettings(folder) };
      const told = { setup: readSetup(host), live: live.view(), settings, now: clock.now() };
      return reader.read((journal) =>
        bundleFiles(journal, folder, { ...told, sizes: measureSizes(journal, folder) }),
      );
    },
    fleet: otherWindow,
    fleetDays: otherWindow,
    fleetBranch: otherWindow,
    fleetBatch: otherWindow,
    doctor: async ({ quick }) => {
      // Rarely used, so loaded when somebody asks for it.
      const { examine } = await import('../core/doctor/doctor.ts');
      return examine({ folder, ports, quick, language: language(), stop: closed.signal });
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
      reports[Symbol.dispose]();
    },
  };
}

type Past = Pick<
  Answerers,
  | 'holder'
  | 'today'
  | 'history'
  | 'days'
  | 'period'
  | 'batch'
  | 'tables'
  | 'branches'
  | 'tableRuns'
  | 'recentRuns'
  | 'traffic'
  | 'tableTraffic'
  | 'schedules'
  | 'scheduleWeek'
  | 'previewPlan'
  | 'sizes'
>;

/** Calls answered from the journal alone, with or without a running service. */
function createPast({ folder, ports: { clock } }: WindowAppHost, reader: JournalReader): Past {
  const past = <T>(look: (journal: ReadableJournal) => T): T => reader.read(look);
  return {
    holder: () => past((journal) => reader.holder(journal)),
    today: () => past((journal) => viewToday(journal, usableSettings(folder), clock.now(), computerZone())),
    history: (filter, offset, limit) =>
      past((journal) => journal.history(journalFilter(filter, computerZone()), offset, limit)),
    days: (count) => past((journal) => viewDays(journal, clock.now(), count, computerZone())),
    period: (first, last) => past((journal) => viewPeriod(journal, first, last, computerZone())),
    batch: (batchId) => past((journal) => viewBatch(journal, batchId)),
    tables: () => past((journal) => viewTables(journal, usableSettings(folder))),
    branches: () =>
      past((journal) => {
        const settings = usableSettings(folder);
        const now = clock.now();
        return viewBranches(journal, settings, schedulesOf(journal, settings, folder, now), now);
      }),
    traffic: (limit) => past((journal) => journal.trafficMonths(limit)),
    tableTraffic: (connection, table, limit) =>
      past((journal) => journal.trafficMonths(limit, { connection, table })),
    tableRuns: (connection, table, limit) => past((journal) => journal.pastRuns(connection, table, limit)),
    recentRuns: (tables, limit) =>
      past((journal) => tables.map(({ connection, table }) => journal.endedRuns(connection, table, limit))),
    schedules: () => past((journal) => schedulesOf(journal, usableSettings(folder), folder, clock.now())),
    scheduleWeek: () => past((journal) => viewWeek(journal, usableSettings(folder), folder, clock.now())),
    previewPlan: (plan) => past((journal) => previewPlan(journal, plan, folder, clock.now())),
    sizes: () => past((journal) => measureSizes(journal, folder)),
  };
}

const COPIED: ReadonlySet<string | null> = new Set<string | null>([
  FailureCode.FolderCopied,
  FailureCode.FolderPrevious,
  FailureCode.FolderCopyAtWork,
]);

/** Whether a connection is one that the batch did not write because the data folder was copied. */
function copiedIn(reader: JournalReader, batchId: string): (connection: string) => boolean {
  const rows = reader.read((journal) => journal.tables(batchId));
  const copied = new Set(rows.flatMap((row) => (COPIED.has(row.error_code) ? [row.connection] : [])));
  return (connection) => copied.has(connection);
}

/**
 * The state of every table that has run or that the settings name, sorted by connection and name.
 *
 * @param settings null if they cannot be used: no table counts as selected then
 */
function viewTables(journal: ReadableJournal, settings: Settings | null): readonly TableState[] {
  const past = new Map(journal.tablesPast().map((one) => [tableKey(one.connection, one.table), one]));
  const alone = new Map(
    journal.successesAlone().map((one) => [tableKey(one.connection, one.table), { batchId: null, ...one }]),
  );
  const verified = new Map(
    journal.verifications().map((row) => [tableKey(row.connection, row.table_name), row]),
  );
  const connections = new Map(settings?.connections.map((one) => [one.id, one]));
  const named = [...connections.values()].flatMap((one) =>
    namedTables(one).map((table) => ({ connection: one.id, table })),
  );
  const all = new Map([...named, ...past.values()].map((one) => [tableKey(one.connection, one.table), one]));
  return [...all]
    .sort(([, a], [, b]) => compareNames(a.connection, b.connection) || compareNames(a.table, b.table))
    .map(([key, { connection, table }]): TableState => {
      const known = past.get(key);
      return {
        connection,
        label: connections.get(connection)?.label || connection,
        table,
        model: known?.model ?? modelName(table),
        ...choiceOf(connections.get(connection), table),
        last: known?.last ?? null,
        now: known?.now ?? null,
        success: latest(known?.success ?? null, alone.get(key) ?? null),
        verified: verified.get(key) ?? null,
      };
    });
}

type Success = NonNullable<TableState['success']>;

function latest(inBatch: Success | null, alone: Success | null): Success | null {
  if (alone === null || (inBatch !== null && inBatch.endedAt >= alone.endedAt)) return inBatch;
  const { batchId, endedAt, snapshotAt } = alone;
  return { batchId, endedAt, snapshotAt };
}

type Entry = ConnectionSettings['tables'][number];

function nameOf(entry: Entry): string {
  return typeof entry === 'string' ? entry : entry.name;
}

/**
 * Tables that the settings list by their own name. Model names are left out: which table they mean is known
 * only after it has run.
 */
function namedTables({ tables }: ConnectionSettings): readonly string[] {
  return tables.map(nameOf).filter((name) => !name.includes('*') && name === name.toLowerCase());
}

/** What the settings say about a table. As in the engine, the last matching entry counts. */
function choiceOf(
  connection: ConnectionSettings | undefined,
  table: string,
): Pick<TableState, 'selected' | 'chosenStrategy'> {
  const entry = connection?.tables.findLast((one) => matchesTable(nameOf(one), table));
  const excluded = connection?.exclude.some((one) => matchesTable(one, table)) ?? false;
  return {
    selected: connection?.enabled === true && entry !== undefined && !excluded,
    chosenStrategy: entry === undefined || typeof entry === 'string' ? 'auto' : entry.strategy,
  };
}
