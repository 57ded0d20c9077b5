import type { DoctorCheck, DoctorReport, DoctorRequest, Finding } from '../../shared/doctor.ts';
import { COMPUTER_CHECKS, SERVER_CHECKS, worstState } from '../../shared/doctor.ts';
import { UsageError } from '../../shared/errors.ts';
import type { ConnectionSettings, Settings } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import type { Ports } from '../ports.ts';
import type { CheckedDraft } from '../probe/draft.ts';
import { loadSettings } from '../settings/load.ts';
import { VERSION } from '../version.ts';
import { checked, done, type Examined, failed, within } from './checking.ts';
import { keychainCheck, programCheck, schedulesCheck, settingsCheck, timeZoneCheck } from './computer.ts';
import { dataFolderCheck, diskCheck, logsCheck, tempCheck } from './folders.ts';
import { journalCheck, leaseCheck, lookAtJournal, serviceCheck } from './journalChecks.ts';
import { type Machine, thisMachine } from './machine.ts';
import { type Measuring, serverChecks } from './serverChecks.ts';
import { sleepCheck } from './sleep.ts';
import { tableRightsFinding } from './tableRights.ts';

/** What the doctor examines, and how. */
export interface DoctorSetup extends DoctorRequest {
  /** The user-data folder; it needs neither settings nor to exist. */
  readonly folder: string;
  readonly ports: Ports;
  /** In which problems of the settings are described. */
  readonly language?: Language;
  readonly machine?: Machine;
  /** Aborted when nobody waits for the report any more. */
  readonly stop?: AbortSignal;
}

/**
 * Checks this computer and all databases of the settings, and says what would keep Branchline from working. It needs no
 * engine, because it must work where none can be opened: without settings, or with a damaged journal. It changes
 * nothing: what it tries to write, it removes or rolls back.
 *
 * The checks run side by side, each within its own time limit, so that a dead server does not hide the others.
 *
 * @throws the reason of `stop`
 */
export async function examine({
  folder,
  ports,
  quick,
  language = 'en',
  machine = thisMachine(),
  stop = new AbortController().signal,
}: DoctorSetup): Promise<DoctorReport> {
  const at = ports.clock.now().toISOString();
  const { settings, problem } = readSettings(folder, language);
  const examined: Examined = { folder, settings, ports, machine, stop };
  const measuring = quick ? null : oneAtATime();
  const [computer, servers] = await Promise.all([
    computerChecks(examined, problem),
    settings === null ? [] : databaseChecks(examined, settings, measuring),
  ]);
  stop.throwIfAborted();
  const checks = [...computer, ...servers];
  return {
    at,
    version: VERSION,
    state: worstState(checks.map((one) => one.state)),
    checks,
    labels: Object.fromEntries((settings?.connections ?? []).map((one) => [one.id, one.label || one.id])),
  };
}

function readSettings(
  folder: string,
  language: Language,
): { readonly settings: Settings | null; readonly problem: Finding | null } {
  try {
    return { settings: loadSettings(folder, language), problem: null };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { settings: null, problem: { kind: 'usage', code: error.code, params: error.params } };
  }
}

async function computerChecks(examined: Examined, problem: Finding | null): Promise<readonly DoctorCheck[]> {
  const { settings } = examined;
  const look = lookAtJournal(examined);
  look.catch(() => {});
  const on = (check: (typeof COMPUTER_CHECKS)[number], work: () => Finding | Promise<Finding>) =>
    checked(examined, check, null, work);
  const found = await Promise.all([
    on('settings', () => problem ?? settingsCheck(examined)),
    on('program', () => programCheck(examined)),
    on('service', () => serviceCheck(examined)),
    ...(settings === null ? [] : [on('schedules', () => schedulesCheck(examined))]),
    on('data_folder', () => dataFolderCheck(examined)),
    on('disk', () => diskCheck(examined)),
    on('temp', () => tempCheck(examined)),
    on('logs', () => logsCheck(examined)),
    on('journal', async () => journalCheck(await look)),
    on('lease', async () => {
      // Without a sound journal the lease can still be looked at, but not who holds it.
      const seen = await look.catch(() => null);
      return leaseCheck(examined, seen?.kind === 'sound' ? seen.holder : null);
    }),
    on('keychain', () => keychainCheck(examined)),
    on('time_zone', () => timeZoneCheck(examined)),
    on('sleep', () => sleepCheck(examined)),
  ]);
  return found;
}

/** Servers that are examined at the same time. */
const SIDE_BY_SIDE = 4;

async function databaseChecks(
  examined: Examined,
  settings: Settings,
  measuring: Measuring,
): Promise<readonly DoctorCheck[]> {
  const enabled = settings.connections.filter((one) => one.enabled);
  const drafts: readonly CheckedDraft[] = [
    { kind: 'central', central: settings.central },
    ...enabled.map((connection) => ({ kind: 'source', connection }) as const),
  ];
  const found = await inOrder(drafts, SIDE_BY_SIDE, (draft) => serverChecks(examined, draft, measuring));
  const checks = found.flat();
  const isOk = (subject: string): boolean =>
    checks.some((one) => one.subject === subject && one.check === 'rights' && one.state !== 'problem');
  const readable = enabled.filter((one) => isOk(one.id));
  const lacking = isOk('central') ? await lackingRights(examined, settings, readable) : null;
  const all = lacking === null ? checks : checks.map((one) => (isCentralRights(one) ? lacking : one));
  return all.toSorted((a, b) => subjectOrder(a, drafts) - subjectOrder(b, drafts) || orderOf(a) - orderOf(b));
}

const RIGHTS_MS = 60_000;

async function lackingRights(
  examined: Examined,
  settings: Settings,
  readable: readonly ConnectionSettings[],
): Promise<DoctorCheck | null> {
  try {
    const lacking = await within(RIGHTS_MS, examined.stop, (ended) =>
      tableRightsFinding(examined, settings, readable, ended),
    );
    return lacking === null ? null : done('rights', 'central', lacking);
  } catch (error) {
    return done('rights', 'central', failed(error, 'rights', examined));
  }
}

function isCentralRights({ subject, check }: DoctorCheck): boolean {
  return subject === 'central' && check === 'rights';
}

function subjectOrder({ subject }: DoctorCheck, drafts: readonly CheckedDraft[]): number {
  return drafts.findIndex((one) => (one.kind === 'central' ? 'central' : one.connection.id) === subject);
}

function orderOf({ check }: DoctorCheck): number {
  return [...COMPUTER_CHECKS, ...SERVER_CHECKS].indexOf(check);
}

/** Maps with a few workers at a time, and returns the results in the order of the items. */
async function inOrder<T, R>(
  items: readonly T[],
  workers: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(workers, items.length) }, worker));
  return results;
}

function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}
