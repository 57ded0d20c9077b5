import type { WritableJournal } from '../../core/journal/journal.ts';
import type { WorkSince } from '../../core/journal/workSince.ts';
import { knownFleet, spreadSeconds } from '../../core/schedule/fleetSpread.ts';
import { previousRun } from '../../core/schedule/nextRuns.ts';
import { upToOf } from '../../core/standing/standing.ts';
import { pressingOf } from '../../shared/concerns.ts';
import type { TableName } from '../../shared/contract.ts';
import type { ServiceStatus } from '../../shared/service.ts';
import type { Settings } from '../../shared/settings.ts';
import { nextPlanned, scheduleHistory } from '../tasks.ts';

/** How one connection stands, for the digest. Times are ISO 8601 in UTC. */
export interface DigestBranch {
  readonly connection: string;
  /** Head office has all of its data up to then; null if a table was never copied. */
  readonly upTo: string | null;
  /** It has no data of the last planned run, or none for too long. */
  readonly late: boolean;
  /** No table was ever copied. */
  readonly neverCopied: boolean;
  readonly work: WorkSince;
  /** Failed tables that need a person. */
  readonly failed: readonly TableName[];
  /** Failed tables that are tried again by themselves. */
  readonly retrying: readonly TableName[];
  readonly differing: readonly TableName[];
  readonly leftBehind: readonly TableName[];
  /** A batch stopped before its end, and nothing resumes it. */
  readonly stopped: boolean;
  /** Differences were lost with the journal, and nothing has been compared since. */
  readonly compareDue: boolean;
  /** Null if no run is planned, or a pause skips it. */
  readonly nextRun: string | null;
}

/** A hook, and since when it fails. */
export interface FailingHook {
  readonly hook: string;
  readonly since: string;
}

/** What a digest tells, of the whole installation. */
export interface DigestFacts {
  /** From when on batches are counted. */
  readonly since: string;
  /** In the settings' order. */
  readonly branches: readonly DigestBranch[];
  /** The settings file has an error, and the settings of before are in force. */
  readonly settingsRefused: boolean;
  readonly pause: ServiceStatus['pause'];
  readonly formerConnections: readonly string[];
  /** What runs after a batch and failed the last time; the tables themselves are copied. */
  readonly failingHooks: readonly FailingHook[];
}

export interface DigestBase {
  readonly journal: WritableJournal;
  readonly settings: Settings;
  readonly installationId: string;
  readonly status: ServiceStatus;
  readonly now: Date;
}

/** A run may take that long until its data counts as late. */
const RUN_MS = 60 * 60_000;
const HOUR_MS = 60 * 60_000;

export function digestFacts(base: DigestBase, since: Date): DigestFacts {
  const { settings, status } = base;
  return {
    since: since.toISOString(),
    branches: settings.connections
      .filter((one) => one.enabled)
      .map((one) => branchOf(base, one.id, since.toISOString())),
    settingsRefused: status.refusal !== null,
    pause: status.pause,
    formerConnections: status.formerConnections.map((one) => one.connection),
    failingHooks: status.hooks.flatMap(({ hook, failing }) =>
      failing === null ? [] : [{ hook, since: failing.since }],
    ),
  };
}

/** Whether head office has all of a branch, as it is at the branch. */
export function isUpToDate(branch: DigestBranch): boolean {
  const { upTo, late, failed, retrying, differing, stopped } = branch;
  return upTo !== null && !late && !stopped && [failed, retrying, differing].every((one) => one.length === 0);
}

function branchOf(base: DigestBase, connection: string, since: string): DigestBranch {
  const { journal, settings, installationId, status, now } = base;
  const only = { ...settings, connections: settings.connections.filter((one) => one.id === connection) };
  const upTo = upToOf(journal.reader, only);
  const isOwn = (one: { readonly connection: string }): boolean => one.connection === connection;
  const planned = settings.schedules.filter((one) => namesConnection(one.connections, connection));
  const next = nextPlanned({ ...settings, schedules: planned }, installationId, now, knownFleet(journal));
  const stopped = pressingOf(status).some(
    ({ failed, batch }) => failed.length === 0 && batch.options.connections.includes(connection),
  );
  return {
    connection,
    upTo,
    late: upTo !== null && isLate(base, planned, upTo),
    neverCopied: status.neverCopied.includes(connection),
    work: journal.workSince(connection, since),
    failed: status.attention.flatMap((one) => one.failed).filter(isOwn),
    retrying: status.attention.flatMap((one) => one.retrying).filter(isOwn),
    differing: status.differing.filter(isOwn).map(nameOf),
    leftBehind: status.leftBehind.filter(isOwn).map(nameOf),
    stopped,
    compareDue: status.compareDue.includes(connection),
    nextRun: next === null || skippedBy(status.pause, next.at) ? null : next.at,
  };
}

function nameOf({ connection, table }: TableName): TableName {
  return { connection, table };
}

function namesConnection(connections: readonly string[], connection: string): boolean {
  return connections.includes('*') || connections.includes(connection);
}

function skippedBy(pause: ServiceStatus['pause'], at: string): boolean {
  return pause !== null && (pause.until === null || at < pause.until);
}

/** A plan that was changed since its last time has missed nothing. */
function isLate(
  { journal, settings, now }: DigestBase,
  planned: Settings['schedules'],
  upTo: string,
): boolean {
  const { noSuccessHours } = settings.notifications;
  const age = now.getTime() - Date.parse(upTo);
  if (noSuccessHours > 0 && age >= noSuccessHours * HOUR_MS) return true;
  return planned.some((schedule) => {
    if (!schedule.enabled || !schedule.tables.includes('*')) return false;
    const spread = spreadSeconds(schedule.jitterSeconds, knownFleet(journal));
    const due = previousRun(schedule, new Date(now.getTime() - RUN_MS - spread * 1000));
    if (due === null || due < scheduleHistory(journal, schedule).firstSeenAt) return false;
    return Date.parse(upTo) < due.getTime();
  });
}
