import { centralRefusal, FailureCode } from '../../../shared/errors.ts';
import type { CursorSettings } from '../../../shared/settings.ts';
import { type ColumnShape, plainType, type TableShape } from '../../catalogue/shape.ts';
import { typeName } from '../../catalogue/typeName.ts';
import { ident } from '../../postgres/quote.ts';
import { shown, storedText } from '../../postgres/recoding.ts';
import type { Session } from '../../postgres/session.ts';

/** The state of a table's cursor column in a snapshot. */
export interface CursorPlace {
  /** Name and type of the column. A mark of another column or type cannot be used. */
  readonly of: string;
  /** The greatest usable value, as text; null where no row has one. */
  readonly greatest: string | null;
  /** Number of rows whose value is certainly unusable: far in the future, infinite, or not a number. */
  readonly beyond: number;
}

/** Which values of a type are usable: those above `floor` that are not `beyond`. */
interface Bounds {
  readonly type: string;
  /** SQL of the type's lowest value (-infinity); null where it has none. */
  readonly floor: string | null;
  /** SQL comparisons, with their operators, for usable and unusable values; null where every value is usable. */
  readonly limit: { readonly within: string; readonly beyond: string } | null;
}

/** @throws SyncFailure `cursor_column_missing` */
function cursorColumn(table: TableShape, { column: name }: CursorSettings): ColumnShape {
  const found = table.columns.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw centralRefusal(FailureCode.CursorColumnMissing, { table: table.name, column: name });
}

/** Reads the state of a table's cursor column. With an index on the column this is quick. */
export async function readCursor(
  session: Session,
  version: number,
  table: TableShape,
  from: string,
  settings: CursorSettings,
): Promise<CursorPlace> {
  const column = cursorColumn(table, settings);
  const { type, floor, limit } = boundsOf(column, version);
  const value = `t.${ident(column.name)}`;
  const conditions = [
    ...(floor === null ? [] : [`${value} OPERATOR(pg_catalog.>) ${floor}`]),
    ...(limit === null ? [] : [`${value} ${limit.within}`]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const greatest = shown(`pg_catalog.max(${value})::pg_catalog.text`, table.recoding);
  const most = `SELECT ${greatest} FROM ${from} t${where}`;
  const count =
    limit === null ? '0' : `(SELECT pg_catalog.count(*) FROM ${from} t WHERE ${value} ${limit.beyond})`;
  const { rows } = await session.query(
    `SELECT (${most}) AS greatest, ${count} AS beyond`,
    [],
    session.workMs,
  );
  return {
    of: `${column.name} ${type}`,
    greatest: rows[0]?.greatest ?? null,
    beyond: Number(rows[0]?.beyond ?? 0),
  };
}

/**
 * SQL condition for rows whose cursor value is at least the greatest of the last pass, less the overlap. Rows without a
 * usable value are read every time, since nothing tells when they changed. (Values beyond the greatest meet the condition
 * anyway.)
 */
export function newerThan(
  table: TableShape,
  version: number,
  settings: CursorSettings,
  last: string,
): string {
  const column = cursorColumn(table, settings);
  const { type, floor } = boundsOf(column, version);
  const value = `t.${ident(column.name)}`;
  const overlap = isTime(type)
    ? ` OPERATOR(pg_catalog.-) '${settings.overlapMinutes} minutes'::pg_catalog.interval`
    : '';
  const below = floor === null ? '' : ` OR ${value} OPERATOR(pg_catalog.=) ${floor}`;
  // The same operators that max() uses. Unqualified ones would be resolved by the role's search path in a view.
  return `(${value} OPERATOR(pg_catalog.>=) (${storedText(last, table.recoding)}::${type}${overlap}) OR ${value} IS NULL${below})`;
}

/** See {@link CursorPlace.of}. */
export function cursorOf(table: TableShape, version: number, settings: CursorSettings): string {
  const column = cursorColumn(table, settings);
  return `${column.name} ${boundsOf(column, version).type}`;
}

/**
 * The usable values of a column. If a value in the future were the greatest, all rows with an earlier one would be missed
 * until then; with an infinite value, for ever. A wrong integer cannot be told from a right one.
 */
function boundsOf(column: ColumnShape, version: number): Bounds {
  const type = plainType(column);
  switch (type) {
    case 'timestamp with time zone':
      return time('timestamptz', 'pg_catalog.now()');
    case 'timestamp without time zone':
      return time('timestamp', LOCAL_NOW);
    case 'date':
      return time('date', `${LOCAL_NOW}::pg_catalog.date`);
    case 'real':
      return number('float4', 'Infinity');
    case 'double precision':
      return number('float8', 'Infinity');
    case 'numeric':
      return number('numeric', version >= 140000 ? 'Infinity' : 'NaN');
    default:
      return { type: typeName(column), floor: null, limit: null };
  }
}

/**
 * SQL of now as a time without zone. Such times are in the writer's zone, which is not known. So the server's zone that
 * is farthest behind is used: rows of some hours may be read again, but none is missed.
 */
const LOCAL_NOW = `(SELECT pg_catalog.min(pg_catalog.timezone(s.reset_val, pg_catalog.now())) FROM pg_catalog.pg_settings s
    WHERE s.name OPERATOR(pg_catalog.=) ANY ('{TimeZone,log_timezone}'::pg_catalog.text[]))`;

/** Time zones are at most this far apart: a time still further in the future is wrong in all of them. */
const SURELY = "OPERATOR(pg_catalog.+) '26 hours'::pg_catalog.interval";

function time(name: string, now: string): Bounds {
  const type = `pg_catalog.${name}`;
  return {
    type,
    floor: `'-infinity'::${type}`,
    limit: { within: `OPERATOR(pg_catalog.<=) ${now}`, beyond: `OPERATOR(pg_catalog.>) (${now} ${SURELY})` },
  };
}

/** @param least the lowest value that is not a finite number: in PostgreSQL NaN is greater than infinity */
function number(name: string, least: 'Infinity' | 'NaN'): Bounds {
  const type = `pg_catalog.${name}`;
  return {
    type,
    floor: least === 'Infinity' ? `'-Infinity'::${type}` : null,
    limit: {
      within: `OPERATOR(pg_catalog.<) '${least}'::${type}`,
      beyond: `OPERATOR(pg_catalog.>=) '${least}'::${type}`,
    },
  };
}

function isTime(type: string): boolean {
  return /^pg_catalog\.(timestamp|timestamptz|date)$/.test(type);
}
