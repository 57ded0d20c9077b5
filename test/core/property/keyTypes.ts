/** A form of key. Its values are SQL over a whole number `n`, so that one statement can make thousands. */
export interface KeyForm {
  /** Names and types of the key's columns. */
  readonly columns: readonly (readonly [string, string])[];
  /** One expression a column; different numbers give different keys. */
  readonly value: (n: string) => readonly string[];
  /** The same key written otherwise: equal to PostgreSQL, with another image. Null where there is no such thing. */
  readonly twin?: (n: string) => readonly string[];
  /** Only so many different keys there are. */
  readonly atMost?: number;
}

const one = (type: string, value: (n: string) => string, twin?: (n: string) => string): KeyForm => ({
  columns: [['k', type]],
  value: (n) => [value(`(${n})`)],
  ...(twin && { twin: (n: string) => [twin(`(${n})`)] }),
});

const letters = (n: string): string => `(CASE WHEN ${n} % 2 = 0 THEN 'a-' ELSE 'B-' END || ${n})`;
const special = (type: string, n: string, zero: string): string =>
  `(CASE ${n} WHEN 0 THEN '${zero}' WHEN 1 THEN 'NaN' WHEN 2 THEN '-Infinity' ELSE (${n} / 3.0)::text END)::${type}`;
const scaled = (n: string, zeros: string): string => `(${n} || '.' || ${n} % 3 || '${zeros}')::numeric`;

/** Labels of the enum {@link KEY_SETUP} makes. */
export const MOST_LABELS = 60;

/** Types and collations that the forms need at the branch, in the schema of its tables. */
export const KEY_SETUP: readonly string[] = [
  `CREATE COLLATION adempiere.blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`,
  `CREATE COLLATION adempiere.numbers (provider = icu, locale = 'und-u-kn-true')`,
  `CREATE TYPE adempiere.many AS ENUM (${Array.from({ length: MOST_LABELS }, (_, n) => `'v${(n * 37) % MOST_LABELS}'`).join(', ')})`,
  'CREATE TYPE adempiere.place AS (area int, name text)',
];

/** Keys that are read, ordered and compared in different ways. */
export const KEY_FORMS = {
  smallint: one('smallint', (n) => `${n}::smallint`),
  integer: one('int', (n) => n),
  bigint: one('bigint', (n) => `${n} * 1000003000003::bigint`),
  numeric: one(
    'numeric',
    (n) => scaled(n, '0'),
    (n) => scaled(n, '000'),
  ),
  decimal: one('numeric(12,3)', (n) => `${n} * 1.125`),
  real: one(
    'real',
    (n) => special('real', n, '0'),
    (n) => special('real', n, '-0'),
  ),
  double: one(
    'double precision',
    (n) => special('float8', n, '0'),
    (n) => special('float8', n, '-0'),
  ),
  text: one('text', letters),
  textC: one('text COLLATE "C"', letters),
  textIcu: one('text COLLATE "en-x-icu"', letters),
  textNumbers: one('text COLLATE adempiere.numbers', (n) => `('a' || ${n})`),
  textBlind: one(
    'text COLLATE adempiere.blind',
    (n) => `('é' || ${n})`,
    (n) => `('E' || ${n})`,
  ),
  varchar: one('varchar(20)', letters),
  char: one('char(8)', letters),
  name: one('name', (n) => `${letters(n)}::name`),
  citext: one(
    'citext',
    (n) => `${letters(n)}::citext`,
    (n) => `upper(${letters(n)})::citext`,
  ),
  ltree: one(
    'ltree',
    (n) => `('top.' || CASE WHEN ${n} % 2 = 0 THEN 'a' ELSE 'B' END || ${n} || '.x')::ltree`,
  ),
  jsonb: one(
    'jsonb',
    (n) =>
      `(CASE ${n} % 3 WHEN 0 THEN to_jsonb(${n}) WHEN 1 THEN to_jsonb(${letters(n)}) ELSE jsonb_build_object('k', ${n}) END)`,
    (n) =>
      `(CASE ${n} % 3 WHEN 0 THEN (${n} || '.00')::jsonb WHEN 1 THEN to_jsonb(${letters(n)}) ELSE jsonb_build_object('k', (${n} || '.0')::numeric) END)`,
  ),
  ints: one('int[]', (n) => `ARRAY[${n} % 5, ${n}]`),
  texts: one('text[]', (n) => `ARRAY[${letters(n)}, NULL, 'NULL']`),
  numerics: one(
    'numeric[]',
    (n) => `ARRAY[${scaled(n, '0')}]`,
    (n) => `ARRAY[${scaled(n, '00')}]`,
  ),
  enum: { ...one('adempiere.many', (n) => `('v' || ${n})::adempiere.many`), atMost: MOST_LABELS },
  uuid: one('uuid', (n) => `md5(${n}::text)::uuid`),
  bytea: one('bytea', (n) => `decode(md5(${n}::text), 'hex')`),
  range: one('int4range', (n) => `int4range(${n}, ${n} + 5)`),
  numrange: one(
    'numrange',
    (n) => `numrange(${n}, ${n} + 1)`,
    (n) => `numrange((${n} || '.0')::numeric, ${n} + 1.00)`,
  ),
  composite: one('adempiere.place', (n) => `ROW(${n} % 4, ${letters(n)})::adempiere.place`),
  interval: one(
    'interval',
    (n) => `${n} * interval '1 day'`,
    (n) => `${n} / 30 * interval '1 month' + ${n} % 30 * interval '1 day'`,
  ),
  date: one('date', (n) => `date '2026-01-01' + ${n}`),
  timestamptz: one('timestamptz', (n) => `timestamptz '2026-01-01 00:00+00' + ${n} * interval '1.000001 s'`),
  inet: one('inet', (n) => `('10.0.' || ${n} / 256 || '.' || ${n} % 256)::inet`),
  money: one('money', (n) => `${n}::money`),
  pair: {
    columns: [
      ['k', 'text'],
      ['l', 'bigint'],
    ],
    value: (n: string) => [`substr('xyz', (${n}) % 3 + 1, 1)`, `(${n})::bigint`],
  },
  mixedPair: {
    columns: [
      ['k', 'citext'],
      ['l', 'numeric'],
      ['m', 'bool'],
    ],
    value: (n: string) => [`('aB' || (${n}) % 4)::citext`, scaled(`(${n})`, '0'), `(${n}) % 2 = 0`],
    twin: (n: string) => [`('Ab' || (${n}) % 4)::citext`, scaled(`(${n})`, ''), `(${n}) % 2 = 0`],
  },
} as const satisfies Readonly<Record<string, KeyForm>>;

export type KeyFormName = keyof typeof KEY_FORMS;
export const KEY_FORM_NAMES = Object.keys(KEY_FORMS) as KeyFormName[];
