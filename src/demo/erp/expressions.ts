/** All made-up text and time lie in a fixed span, so that the same scale gives the same bytes on any day. */
export const FIRST_DAY = '2024-01-02';
export const DAYS = 676;

/**
 * A number in [0, size) that looks random and is the same every time: PostgreSQL's own integer hash,
 * whose value for a number and a salt is part of hash partitioning and so does not change.
 */
export function pick(n: string, salt: number, size: number): string {
  return `((hashint8extended((${n})::bigint, ${salt}) & 9223372036854775807) % ${size})`;
}

/** One of these texts, chosen as {@link pick} does. */
export function oneOf(n: string, salt: number, texts: readonly string[]): string {
  return nth(pick(n, salt, texts.length), texts);
}

/** The text at an index from 0 on; the list is gone through again from its start behind its end. */
export function nth(index: string, texts: readonly string[]): string {
  return `(ARRAY[${texts.map(literal).join(',')}]::text[])[1 + ((${index}) % ${texts.length})::int]`;
}

/** A text as an SQL literal that holds whatever `standard_conforming_strings` is. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

/** A UUID as text, made of a table's name and a row's key. */
export function uuid(table: string, key: string): string {
  return `md5('${table}/' || (${key}))::uuid::text`;
}

/** The day of row `n` of `count` rows that follow each other in time. */
export function dayOf(n: string, count: string): string {
  return `(date '${FIRST_DAY}' + ((${n}) * ${DAYS} / (${count}))::int)`;
}

/** A time of day in opening hours, to the microsecond. */
export function officeTime(n: string, salt: number): string {
  return `(time '07:30' + make_interval(secs => ${pick(n, salt, 34_200_000_000)} / 1e6))`;
}

/** The columns that every table of iDempiere has, behind its key. */
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

/** How many rows a table has at a size; see {@link unitsAt}. */
export type Units = number;

/** A column: its name, its type with constraints, and the SQL expression that fills it. */
export type Column = readonly [name: string, type: string, expression: string];

/** A table of the made-up ERP and the query that fills it. Names are written as SQL wants them, quoted or not. */
export interface ErpTable {
  readonly name: string;
  /** Columns of the primary key; empty where the table has none. */
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /** What the columns' expressions read from. */
  readonly from: (units: Units) => string;
  /** Makes the order of rows on disk, and so the bytes that COPY gives, the same every time. */
  readonly orderBy: string;
  readonly rows: (units: Units) => number;
}

export const SCHEMA = 'adempiere';

/** Transactional rows come in this many units at scale 1. */
const UNITS = 600;

/** @throws RangeError for a scale that is not a positive number */
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
