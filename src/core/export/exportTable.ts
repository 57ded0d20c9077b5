import { centralRefusal, FailureCode, type FailureDetail } from '../../shared/errors.ts';
import type { ConnectionSettings } from '../../shared/settings.ts';
import type { Selected } from '../batch/select.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { TextMemory } from '../catalogue/storedShape.ts';
import type { OpenTable } from '../disk/contents.ts';
import type { ExportWriter } from '../disk/exportWriter.ts';
import type { Ports } from '../ports.ts';
import { keyText } from '../postgres/keyText.ts';
import { dataBytes, lastRow } from '../postgres/rowBlock.ts';
import type { RowForm, Snapshot, SourceConnection, SourceRows } from '../source/port.ts';
import { type RetryPolicy, retryDelay } from '../table/retry.ts';
import { sentAsText } from '../target/describeTarget.ts';
import { asFailure } from '../unexpected.ts';

/** An interrupted export loses at most so much of its work. */
const KEEP_BYTES = 64 * 1024 * 1024;
const KEEP_MS = 10_000;

/** Rows taken at once. */
const MOST_ROWS = 100_000;

/** What the tables of an export share. */
export interface ExportRun {
  readonly ports: Ports;
  readonly retry: RetryPolicy;
  readonly stop: AbortSignal;
  readonly halt: AbortSignal;
  readonly maxSnapshotMinutes: number;
  readonly connection: ConnectionSettings;
  readonly writer: ExportWriter;
  /** The connection to the source, opened again after a loss. */
  source(): Promise<SourceConnection>;
}

/** Receives what happens to a table. */
export interface ExportWatcher {
  started(estimatedRows: number | null): void;
  /** @param rows that the export has of the table already */
  goesOn(rows: number): void;
  wrote(rows: number, bytes: number): void;
  retrying(failure: FailureDetail, attempt: number, delayMs: number): void;
}

export type ExportEnd =
  | { readonly kind: 'done' | 'stopped' }
  | { readonly kind: 'failed'; readonly failure: FailureDetail };

/** Writes one table into an export. After a failure of the source it goes on behind the last row that was written. */
export async function exportTable(
  run: ExportRun,
  selected: Selected,
  watcher: ExportWatcher,
): Promise<ExportEnd> {
  const { open } = run.writer;
  const table = new TableExport(run, selected, watcher, open?.table.name === selected.table ? open : null);
  for (let failures = 0; ; ) {
    const before = table.written;
    try {
      return { kind: (await table.attempt()) ? 'done' : 'stopped' };
    } catch (error) {
      // Nothing of the source's: the export cannot be written.
      if (!table.reading) throw error;
      const failure = asFailure(error, run.ports.logger);
      if (run.stop.aborted) return { kind: 'stopped' };
      if (table.written > before) failures = 0;
      const delay = retryDelay(run.retry, failure, failures, run.ports.random);
      if (delay === null) return { kind: 'failed', failure: await table.explain(failure) };
      failures++;
      watcher.retrying(failure, failures, delay);
      await run.ports.clock.sleep(delay, run.stop).catch(() => {});
      if (run.stop.aborted) return { kind: 'stopped' };
    }
  }
}

class TableExport {
  readonly #run: ExportRun;
  readonly #selected: Selected;
  readonly #watcher: ExportWatcher;
  #open: OpenTable | null;
  #shape: TableShape | null = null;
  #told = false;
  #rows = 0;
  #bytes = 0;
  /** Whether an error comes from reading the source, and not from writing the export. */
  reading = true;

  constructor(run: ExportRun, selected: Selected, watcher: ExportWatcher, open: OpenTable | null) {
    this.#run = run;
    this.#selected = selected;
    this.#watcher = watcher;
    this.#open = open;
    this.#rows = open?.table.segments.reduce((sum, one) => sum + one.rows, 0) ?? 0;
  }

