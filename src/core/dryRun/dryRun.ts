import type { DryRunReport, DryRunTable } from '../../shared/dryRun.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import type { Strategy } from '../../shared/status.ts';
import { type EngineBase, runContext } from '../batch/engineBase.ts';
import { journalMemory, journalServerRuns } from '../batch/journalMemory.ts';
import type { Selected } from '../batch/select.ts';
import { narrow, planSource, type SourcePlan } from '../batch/sourcePlan.ts';
import { SpareLinks } from '../batch/spareLinks.ts';
import type { RunControl } from '../engineApi.ts';
import { WorkerLinks } from '../load/links.ts';
import type { ServerRunMemory } from '../source/port.ts';
import { placeOf } from '../target/target.ts';
import { asFailure } from '../unexpected.ts';
import { readCentralTables } from '../verify/control.ts';
import { estimateTransfer } from './estimateTransfer.ts';
import { lookAtTable, type TablePlace } from './lookAtTable.ts';

/** Which tables to look at, and what a run would be asked. */
export interface DryRunRequest {
  readonly connections: readonly ConnectionSettings[];
  readonly names: readonly string[];
  readonly strategy?: Strategy | undefined;
  readonly allowDeletes?: boolean | undefined;
}

/**
 * What a run would do now, table by table. It writes nothing: no claim, no checkpoint, no table at central, nothing in
 * the journal; so it may run beside another process's run.
 *
 * @throws UsageError `table_unknown`
 */
export async function dryRun(
  base: EngineBase,
  request: DryRunRequest,
  control: RunControl,
): Promise<DryRunReport> {
  const { clock, logger } = base.ports;
  const run = runContext(base, control, null, request);
  await using spare = new SpareLinks(clock);
  const plans = await Promise.all(
    request.connections.map((connection) => {
      const { source } = run.sessionOptions(connection);
      const runs = readOnly(journalServerRuns(base.journal, logger, connection.id));
      return planSource(connection, source, request.names, undefined, runs, logger, spare);
    }),
  );
  const tables: DryRunTable[] = [];
  const failures: {
    readonly connection: string;
    readonly failure: DryRunReport['failures'][0]['failure'];
  }[] = [];
  for (const plan of narrow(plans, request.names)) {
    const connection = plan.connection.id;
    if (plan.failure !== null) failures.push({ connection, failure: plan.failure });
    else
      try {
        tables.push(...(await lookAtConnection(run, plan, spare, request)));
      } catch (error) {
        failures.push({ connection, failure: asFailure(error, logger) });
      }
  }
  return { tables, failures, estimate: estimateTransfer(base, tables) };
}

async function lookAtConnection(
  run: ReturnType<typeof runContext>,
  plan: SourcePlan,
  spare: SpareLinks,
  request: DryRunRequest,
): Promise<readonly DryRunTable[]> {
  const { connection, selected } = plan;
  const { ports, journal, central, stop } = run;
  const options = run.sessionOptions(connection);
  const runs = readOnly(journalServerRuns(journal, ports.logger, connection.id));
  const opened = await spare.take(connection.id);
  const links = new WorkerLinks(ports.clock, options.source, options.central, runs, opened);
  try {
    const link = await links.central();
    const { schema } = placeOf(central, connection);
    const names = selected.map((one) => one.table);
    const known = journalMemory(journal, ports.logger, {
      side: 'central',
      connection: connection.id,
      schema,
    });
    const memory = { ...known, keep: () => undefined };
    const there = await readCentralTables(link, connection.id, central, schema, names, memory);
    const looked: DryRunTable[] = [];
    for (const one of selected) {
      stop.throwIfAborted();
      const place: TablePlace = {
        links,
        connection,
        central,
        existing: there.shapes.get(one.table),
        checkpoint: there.checkpoints.get(one.table) ?? null,
        past: journal.pastRuns(connection.id, one.table, PAST_RUNS),
        stop,
      };
      looked.push(await lookAtTable(place, asked(one, request), request.allowDeletes ?? false, ports.logger));
    }
    return looked;
  } finally {
    await links.close();
  }
}

/** Number of past runs to search for one that has read rows. */
const PAST_RUNS = 20;

function asked(selected: Selected, { strategy }: DryRunRequest): Selected {
  return { ...selected, strategy: strategy ?? selected.strategy };
}

/** The known runs of a server, without storing new ones. */
function readOnly(memory: ServerRunMemory): ServerRunMemory {
  return { recall: () => memory.recall(), keep: () => {} };
}
