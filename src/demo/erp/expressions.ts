/** All generated texts and times lie in a fixed span, so that the same scale gives the same bytes on any day. */
export const FIRST_DAY = '2024-01-02';
export const DAYS = 676;

/**
 * A pseudo-random number in [0, size), the same every time. Uses PostgreSQL's integer hash, which hash
 * partitioning depends on, so its values never change.
 */
export function pick(n: string, salt: number, size: number): string {
  return `((hashint8extended((${n})::bigint, ${salt}) & 9223372036854775807) % ${size})`;
}

/** One of these texts, chosen like {@link pick}. */
export function oneOf(n: string, salt: number, texts: readonly string[]): string {
  return nth(pick(n, salt, texts.length), texts);
}

/** The text at an index from 0; past the end it starts again. */
export function nth(index: string, texts: readonly string[]): string {
  return `(ARRAY[${texts.map(literal).join(',')}]::text[])[1 + ((${index}) % ${texts.length})::int]`;
}

/** An SQL string literal that is valid whatever `standard_conforming_strings` is. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

/** A UUID as text, derived from a table's name and a row's key. */
export function uuid(table: string, key: string): string {
  return `md5('${table}/' || (${key}))::uuid::text`;
}

/** The day of row `n` of `count` rows in time order. */
export function dayOf(n: string, count: string): string {
  return `(date '${FIRST_DAY}' + ((${n}) * ${DAYS} / (${count}))::int)`;
}

/** A time within opening hours, to the microsecond. */
export function officeTime(n: string, salt: number): string {
  return `(time '07:30' + make_interval(secs => ${pick(n, salt, 34_200_000_000)} / 1e6))`;
}

/** The columns that every iDempiere table has after its key. */
export function audit(table: string, key: string, n: string, day = `date '${FIRST_DAY}'`): readonly Column[] {
  return [
    ['ad_client_id', 'numeric(10) NOT NULL', '1000002'],
    ['ad_org_id', 'numeric(10) NOT NULL', `1000001 + ${pick(n, 11, 4)}`],
    ['isactive', "char(1) NOT NULL DEFAULT 'Y'", `CASE WHEN ${pick(n, 12, 40)} = 0 THEN 'N' ELSE 'Y' END`],
    ['created', 'timestamp NOT NULL', `${day} + ${officeTime(n, 13)}`],
    ['createdby', 'numeric(10) NOT NULL', `1000001 + ${pick(n, 14, 60)}`],
    [
      'updated',
      'timestamp NOT NULL',
      `${day} + ${officeTime(n, 13)} + make_interval(mins => ${pick(n, 15, 2880)}::int)`,
    ],
    ['updatedby', 'numeric(10) NOT NULL', `1000001 + ${pick(n, 16, 60)}`],
    [`${table}_uu`, 'varchar(36) NOT NULL', uuid(table, key)],
  ];
}

/** The size of the demo, from which all row counts follow; see {@link unitsAt}. */
export type Units = number;

/** A column: its name, its type with constraints, and the SQL expression that fills it. */
export type Column = readonly [name: string, type: string, expression: string];

/** A table of the generated ERP and the query that fills it. Names are written as SQL needs them, quoted or not. */
export interface ErpTable {
  readonly name: string;
  /** Columns of the primary key; empty if the table has none. */
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /** What the columns' expressions select from. */
  readonly from: (units: Units) => string;
  /** Fixes the order of rows on disk, and so the bytes that COPY returns. */
  readonly orderBy: string;
  readonly rows: (units: Units) => number;
}

export const SCHEMA = 'adempiere';

/** Number of units of transactional rows at scale 1. */
const UNITS = 600;

/** @throws RangeError if the scale is not a positive number */
export function unitsAt(scale: number): Units {
  if (!(scale > 0 && Number.isFinite(scale))) throw new RangeError(`scale ${scale}`);
  return Math.max(1, Math.round(scale * UNITS));
}

export function createTable(table: ErpTable): string {
  const columns = table.columns.map(([name, type]) => `${name} ${type}`);
  const key = table.key.length === 0 ? [] : [`PRIMARY KEY (${table.key.join(', ')})`];
  return `CREATE TABLE ${SCHEMA}.${table.name} (${[...columns, ...key].join(', ')})`;
}

export function fillTable(table: ErpTable, units: Units): string {
  const values = table.columns.map(([name, , expression]) => `${expression} AS ${name}`);
  return `INSERT INTO ${SCHEMA}.${table.name} SELECT ${values.join(', ')} FROM ${table.from(units)} ORDER BY ${table.orderBy}`;
}

/** The numbers 1 to `count` as `n`. */
export function series(count: number): string {
  return `generate_series(1::bigint, ${count}) AS n`;
}
