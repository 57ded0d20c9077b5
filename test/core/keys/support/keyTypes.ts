/** A type of key column that a table may have, with values that show how it sorts and what it calls equal. */
export interface KeyType {
  readonly name: string;
  /** Run at the branch before the table is made, in its schema. */
  readonly branch?: readonly string[];
  /** Run at head office before the first sync. */
  readonly central?: readonly string[];
  readonly columns: string;
  /** Of the key; `PRIMARY KEY (k)` where absent. */
  readonly key?: string;
  /** SQL of the key, a column each. At least six; no two are equal. */
  readonly values: readonly string[];
  /** Another image of the first value that equals it; none where equal values look the same. */
  readonly image?: string;
}

const extension = (name: string): Pick<KeyType, 'branch' | 'central'> => ({
  branch: [`CREATE EXTENSION IF NOT EXISTS ${name} SCHEMA public`],
  central: [`CREATE EXTENSION IF NOT EXISTS ${name} SCHEMA public`],
});

const quoted = (...values: readonly string[]): readonly string[] => values.map((one) => `'${one}'`);

export const KEY_TYPES: readonly KeyType[] = [
  { name: 'integer', columns: 'k int', values: ['5', '-3', '12', '0', '100', '7'] },
  {
    name: 'numeric',
    columns: 'k numeric',
    values: ['1.0', '-2.50', "'NaN'", '10', '0.001', "'Infinity'", '1e30'],
    image: '1.00',
  },
  { name: 'numeric_scaled', columns: 'k numeric(10,2)', values: ['1.00', '-2.50', '10', '0.01', '99', '8'] },
  {
    name: 'float8',
    columns: 'k float8',
    values: ["'-0'", "'NaN'", '1.5', "'-Infinity'", '0.1', '1e300', '-7'],
    image: '0',
  },
  { name: 'real', columns: 'k real', values: ["'-0'", '0.1', '1.5', '-2', '3e30', "'NaN'"], image: '0' },
  {
    name: 'citext',
    ...extension('citext'),
    columns: 'k public.citext',
    values: quoted('abc', 'ABD', 'Zed', 'b', 'C', 'a', '_x'),
    image: "'ABC'",
  },
  {
    name: 'citext_pattern',
    ...extension('citext'),
    columns: 'k public.citext NOT NULL',
    key: 'CREATE UNIQUE INDEX ON {table} (k public.citext_pattern_ops)',
    values: quoted('abc', 'ABD', 'Zed', 'b', 'C', 'a', '_x'),
    image: "'ABC'",
  },
  {
    name: 'ltree',
    ...extension('ltree'),
    columns: 'k public.ltree',
    values: quoted('a.b', 'A', 'a', 'a.c.d', 'b', 'a_b', 'Z.z'),
  },
  {
    name: 'isbn',
    ...extension('isn'),
    columns: 'k public.isbn',
    values: quoted(
      '0-393-04002-X',
      '0-306-40615-2',
      '0-19-852663-6',
      '1-86197-271-7',
      '0-8044-2957-X',
      '0-671-74119-5',
    ),
  },
  {
    name: 'citext_pair',
    ...extension('citext'),
    columns: 'k public.citext, l int',
    key: 'ALTER TABLE {table} ADD PRIMARY KEY (k, l)',
    values: ["'a', 1", "'B', 2", "'b', 1", "'A', 2", "'c', 0", "'C', -1"],
    image: "'A', 1",
  },
  {
    name: 'jsonb',
    columns: 'k jsonb',
    values: quoted('"a"', '"B"', '"ä"', '"Z"', '1.0', '{"b": 1}', '[1, 2]'),
  },
  {
    name: 'jsonb_number',
    columns: 'k jsonb',
    values: quoted('1.0', '2', '"x"', '[1.0]', 'null', '{}'),
    image: "'1.00'",
  },
  {
    name: 'integers',
    columns: 'k int[]',
    values: quoted('{1,2}', '{1}', '{}', '{10}', '{2,NULL}', '{1,2,3}'),
  },
  { name: 'texts', columns: 'k text[]', values: quoted('{a,b}', '{B}', '{ä}', '{Z}', '{a}', '{NULL,c}') },
  {
    name: 'enum',
    branch: ["CREATE TYPE mood AS ENUM ('z', 'b', 'y', 'a', 'x', 'c')"],
    columns: 'k mood',
    values: quoted('z', 'b', 'y', 'a', 'x', 'c'),
  },
  { name: 'character', columns: 'k char(4)', values: quoted('ab', 'B', 'a', 'abc', 'Z', 'c') },
  { name: 'bpchar', columns: 'k bpchar', values: quoted('ab', 'B', 'a', 'abc', 'Z', 'c') },
  { name: 'text', columns: 'k text', values: quoted('a', 'B', 'ä', 'Z', 'a b', '_a', 'ab') },
  { name: 'text_c', columns: 'k text COLLATE "C"', values: quoted('a', 'B', 'ä', 'Z', 'a b', '_a', 'ab') },
  {
    name: 'text_icu',
    columns: 'k text COLLATE "en-x-icu"',
    values: quoted('a', 'B', 'ä', 'Z', 'a b', '_a', 'ab'),
  },
  {
    name: 'text_index_c',
    columns: 'k text COLLATE "en-x-icu" NOT NULL',
    key: 'CREATE UNIQUE INDEX ON {table} (k COLLATE "C")',
    values: quoted('a', 'B', 'ä', 'Z', 'a b', '_a', 'ab'),
  },
  {
    name: 'text_pattern',
    columns: 'k text NOT NULL',
    key: 'CREATE UNIQUE INDEX ON {table} (k text_pattern_ops)',
    values: quoted('a', 'B', 'ä', 'Z', 'a b', '_a', 'ab'),
  },
  {
    name: 'nondeterministic',
    branch: ["CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"],
    columns: 'k text COLLATE no_case',
    values: quoted('abc', 'ABD', 'Zed', 'b', 'C', 'a'),
    image: "'ABC'",
  },
  {
    name: 'uuid',
    columns: 'k uuid',
    values: ['1', 'a', 'f', '0', '9', 'c'].map((one) => `'${one}0000000-0000-0000-0000-00000000000${one}'`),
  },
  { name: 'bytea', columns: 'k bytea', values: quoted('\\x00', '\\xff', '\\x00ff', '\\x', '\\x80', '\\x7f') },
  {
    name: 'range',
    columns: 'k int4range',
    values: quoted('[1,5)', '[1,4)', 'empty', '(,3)', '[2,)', '[0,1)'),
  },
  {
    name: 'numeric_range',
    columns: 'k numrange',
    values: quoted('[1.0,2)', '[3,4)', 'empty', '(,9)', '[8,)', '(1,2]'),
    image: "'[1.00,2)'",
  },
  {
    name: 'composite',
    branch: ['CREATE TYPE pair AS (a text, n numeric)'],
    columns: 'k pair',
    values: quoted('(a,1.0)', '(B,2)', '(ä,3)', '(,)', '(a,)', '(Z,0)'),
    image: "'(a,1.00)'",
  },
  {
    name: 'interval',
    columns: 'k interval',
    values: quoted('30 days', '1 hour', '-1 day', '1 year', '0', '25 hours'),
    image: "'1 month'",
  },
  {
    name: 'date',
    columns: 'k date',
    values: quoted('2025-01-31', 'infinity', '-infinity', '0044-03-15 BC', '1999-12-31', '2026-01-01'),
  },
  {
    name: 'moment',
    columns: 'k timestamptz',
    values: quoted(
      '2025-01-31 10:00+07',
      '2025-01-31 03:00:00.000001+00',
      'infinity',
      '0044-03-15 BC',
      '1999-12-31',
      '-infinity',
    ),
  },
  {
    name: 'zoned_time',
    columns: 'k timetz',
    values: quoted('10:00+07', '03:00+00', '04:00+01', '23:59:60+00', '00:00-12', '12:00+00'),
  },
  {
    name: 'inet',
    columns: 'k inet',
    values: quoted('10.0.0.1/8', '10.0.0.1', '::1', '10.0.0.0/8', '192.168.1.1', '9.255.0.0/16'),
  },
  {
    name: 'booleans',
    columns: 'k bool, l bool, m bool',
    key: 'ALTER TABLE {table} ADD PRIMARY KEY (k, l, m)',
    values: ['t,t,t', 't,t,f', 't,f,t', 'f,t,t', 'f,f,f', 'f,f,t'].map((one) =>
      one.replaceAll('t', 'true').replaceAll(/\bf\b/g, 'false'),
    ),
  },
  { name: 'name', columns: 'k name', values: quoted('a', 'B', 'ä', 'Z', 'a b', '_a') },
  { name: 'one_character', columns: 'k "char"', values: quoted('a', 'B', 'c', 'Z', '_', '') },
  { name: 'money', columns: 'k money', values: quoted('1.00', '-5.25', '1000.10', '0', '99.99', '12') },
  { name: 'bits', columns: 'k bit(4)', values: quoted('1010', '0001', '1111', '0000', '1000', '0111') },
  { name: 'varying_bits', columns: 'k varbit', values: quoted('1010', '0', '1', '', '101', '0101') },
  {
    name: 'domain',
    branch: ["CREATE DOMAIN code AS varchar(10) CHECK (VALUE <> 'never')"],
    columns: 'k code',
    values: quoted('a', 'B', 'ä', 'Z', 'a b', '_a'),
  },
  {
    name: 'integer_domain',
    branch: ['CREATE DOMAIN amount AS bigint', 'CREATE DOMAIN more AS amount'],
    columns: 'k more',
    values: ['5', '-3', '12', '0', '9007199254740993', '7'],
  },
  {
    name: 'varchar',
    columns: 'k varchar(20)',
    values: quoted('a', 'B', 'ä', 'Z', 'a b', '_a', "it''s \\\\t"),
  },
  {
    name: 'ours',
    branch: [
      'CREATE SCHEMA IF NOT EXISTS "Own"',
      `CREATE OR REPLACE FUNCTION "Own".down(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT btint4cmp($2, $1)'`,
      'CREATE OPERATOR "Own".<<< (FUNCTION = int4gt, LEFTARG = int, RIGHTARG = int)',
      'CREATE OPERATOR "Own".>>> (FUNCTION = int4lt, LEFTARG = int, RIGHTARG = int)',
      'CREATE OPERATOR CLASS "Own".down_ops FOR TYPE int USING btree AS OPERATOR 1 "Own".<<<, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 "Own".>>>, FUNCTION 1 "Own".down(int, int)',
      'GRANT USAGE ON SCHEMA "Own" TO PUBLIC',
    ],
    columns: 'k int NOT NULL',
    key: 'CREATE UNIQUE INDEX ON {table} (k "Own".down_ops)',
    values: ['5', '-3', '12', '0', '100', '7'],
  },
];
