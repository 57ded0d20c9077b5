import type { TableRow } from '../../shared/contract.ts';
import type { DryRunTable, RowEstimate } from '../../shared/dryRun.ts';
import { FailureKind, SyncFailure } from '../../shared/errors.ts';
import { modelName } from '../../shared/naming.ts';
import type { CentralSettings, ConnectionSettings } from '../../shared/settings.ts';
import { Strategy } from '../../shared/status.ts';
import { type Selected, unknownTable } from '../batch/select.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { exceedsBrake } from '../load/brakeLimit.ts';
import type { Links } from '../load/pass.ts';
import type { Logger } from '../ports.ts';
import { HEADER_BYTES } from '../postgres/wire.ts';
import type { RowForm, Snapshot } from '../source/port.ts';
import { choosePlan, type PassPlan } from '../table/strategyChoice.ts';
import { countMine } from '../target/apply.ts';
import { type Checkpoint, toCheckpoint } from '../target/checkpoint.ts';
import { describeTarget } from '../target/describeTarget.ts';
import { drift } from '../target/drift.ts';
import { beginCentral } from '../target/setup.ts';
import { layoutOf, type Target, targetSchema } from '../target/target.ts';
import { asFailure } from '../unexpected.ts';
import { bytesPerRow, sampleRows } from './rowSize.ts';

/** Where a table is read, and what is known of it. */
export interface TablePlace {
  readonly links: Links;
  readonly connection: ConnectionSettings;
  readonly central: CentralSettings;
  readonly existing: TableShape | undefined;
  readonly checkpoint: Checkpoint | null;
  /** Latest first. */
  readonly past: readonly TableRow[];
  readonly stop: AbortSignal;
}

/** A larger table is not counted only to be exact: its catalogue's estimate has to do. */
const COUNTED_BYTES = 64 * 1024 * 1024;

/** Says what a run would do with a table now. Writes nothing. @throws SyncFailure where a server does not answer */
export async function lookAtTable(
  place: TablePlace,
  selected: Selected,
  allowDeletes: boolean,
  logger: Logger,
): Promise<DryRunTable> {
  const { table } = selected;
  const nothing: DryRunTable = {
    connection: place.connection.id,
    table_name: table,
    model_name: modelName(table),
    strategy: null,
    reason: null,
    creates: false,
    alters: 0,
    send: null,
    bytes: null,
    deletes: null,
    braked: false,
    failure: null,
  };
  try {
    return { ...nothing, ...(await look(place, selected, allowDeletes)) };
  } catch (error) {
    const failure = asFailure(error, logger);
    if (failure.kind === FailureKind.Unreachable || place.stop.aborted) throw error;
    return { ...nothing, failure };
  }
}

async function look(
  place: TablePlace,
  selected: Selected,
  allowDeletes: boolean,
): Promise<Partial<DryRunTable>> {
  const { connection, existing, stop } = place;
  const source = selected.shape;
  if (source === null) throw new SyncFailure(unknownTable(connection, selected));
  const at = place.checkpoint ?? newCheckpoint(connection.id, selected.table);
  const layout = layoutOf(place.central, existing);
  const alters = existing === undefined ? 0 : drift(source, existing, layout).length;
  const target =
    existing === undefined
      ? null
      : describeTarget(targetSchema(place.central, connection), layout, source, existing, false);
  const from = await place.links.source();
  const { cursor } = selected;
  const snapshot = await from.openSnapshot(source, { cursor, shapeDigest: target?.shapeDigest ?? '' });
  const plan = target === null ? planOfNew(selected, at) : planOf(place, selected, target, at, snapshot);
  const counted = await countSource(snapshot, source, plan);
  const form: RowForm = target ?? formOfNew(source);
  const size = bytesPerRow(place.past) ?? (await sampleRows(snapshot, form, stop));
  // Reading rows has ended the snapshot.
  if (bytesPerRow(place.past) !== null) await snapshot.close();
  const send = rowsToSend(plan, counted, at);
  const central = target === null ? 0 : await countCentral(place, target, at);
  const removes = target !== null && (layout !== 'merge' || selected.mayDelete);
  const deletes = removes ? rowsToDelete(plan, counted, central) : { rows: 0, exact: true };
  return {
    strategy: plan.strategy,
    reason: plan.reason,
    creates: target === null,
    alters,
    send,
    bytes: send === null || size === null ? null : Math.round(send.rows * (size + HEADER_BYTES)),
    deletes,
    braked: !allowDeletes && wouldBrake(at, central, deletes),
  };
}

