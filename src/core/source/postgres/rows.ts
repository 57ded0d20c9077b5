import type { SyncFailure } from '../../../shared/errors.ts';
import type { KeyColumn } from '../../catalogue/keyIndex.ts';
import { type Key, keyConditions, orderBy } from '../../catalogue/keySql.ts';
import type { TableShape } from '../../catalogue/shape.ts';
import { columnRecoding, writtenColumn } from '../../catalogue/texts.ts';
import type { CopyOut } from '../../postgres/copyOut.ts';
import { ident, qualified } from '../../postgres/quote.ts';
import { type Recoding, recoded } from '../../postgres/recoding.ts';
import type { RowBlock } from '../../postgres/rowBlock.ts';
import type { Session } from '../../postgres/session.ts';
import type { RowForm, Snapshot, SourceRows } from '../port.ts';

/**
 * SQL of a source table's own rows, for FROM and LOCK TABLE. Tables that inherit from it are left out: they are copied as
 * separate tables, and may have the same keys. A partitioned table includes its partitions.
 */
export function rowsOf({ schema, name, kind }: Pick<TableShape, 'schema' | 'name' | 'kind'>): string {
  const only = kind === 'table' || kind === 'foreign_table' ? 'ONLY ' : '';
  return `${only}${qualified(schema, name)}`;
}

/** Which rows a COPY sends. */
interface CopyFilter {
  /** Only rows after this key; null starts at the first row. */
  readonly after: Key | null;
  /** SQL condition on the row `t`; null sends all rows. */
  readonly where: string | null;
}

/** SQL of the COPY of a table's rows in key order, in the form that the target asks for. */
export function copyRows(source: TableShape, form: RowForm, filter: CopyFilter): string {
  const columns = form.columns.map((one) => sentColumn(source, form, one)).join(', ');
  const where = conditions(form.sourceKey, filter, source.recoding);
  const rows = `SELECT ${columns} FROM ${rowsOf(source)} t${where}${orderBy('t', form.sourceKey)}`;
  // Texts are UTF-8 already, so the server must not convert them.
  const encoding = form.format === 'text' && source.recoding !== null ? ", ENCODING 'SQL_ASCII'" : '';
  return `COPY (${rows}) TO STDOUT WITH (FORMAT ${form.format}${encoding})`;
}

function sentColumn(source: TableShape, form: RowForm, name: string): string {
  const value = `t.${ident(name)}`;
  const found = source.columns.find((one) => one.name === name);
  const recoding = found === undefined ? null : columnRecoding(found, source.recoding);
  if (found !== undefined && recoding !== null) return recoded(writtenColumn(value, found), recoding);
  return `${value}${form.asText.includes(name) ? '::pg_catalog.text' : ''}`;
}

function conditions(key: readonly KeyColumn[], filter: CopyFilter, recoding: Recoding | null): string {
  const all = [
    ...(filter.after === null ? [] : keyConditions('t', key, { after: filter.after, upTo: null }, recoding)),
    ...(filter.where === null ? [] : [filter.where]),
  ];
  return all.length === 0 ? '' : ` WHERE ${all.join(' AND ')}`;
}

/** The rows of a COPY in a snapshot. */
export class CopiedRows implements SourceRows {
  readonly #snapshot: Snapshot;
  readonly #session: Session;
  readonly #rows: CopyOut;

  constructor(snapshot: Snapshot, session: Session, rows: CopyOut) {
    this.#snapshot = snapshot;
    this.#session = session;
    this.#rows = rows;
  }

  take(maxRows: number): RowBlock | null {
    return this.#rows.take(maxRows);
  }

  get exhausted(): boolean {
    return this.#rows.exhausted;
  }

  ready(ms: number, stop: AbortSignal): Promise<void> {
    return this.#session.guard(this.#rows.ready(ms, stop));
  }

  failure(error: unknown): SyncFailure {
    return this.#session.failure(error);
  }

  async end(): Promise<void> {
    if (this.exhausted) await this.#snapshot.close();
    else this.cut();
  }

  /** A COPY that has not ended can be stopped only by cutting the connection. */
  cut(): void {
    this.#session.destroy();
  }
}
