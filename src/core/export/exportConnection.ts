import { realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import type { TableOutcome } from '../../shared/contract.ts';
import { type FailureDetail, FailureKind, SyncFailure, UsageCode, UsageError } from '../../shared/errors.ts';
import { PART_BYTES } from '../../shared/exportParts.ts';
import { ExportEnd, type ExportRecord, type ExportTable } from '../../shared/exportRecord.ts';
import { modelName } from '../../shared/naming.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import { Strategy, TableStatus } from '../../shared/status.ts';
import { type EngineBase, lookAtSources, sessionOptions } from '../batch/engineBase.ts';
import { journalServerRuns } from '../batch/journalMemory.ts';
import { Meter } from '../batch/recorder.ts';
import { type Selected, unknownTable } from '../batch/select.ts';
import { narrow, type SourcePlan } from '../batch/sourcePlan.ts';
import { type ExportHead, rowsIn } from '../disk/contents.ts';
import { writingFailed } from '../disk/diskErrors.ts';
import { ExportWriter } from '../disk/exportWriter.ts';
import type { ExportRequest, RunControl } from '../engineApi.ts';
import { openSource } from '../source/openSource.ts';
import type { SourceConnection } from '../source/port.ts';
import { DEFAULT_RETRY } from '../table/retry.ts';
import { noteExport } from './exportRecords.ts';
import { type ExportRun, type ExportWatcher, exportTable } from './exportTable.ts';

/** How an export ended. */
export interface ExportReport {
  readonly file: string;
  /** Whether the file is complete. If not, the same export goes on with it. */
  readonly complete: boolean;
  readonly parts: number;
  /** In all parts. */
  readonly bytes: number;
  readonly tables: number;
  readonly rows: number;
  /** The tables that could not be read. */
  readonly failed: readonly TableOutcome[];
}

const NEVER = new AbortController().signal;

/**
 * Writes the tables of a connection into an encrypted file, for a first load without the link. Needs the lease.
 *
 * @throws SyncFailure where the source cannot be read; UsageError about the file
 */
export async function exportConnection(
  base: EngineBase,
  connection: ConnectionSettings,
  { file, passphrase, tables = [], partBytes = PART_BYTES }: ExportRequest,
  control: RunControl,
): Promise<ExportReport> {
  refuseOwnFolder(base.folder, file);
  const names = tables.filter((name) => name !== '*');
  const [plan] = await lookAtSources(base, [connection], control, names);
  if (plan === undefined) throw new Error('no plan');
  if (plan.failure !== null) throw new SyncFailure(plan.failure);
  try {
    const writer = await ExportWriter.open(file, passphrase, { head: headOf(base, plan), names, partBytes });
    const job = new ExportJob(base, plan, writer, control, file);
    try {
      return await job.run(names);
    } catch (error) {
      const failed = writingFailed(file, error);
      job.broke(failed);
      throw failed;
    } finally {
      await writer.close();
    }
  } catch (error) {
    throw writingFailed(file, error);
  }
}

/** Files of any other kind there could be taken for Branchline's own. */
function refuseOwnFolder(folder: string, file: string): void {
  const own = realpathOf(folder);
  const at = realpathOf(dirname(file));
  if (own === null || at === null || (at !== own && !at.startsWith(own + sep))) return;
  throw new UsageError(UsageCode.ExportPathReserved, { file });
}

function realpathOf(folder: string): string | null {
  try {
    return realpathSync(folder);
  } catch {
    return null;
  }
}

/** The connection's settings travel without its address and without where its password is. */
function headOf(base: EngineBase, { connection, identity, hidden }: SourcePlan): ExportHead {
  const { id, label, schema, encoding, tables, exclude, targetSchema } = connection;
  const { central } = base.settings;
  return {
    createdAt: base.ports.clock.now().toISOString(),
    connection: {
      ...{ id, label, schema, tables, exclude },
      ...(encoding !== undefined && { encoding }),
      ...(targetSchema !== undefined && { targetSchema }),
    },
    layout: central.layout,
    schema: central.schema,
    identity,
    hidden,
  };
}

/** What of an export is on the disk. */
type Written = Pick<ExportReport, 'parts' | 'bytes'>;

class ExportJob {
  readonly #base: EngineBase;
  readonly #plan: SourcePlan;
  readonly #writer: ExportWriter;
  readonly #stop: AbortSignal;
  readonly #halt: AbortSignal;
  readonly #file: string;
  #source: SourceConnection | null = null;
  readonly #failed: TableOutcome[] = [];
  #startedAt: string | null = null;

  constructor(base: EngineBase, plan: SourcePlan, writer: ExportWriter, control: RunControl, file: string) {
    this.#base = base;
    this.#plan = plan;
    this.#writer = writer;
    this.#halt = control.halt ?? NEVER;
    this.#stop = AbortSignal.any([control.stop ?? NEVER, this.#halt]);
    this.#file = file;
  }

  async run(asked: readonly string[]): Promise<ExportReport> {
    const names = asked.length > 0 ? asked : this.#writer.names;
    const selected = narrow([this.#plan], names).flatMap((one) => one.selected);
    const order = this.#order(selected);
    this.#begin(selected, order);
    const cut = (): void => this.#source?.destroy();
    this.#halt.addEventListener('abort', cut);
    try {
      let stopped = false;
      for (const table of order) {
        stopped = !(await this.#table(table));
        if (stopped) break;
      }
      const complete = !stopped && this.#failed.length === 0;
      const written = complete ? await this.#writer.finish() : { parts: 0, bytes: this.#writer.bytes };
      const end = complete ? ExportEnd.Complete : stopped ? ExportEnd.Stopped : ExportEnd.Failed;
      this.#end(end, written, null);
      return this.#report(complete, written);
    } finally {
      this.#halt.removeEventListener('abort', cut);
      await this.#source?.close();
    }
  }

  /** Notes that the file could not be written. Before it was begun there is nothing to note. */
  broke(error: unknown): void {
    if (this.#startedAt === null) return;
    const refusal = error instanceof UsageError ? { code: error.code, params: error.params } : null;
    this.#end(ExportEnd.Failed, { parts: 0, bytes: this.#writer.bytes }, refusal);
  }

  #begin(selected: readonly Selected[], order: readonly Selected[]): void {
    const left = new Set(order.map((one) => one.table));
    const { open, tables } = this.#writer;
    const had = new Map(tables.map((one) => [one.name, rowsIn(one)]));
    if (open !== null) had.set(open.table.name, rowsIn(open.table));
    const described = [...selected.filter((one) => !left.has(one.table)), ...order].map(
      ({ table, shape }): ExportTable => ({
        table,
        estimatedRows: shape?.estimatedRows ?? null,
        rows: had.get(table) ?? 0,
        done: !left.has(table),
      }),
    );
    this.#startedAt = this.#base.ports.clock.now().toISOString();
    this.#note(ExportEnd.Running, { parts: 0, bytes: this.#writer.bytes }, null);
    const { id: connection } = this.#plan.connection;
    const fileBytes = this.#writer.bytes;
    this.#base.emit({ type: 'export_started', connection, file: this.#file, tables: described, fileBytes });
  }

  #end(end: ExportEnd, written: Written, refusal: ExportRecord['refusal']): void {
    const record = this.#note(end, written, refusal);
    this.#startedAt = null;
    this.#base.emit({ type: 'export_ended', record });
  }

  #note(end: ExportEnd, written: Written, refusal: ExportRecord['refusal']): ExportRecord {
    const now = this.#base.ports.clock.now().toISOString();
    const { tables, rows } = this.#report(false, written);
    const record: ExportRecord = {
      ...{ connection: this.#plan.connection.id, file: this.#file, end },
      ...{ startedAt: this.#startedAt ?? now, endedAt: end === ExportEnd.Running ? null : now },
      ...{ ...written, tables, rows, refusal },
      failed: this.#failed.flatMap(({ table, failure }) => (failure === null ? [] : [{ table, failure }])),
    };
    noteExport(this.#base.journal, record);
    this.#base.journal.logEvent(end === ExportEnd.Running ? 'export_started' : 'export_ended', {
      connection: record.connection,
      detail: { file: record.file, end, rows, bytes: record.bytes },
    });
    return record;
  }

  #report(complete: boolean, written: Written): ExportReport {
    const { tables } = this.#writer;
    const rows = tables.reduce((sum, one) => sum + rowsIn(one), 0);
    return { file: this.#file, complete, ...written, tables: tables.length, rows, failed: this.#failed };
  }

  /** The tables that are left, the one in which an earlier run was interrupted first: nothing may be written before it. */
  #order(selected: readonly Selected[]): readonly Selected[] {
    const done = new Set(this.#writer.tables.map((one) => one.name));
    const left = selected.filter((one) => !done.has(one.table));
    const open = this.#writer.open?.table.name;
    return [...left.filter((one) => one.table === open), ...left.filter((one) => one.table !== open)];
  }

  /** @returns false where the run was stopped */
  async #table(selected: Selected): Promise<boolean> {
    if (this.#stop.aborted) return false;
    const watcher = new Watcher(this.#base, this.#plan.connection.id, selected.table, this.#writer);
    if (selected.shape === null) {
      this.#failed.push(watcher.ended(unknownTable(this.#plan.connection, selected)));
      return true;
    }
    const end = await exportTable(this.#run(), selected, watcher);
    if (end.kind === 'stopped') return false;
    const outcome = watcher.ended(end.kind === 'failed' ? end.failure : null);
    if (end.kind === 'failed') this.#failed.push(outcome);
    // The other tables would wait for the same server, one after the other.
    return end.kind !== 'failed' || end.failure.kind !== FailureKind.Unreachable;
  }

  #run(): ExportRun {
    const { ports, settings, retry } = this.#base;
    return {
      ports,
      retry: { ...DEFAULT_RETRY, ...retry },
      stop: this.#stop,
      halt: this.#halt,
      maxSnapshotMinutes: settings.sync.maxSnapshotMinutes,
      connection: this.#plan.connection,
      writer: this.#writer,
      source: () => this.#connect(),
    };
  }

  async #connect(): Promise<SourceConnection> {
    const lost = this.#source;
    if (lost !== null && !lost.lost) return lost;
    const { connection } = this.#plan;
    const { source: options } = sessionOptions(this.#base, connection, this.#stop);
    const runs = journalServerRuns(this.#base.journal, this.#base.ports.logger, connection.id);
    const source = await openSource(options, runs);
    if (lost !== null) await source.endLost(lost, this.#base.ports.clock);
    this.#source = source;
    return source;
  }
}

/** Emits what happens to a table, in the events of a sync. */
class Watcher implements ExportWatcher {
  readonly #base: EngineBase;
  readonly #writer: ExportWriter;
  readonly #ref: { readonly batchId: null; readonly connection: string; readonly table: string };
  readonly #began: number;
  #estimatedRows: number | null = null;
  #meter: Meter | null = null;
  #rows = 0;
  #bytes = 0;

  constructor(base: EngineBase, connection: string, table: string, writer: ExportWriter) {
    this.#base = base;
    this.#writer = writer;
    this.#ref = { batchId: null, connection, table };
    this.#began = base.ports.clock.monotonic();
  }

  started(estimatedRows: number | null): void {
    this.#estimatedRows = estimatedRows;
    const strategy = Strategy.Full;
    this.#base.emit({ type: 'table_started', ...this.#ref, strategy, estimatedRows });
  }

  goesOn(rows: number): void {
    this.#rows = rows;
    this.#base.emit({ type: 'table_resumed', ...this.#ref, atRow: rows });
  }

  wrote(rows: number, bytes: number): void {
    const before = { processed: this.#rows, skipped: 0, deleted: 0, bytes: this.#bytes };
    this.#meter ??= new Meter(this.#ref, this.#estimatedRows, before, this.#began);
    this.#rows = rows;
    this.#bytes = bytes;
    const counts = { processed: rows, skipped: 0, deleted: 0, bytes };
    const now = this.#base.ports.clock.monotonic();
    this.#base.emit({ type: 'table_progress', ...this.#meter.read(counts, now) });
    this.#base.emit({
      type: 'export_progress',
      connection: this.#ref.connection,
      fileBytes: this.#writer.bytes,
    });
  }

  retrying(failure: FailureDetail, attempt: number, delayMs: number): void {
    this.#base.emit({ type: 'table_retrying', ...this.#ref, attempt, delayMs, failure });
  }

  ended(failure: FailureDetail | null): TableOutcome {
    const { connection, table } = this.#ref;
    const outcome: TableOutcome = {
      ...{ connection, table, model: modelName(table), strategy: Strategy.Full, failure },
      status: failure === null ? TableStatus.Completed : TableStatus.Failed,
      ...{ processed: this.#rows, skipped: 0, deleted: 0, bytes: this.#bytes },
      durationSeconds: (this.#base.ports.clock.monotonic() - this.#began) / 1000,
    };
    this.#base.emit({ type: 'table_ended', ...this.#ref, outcome });
    return outcome;
  }
}