function planOf(
  { connection }: TablePlace,
  { strategy, cursor, mayDelete }: Selected,
  target: Target,
  at: Checkpoint,
  snapshot: Snapshot,
): PassPlan {
  const job = { connection, source: { name: target.name }, strategy, cursor, mayDelete, batchId: null };
  return choosePlan(job, target, at, snapshot);
}

/** A table that head office lacks is made empty, so all rows are sent. */
function planOfNew({ strategy, shape }: Selected, at: Checkpoint): PassPlan {
  const plain = { goesOn: false, rows: null };
  if (shape?.key === null) return { ...plain, strategy: Strategy.Replace, reason: 'no_key' };
  if (at.mark !== null) return { ...plain, strategy: Strategy.Compare, reason: 'shape_changed' };
  return { ...plain, strategy: Strategy.Full, reason: strategy === null ? 'first_load' : 'asked' };
}

/**
 * The form in which a new table's rows are read to find out how large they are. Binary rows of numbers are larger than
 * their text, so the form is the one that they will be sent in, as far as that can be told before the table is there.
 */
function formOfNew(source: TableShape): RowForm {
  const isPlain =
    source.recoding === null && source.columns.every((one) => one.own === null && one.type !== 'xml');
  return {
    columns: source.columns.map((one) => one.name),
    asText: source.columns.filter((one) => one.type === 'xml').map((one) => one.name),
    sourceKey: source.keyColumns,
    format: isPlain ? 'binary' : 'text',
  };
}

interface SourceCount {
  readonly all: RowEstimate | null;
  /** Null where the plan does not read by row versions. */
  readonly changed: number | null;
}

/** Counts the branch's rows where the run would count them too, or where that is cheap. */
async function countSource(snapshot: Snapshot, source: TableShape, plan: PassPlan): Promise<SourceCount> {
  const rows = plan.rows?.kind === 'changed' ? plan.rows : null;
  if (rows !== null) {
    const { rows: all, changed } = await snapshot.count(rows);
    return { all: { rows: all, exact: true }, changed };
  }
  const isTable = source.kind === 'table' || source.kind === 'partitioned';
  if (isTable && source.bytes <= COUNTED_BYTES) {
    const { rows: all } = await snapshot.count({ kind: 'changed', since: 0n });
    return { all: { rows: all, exact: true }, changed: null };
  }
  const { estimatedRows } = source;
  return { all: estimatedRows === null ? null : { rows: estimatedRows, exact: false }, changed: null };
}

function rowsToSend(
  { strategy, goesOn, rows, reason }: PassPlan,
  { all, changed }: SourceCount,
  at: Checkpoint,
): RowEstimate | null {
  if (goesOn)
    return all === null ? null : { rows: Math.max(0, all.rows - at.processed - at.skipped), exact: false };
  if (strategy === Strategy.Changes) return changed === null ? null : { rows: changed, exact: true };
  // Without a key all rows are sent as soon as one has changed.
  if (strategy === Strategy.Replace) return rows !== null && changed === 0 ? { rows: 0, exact: true } : all;
  if (strategy === Strategy.Full || reason === 'first_load') return all;
  return null;
}

/** Rows gone from the branch: by the counts of both sides, which changed rows blur. */
function rowsToDelete(
  { strategy, goesOn }: PassPlan,
  { all, changed }: SourceCount,
  central: number | null,
): RowEstimate | null {
  if (strategy === Strategy.Cursor || central === 0) return { rows: 0, exact: true };
  if (goesOn || all === null || central === null) return null;
  const exact = all.exact && changed === 0;
  return { rows: Math.max(0, central - all.rows), exact };
}

/** Counts the connection's rows at central; null where the table is large and nobody has counted it lately. */
async function countCentral(
  { links, existing, connection }: TablePlace,
  target: Target,
  at: Checkpoint,
): Promise<number | null> {
  if (at.counted && at.centralRows !== null) return at.centralRows;
  if ((existing?.bytes ?? 0) > COUNTED_BYTES) return at.centralRows;
  const { session } = await links.central();
  const script = [...beginCentral(session, connection.id), countMine(target, connection.id), 'COMMIT'];
  const results = await session.script(script, session.workMs);
  return Number(results.at(-2)?.rows[0]?.rows);
}

/** Whether the delete brake would stop these deletes; decides like `brake`. */
function wouldBrake(at: Checkpoint, central: number | null, deletes: RowEstimate | null): boolean {
  if (deletes === null || central === null || deletes.rows === 0) return false;
  const total = at.removed + deletes.rows;
  const there = central + at.removed;
  return exceedsBrake(total, Math.min(at.removedOf ?? there, there));
}

function newCheckpoint(connection: string, table: string): Checkpoint {
  const none = { seq: '0', processed: '0', skipped: '0', deleted: '0', bytes: '0' };
  return toCheckpoint(connection, table, none);
}