  get #name(): string {
    return this.#selected.table;
  }

  get written(): number {
    return this.#rows;
  }

  /** @returns whether all rows are written; false where the run was stopped before */
  async attempt(): Promise<boolean> {
    for (;;) {
      const end = await this.#segment();
      if (end !== 'reopen') return end === 'done';
    }
  }

  /** Reads rows in one snapshot, behind those that are written already. */
  async #segment(): Promise<'done' | 'stopped' | 'reopen'> {
    const { stop, writer } = this.#run;
    if (stop.aborted) return 'stopped';
    const { shape, texts } = await this.#readShape();
    const source = await this.#run.source();
    const snapshot = await source.openSnapshot(shape, { cursor: this.#selected.cursor, shapeDigest: null });
    const found = this.#open !== null && goesOn(this.#open, shape, snapshot) ? this.#open : null;
    if (found === null) await this.#writing(() => writer.rewind());
    const form = formOf(shape);
    const { version, recoding, bytes, estimatedRows, shapeDigest } = shape;
    const open = found ?? {
      table: {
        ...{
          name: this.#name,
          allowDeletes: this.#selected.mayDelete,
          ...texts,
          version,
          recoding,
          bytes,
          estimatedRows,
          segments: [],
        },
        ...{ mark: snapshot.mark, takenAt: snapshot.takenAt, columns: [...form.columns] },
      },
      shapeDigest,
      after: null,
    };
    this.#tell(open, shape);
    const rows = await snapshot.rows(form, { after: open.after, rows: null });
    try {
      // Else nothing would tell what has changed between two snapshots.
      const mayGoOn = shape.key !== null && typeof snapshot.changedSince(snapshot.mark) !== 'string';
      return await this.#copy(rows, open, shape, mayGoOn);
    } finally {
      await rows.end();
    }
  }

  /** A failure may have come from what was known of the columns, so they are read again each time. */
  async #readShape() {
    const memory = new TextMemory();
    const { id, schema } = this.#run.connection;
    const source = await this.#run.source();
    const [shape] = await source.readTables({ id, schema }, [this.#name], memory);
    if (shape === undefined) throw centralRefusal(FailureCode.SourceTableMissing, { table: this.#name });
    this.#shape = shape;
    return { shape, texts: memory.texts };
  }

  async explain(failure: FailureDetail): Promise<FailureDetail> {
    const { connection } = this.#run;
    const params = { connection: connection.id, schema: connection.schema, table: this.#name };
    const named = { ...failure, params: { ...params, ...failure.params } };
    if (this.#shape === null) return named;
    try {
      return await (await this.#run.source()).explain(this.#shape, named);
    } catch {
      return named;
    }
  }

  #tell({ table }: OpenTable, { estimatedRows }: TableShape): void {
    this.#rows = table.segments.reduce((sum, one) => sum + one.rows, 0);
    if (this.#told) return;
    this.#told = true;
    this.#watcher.started(estimatedRows);
    if (this.#rows > 0) this.#watcher.goesOn(this.#rows);
  }

  /** @param mayGoOn whether a later snapshot may go on behind these rows */
  async #copy(
    rows: SourceRows,
    begun: OpenTable,
    shape: TableShape,
    mayGoOn: boolean,
  ): Promise<'done' | 'stopped' | 'reopen'> {
    const { ports, stop, writer, maxSnapshotMinutes } = this.#run;
    const { clock } = ports;
    const types = keyTypes(shape);
    const deadline = clock.monotonic() + maxSnapshotMinutes * 60_000;
    let open = begun;
    let last: Buffer | null = null;
    let keptAt = clock.monotonic();
    const keep = async (): Promise<void> => {
      if (!mayGoOn || last === null) return;
      const after = keyText('text', last, types);
      last = null;
      open = await this.#writing(() => writer.keep(open, after));
      this.#open = open;
      keptAt = clock.monotonic();
      this.#watcher.wrote(this.#rows, this.#bytes);
    };
    for (;;) {
      const block = rows.take(MOST_ROWS);
      if (block !== null) {
        last = Buffer.from(lastRow(block));
        this.#rows += block.rows;
        this.#bytes += dataBytes(block);
        await this.#writing(() => writer.add(block));
        const now = clock.monotonic();
        if (writer.unkeptBytes < KEEP_BYTES && now - keptAt < KEEP_MS && !stop.aborted) continue;
        if (!mayGoOn) this.#watcher.wrote(this.#rows, this.#bytes);
        await keep();
        keptAt = now;
        if (stop.aborted) return 'stopped';
        if (mayGoOn && now > deadline && !rows.exhausted) return 'reopen';
        continue;
      }
      if (rows.exhausted) break;
      try {
        await rows.ready(Number.POSITIVE_INFINITY, stop);
      } catch (error) {
        // The rows before are complete and in order.
        await keep();
        throw rows.failure(error);
      }
      if (!stop.aborted) continue;
      await keep();
      return 'stopped';
    }
    await this.#writing(() => writer.endTable(open.table));
    this.#watcher.wrote(this.#rows, this.#bytes);
    return 'done';
  }

  async #writing<T>(work: () => Promise<T>): Promise<T> {
    this.reading = false;
    const done = await work();
    this.reading = true;
    return done;
  }
}

/** Whether the rows written so far can be followed by those of a new snapshot. */
function goesOn({ table, shapeDigest, after }: OpenTable, shape: TableShape, snapshot: Snapshot): boolean {
  if (after === null || shape.shapeDigest !== shapeDigest || shape.key === null) return false;
  return typeof snapshot.changedSince(table.mark) !== 'string';
}

/** Key columns first, as central takes them. */
function formOf(shape: TableShape): RowForm {
  const key = shape.key ?? [];
  const rest = shape.columns.map((one) => one.name).filter((name) => !key.includes(name));
  const columns = [...key, ...rest];
  return { columns, asText: sentAsText(shape.columns), sourceKey: shape.keyColumns, format: 'text' };
}

function keyTypes({ key, columns }: TableShape): readonly string[] {
  return (key ?? []).map((name) => columns.find((one) => one.name === name)?.type ?? '');
}
