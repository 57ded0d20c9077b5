import type { ConnectionSettings, Settings } from '../../shared/settings.ts';
import type { ExportFile } from '../disk/exportFile.ts';
import type { RunControl } from '../engineApi.ts';
import type { FactsBase } from '../headOffice/branchFacts.ts';
import type { WritableJournal } from '../journal/journal.ts';
import { parseHours, Throttle } from '../load/throttle.ts';
import type { Ports } from '../ports.ts';
import { openLink } from '../postgres/link.ts';
import { DEFAULT_TIMEOUTS, type SessionOptions, type Timeouts } from '../postgres/session.ts';
import type { SourceOptions } from '../source/openSource.ts';
import { DEFAULT_RETRY, type RetryPolicy, retryDelay } from '../table/retry.ts';
import type { BranchFacts } from '../target/headOfficeReport.ts';
import { applicationName, type Installation } from '../target/ownership.ts';
import { PARALLEL_CONNECTIONS, type RunContext } from './connectionRun.ts';
import { journalMemory, journalServerRuns } from './journalMemory.ts';
import type { Emit } from './recorder.ts';
import { RunTraffic } from './runTraffic.ts';
import { planSource, type SourcePlan } from './sourcePlan.ts';
import type { SpareLinks } from './spareLinks.ts';

/**
 * What an engine gives to each of its runs. A run takes it once, at its start, so new settings take effect with the next
 * run.
 */
export interface EngineBase {
  readonly ports: Ports;
  /** The user-data folder. */
  readonly folder: string;
  readonly settings: Settings;
  readonly journal: WritableJournal;
  readonly installation: Installation;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  readonly emit: Emit;
  /** Counts what one run sends to central; null outside runs. */
  readonly traffic: RunTraffic | null;
  /** What head office is told of a connection; see headOffice/branchFacts.ts. */
  readonly branchFacts: (base: FactsBase, ...about: Parameters<RunContext['branchFacts']>) => BranchFacts;
  /** A file that takes the place of the connections' servers, where one is imported. */
  readonly exported?: ExportFile | undefined;
}

/** What a person has allowed for one run. */
export interface Allowed {
  readonly allowDeletes?: boolean | undefined;
  readonly acceptSources?: readonly string[] | undefined;
}

const NEVER = new AbortController().signal;

/**
 * Builds the context of a run.
 *
 * @param batchId null for runs without a batch: a single-table run, a verify
 * @param spare has the sessions that read the sources' catalogues
 */
export function runContext(
  base: EngineBase,
  control: RunControl,
  batchId: string | null,
  allowed: Allowed,
  spare?: SpareLinks,
): RunContext {
  const { settings, ports } = base;
  const { sync } = settings;
  const halt = control.halt ?? NEVER;
  const stop = stopOf(control);
  const traffic = base.traffic ?? new RunTraffic(base.journal);
  traffic.batchId = batchId;
  return {
    ports,
    journal: base.journal,
    emit: base.emit,
    folder: base.folder,
    installation: base.installation,
    central: settings.central,
    connections: settings.connections.map((one) => one.id),
    limits: sync,
    retry: { ...DEFAULT_RETRY, patienceMs: sync.headOfficePatienceMinutes * 60_000, ...base.retry },
    throttle: new Throttle(
      sync.bandwidthKbps,
      sync.bandwidthHours === null ? null : parseHours(sync.bandwidthHours),
      ports.clock,
      () => traffic.meter.traffic.sent,
    ),
    parallelTables: sync.parallelTables,
    imports: base.exported !== undefined,
    batchId,
    allowDeletes: allowed.allowDeletes ?? false,
    acceptSources: allowed.acceptSources ?? [],
    stop,
    halt,
    spare,
    traffic,
    branchFacts: (connection, rows) =>
      base.branchFacts(
        {
          journal: base.journal.reader,
          settings,
          installationId: base.installation.id,
          now: ports.clock.now(),
        },
        connection,
        rows,
      ),
    sessionOptions: (connection) => sessionOptions({ ...base, traffic }, connection, stop),
  };
}

function stopOf({ stop = NEVER, halt = NEVER }: RunControl): AbortSignal {
  return AbortSignal.any([stop, halt]);
}

/** Options for the sessions to both databases of a connection. */
export function sessionOptions(
  base: EngineBase,
  connection: ConnectionSettings,
  stop?: AbortSignal,
): { readonly source: SourceOptions; readonly central: SessionOptions } {
  const common = {
    connection: connection.id,
    folder: base.folder,
    applicationName: applicationName(base.installation, connection.id),
    timeouts: { ...DEFAULT_TIMEOUTS, ...base.timeouts },
    stop,
  };
  return {
    source: {
      ...common,
      side: 'source',
      endpoint: connection,
      encoding: connection.encoding,
      exported: base.exported,
    },
    central: { ...common, side: 'central', endpoint: base.settings.central, meter: base.traffic?.meter },
  };
}

/**
 * Reads the sources' catalogues in parallel, with retries for one that does not answer. If a run follows, it signs in to
 * central at the same time.
 *
 * @param names requested tables or models; the plans may then lack all others
 * @param spare receives the sessions for the run that follows
 */
export function lookAtSources(
  base: EngineBase,
  connections: readonly ConnectionSettings[],
  control: RunControl,
  names: readonly string[] = [],
  spare?: SpareLinks,
): Promise<readonly SourcePlan[]> {
  const [first] = connections;
  if (first !== undefined)
    spare?.beginCentral(first.id, async (abandoned) =>
      openLink({ ...sessionOptions(base, first, stopOf(control)).central, abandoned }),
    );
  // With more connections some have to wait for others, and their sessions would be idle for hours.
  const kept = connections.length <= PARALLEL_CONNECTIONS ? spare : undefined;
  return Promise.all(connections.map((one) => lookAt(base, one, names, stopOf(control), kept)));
}

async function lookAt(
  base: EngineBase,
  connection: ConnectionSettings,
  names: readonly string[],
  stop: AbortSignal,
  spare: SpareLinks | undefined,
): Promise<SourcePlan> {
  const { clock, random, logger } = base.ports;
  const place = { side: 'source', connection: connection.id, schema: connection.schema } as const;
  const memory = journalMemory(base.journal, logger, place);
  const runs = journalServerRuns(base.journal, logger, connection.id);
  for (let failures = 0; ; failures++) {
    const { source } = sessionOptions(base, connection, stop);
    const plan = await planSource(connection, source, names, memory, runs, logger, spare);
    if (plan.failure === null || stop.aborted) return plan;
    const delay = retryDelay({ ...DEFAULT_RETRY, ...base.retry }, plan.failure, failures, random);
    if (delay === null) return plan;
    await (await spare?.take(connection.id))?.close();
    await clock.sleep(delay, stop).catch(() => {});
  }
}
