/** A table of the branch whose rows have to arrive at head office as they are. */
export interface Specimen {
  /** What arrives: the rest of a sentence that begins with "…". */
  readonly title: string;
  readonly table: string;
  /** Statements that make and fill it. */
  readonly sql: readonly string[];
  /** The oldest PostgreSQL that knows such a thing. */
  readonly since?: number;
  /** The oldest PostgreSQL that takes such values; an older central refuses them, clearly. */
  readonly takenSince?: number;
  /** Where the layout `stamp` cannot have it. */
  readonly mirrorOnly?: boolean;
  /** Where a row has no key. */
  readonly keyless?: boolean;
}

/** A table with a key, and a row for each SQL expression, NULL besides. */
function values(
  title: string,
  table: string,
  type: string,
  expressions: readonly string[],
  since = 0,
): Specimen {
  const rows = [...expressions, 'NULL'].map((one, index) => `(${index}, ${one})`);
  return {
    title,
    table,
    since,
    sql: [
      `CREATE TABLE ${table} (id int PRIMARY KEY, value ${type})`,
      `INSERT INTO ${table} VALUES ${rows.join(', ')}`,
    ],
  };
}

const NUMBERS: readonly Specimen[] = [
  values('NaN, infinities and numerics beyond doubles, with their scale', 'v_numeric', 'numeric', [
    "'NaN'",
    '0.00',
    '-0.10',
    '1.0',
    '1.00',
    '9007199254740993',
    '123456789012345678901234567890.123456789012345678901234567890',
    "('1' || repeat('0', 1000))::numeric",
    "('0.' || repeat('0', 500) || '1')::numeric",
  ]),
  {
    ...values('infinite numerics', 'v_numeric_infinity', 'numeric', ["'Infinity'", "'-Infinity'"], 14),
    takenSince: 14,
  },
  values('numerics of a fixed scale', 'v_decimal', 'numeric(20,6)', ['0', '-12345678901234.123456']),
  values('doubles to the last bit', 'v_double', 'double precision', [
    "'NaN'",
    "'Infinity'",
    "'-Infinity'",
    "'-0'",
    '0.1',
    '1e308',
    '5e-324',
    '0.30000000000000004',
  ]),
  values('reals to the last bit', 'v_real', 'real', ["'NaN'", "'-0'", '0.1', '3.4028235e38', '1e-45']),
  values('the ends of integers', 'v_bigint', 'bigint', ['9223372036854775807', '-9223372036854775808']),
  values('money', 'v_money', 'money', ["'1234567.89'", "'-0.01'"]),
];

const TIMES: readonly Specimen[] = [
  values('microseconds, infinite and BC dates with time zone', 'v_timestamptz', 'timestamptz', [
    "'2025-11-08 14:30:52.000001+07'",
    "'infinity'",
    "'-infinity'",
    "'0044-03-15 10:00:00+00 BC'",
    "'99999-12-31 23:59:59.999999+00'",
    "'1883-11-18 12:03:58+00'",
  ]),
  values('moments without time zone', 'v_timestamp', 'timestamp', [
    "'2025-10-26 02:30:00.000001'",
    "'infinity'",
    "'4713-01-01 00:00:00 BC'",
    "'294276-12-31 23:59:59.999999'",
  ]),
  values('dates', 'v_date', 'date', ["'infinity'", "'-infinity'", "'0001-12-31 BC'", "'5874897-12-31'"]),
  values('times of day', 'v_time', 'time', ["'00:00'", "'24:00'", "'23:59:59.999999'"]),
  values('times of day with time zone', 'v_timetz', 'timetz', ["'24:00+15:59'", "'01:02:03.000004-07'"]),
  values('intervals as they were written', 'v_interval', 'interval', [
    "'1 mon'",
    "'30 days'",
    "'720:00:00'",
    "'-1 year 2 days -03:04:05.6'",
    "'178000000 years'",
  ]),
];

const TEXTS: readonly Specimen[] = [
  values('texts with every sign that COPY gives a meaning to', 'v_text', 'text', [
    "''",
    "' '",
    "'NULL'",
    "E'\\\\N'",
    "E'\\\\.'",
    "E'a\\n\\\\.\\nb'",
    "E'tab\\there'",
    "E'line\\nbreak'",
    "E'carriage\\rreturn'",
    "E'carriage\\r\\nreturn'",
    "E'C:\\\\temp\\\\new\\\\'",
    "E'\\b\\f\\v\\x01\\x7f'",
    `'it''s "quoted", {curly}'`,
    "'suhu 27 °C ✓ gudang 🏬 ﷺ ไทย 日本語'",
    "E'e\\u0301 is not \\u00e9'",
    "E'\\ufeffbom'",
  ]),
  values('a text of a megabyte', 'v_megabyte', 'text', [
    "(SELECT string_agg(md5(n::text), E'\\n\\t') FROM generate_series(1, 30000) n)",
  ]),
  values('padded characters', 'v_char', 'char(8)', ["'ab'", "''", "'é'"]),
  values('varchars', 'v_varchar', 'varchar(5)', ["'🔥🔥🔥🔥🔥'", "''"]),
  values('names and single characters', 'v_name', 'name', ["'Ünï'"]),
  values('internal characters', 'v_internal', '"char"', ["'x'", "''"]),
  values('bytes', 'v_bytea', 'bytea', ["''", "'\\x00ff5c0a0d09'", "decode(repeat('00ff', 200000), 'hex')"]),
  values('json as it was written', 'v_json', 'json', [
    `'{"b":1,  "a" : 1.00, "a":2}'`,
    `'"\\u0000"'`,
    "'12345678901234567890.50'",
    "'null'",
  ]),
  values('jsonb', 'v_jsonb', 'jsonb', [`'{"a": 1.00, "b": [null, {"d": "\\\\\\n😀"}]}'`, "'[]'", "'null'"]),
  values('jsonpath', 'v_jsonpath', 'jsonpath', [`'$.a[*] ? (@ > 1)'`], 12),
  values('xml as it was written', 'v_xml', 'xml', [
    `'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a/>'`,
    '\'<a b="1">ü &amp;</a>\'',
    "'text <b/>'",
    "''",
  ]),
];

const OTHERS: readonly Specimen[] = [
  values('uuids', 'v_uuid', 'uuid', ["'00000000-0000-0000-0000-000000000000'", "md5('1')::uuid"]),
  values('booleans', 'v_boolean', 'boolean', ['true', 'false']),
  values('addresses', 'v_inet', 'inet', ["'10.1.2.3/8'", "'::ffff:1.2.3.4'", "'2001:db8::/32'"]),
  values('networks', 'v_cidr', 'cidr', ["'10.0.0.0/8'"]),
  values('hardware addresses', 'v_mac', 'macaddr8', ["'08:00:2b:01:02:03:04:05'"]),
  values('bits', 'v_bit', 'bit(5)', ["B'10101'"]),
  values('bit strings', 'v_varbit', 'bit varying', ["B''", "B'101010101010'"]),
  values('search vectors', 'v_tsvector', 'tsvector', [`'''a b'':1A,3 ''it''''s'':2'`, "''"]),
  values('search queries', 'v_tsquery', 'tsquery', [`'a & !b <-> c:*A'`]),
  values('points', 'v_point', 'point', ["'(0.1,-1e300)'", "'(NaN,Infinity)'"]),
  values('shapes', 'v_polygon', 'polygon', ["'((0,0),(0.1,0),(0,1))'"]),
  values('circles', 'v_circle', 'circle', ["'<(0.1,2),3>'"]),
  values('log positions', 'v_lsn', 'pg_lsn', ["'16/B374D848'"]),
  values('the names of tables', 'v_regclass', 'regclass', ["'pg_catalog.pg_class'"]),
  values('arrays of texts', 'v_texts', 'text[]', [
    "'{}'",
    `ARRAY['', 'NULL', NULL, '{a,"b"}', E'\\\\', E'\\t', 'a,b']`,
    "'[0:1]={x,y}'",
  ]),
  values('arrays of more dimensions', 'v_grid', 'int[]', ["'{{1,2},{NULL,4}}'", "'[-1:0][2:2]={{1},{2}}'"]),
  values('arrays of numerics', 'v_numerics', 'numeric(10,2)[]', ["'{NaN,1.10,NULL}'"]),
  values('ranges', 'v_range', 'int4range', ["'empty'", "'[1,5)'", "'(,)'", "'[3,]'"]),
  values('ranges of moments', 'v_tstzrange', 'tstzrange', ["'[2025-01-01 00:00+07,infinity]'"]),
  values('multiranges', 'v_multirange', 'nummultirange', ["'{[1.0,2.00),(5,)}'", "'{}'"], 14),
];

/** Types of the branch's own. */
const OWN: readonly Specimen[] = [
  values('enums', 'o_enum', 'mood', ["'sedih'", "'it''s, \"so\"'"]),
  values('arrays of enums', 'o_enums', 'mood[]', [`ARRAY['sedih', NULL, 'it''s, "so"']::mood[]`, "'{}'"]),
  values('domains', 'o_domain', 'percentage', ['99.999', '0']),
  values('domains over domains', 'o_deep_domain', 'half', ['49.999']),
  values('arrays of domains', 'o_domains', 'percentage[]', ["'{1.5,NULL,100.000}'"]),
  values('domains over enums', 'o_domain_enum', 'good_mood', ["'senang'"]),
  values('domains over arrays', 'o_domain_array', 'triple', ["'{1,2,3}'"]),
  values('composites with what has to be quoted in them', 'o_composite', 'address', [
    `ROW('Jl. "A", (no. 1)', 'senang', 12.50, ARRAY['x,y', NULL])::address`,
    'ROW(NULL, NULL, NULL, NULL)::address',
    `ROW('', 'sedih', 0, '{}')::address`,
  ]),
  values('arrays of composites', 'o_composites', 'address[]', [
    `ARRAY[ROW(E'a\\\\b"', 'senang', 1, NULL)::address, NULL]`,
  ]),
  values('composites in composites', 'o_nested', 'person', [
    `ROW('x', ROW('(y)', 'senang', 1.0, ARRAY['"'])::address)::person`,
  ]),
  values('ranges of the branch', 'o_range', 'score', ["'[0.1,0.2]'", "'empty'", "'(,1)'"]),
  values('ranges of texts', 'o_words', 'words', [`'[a,"b\\""]'`, "'(,)'"]),
  values('arrays of ranges', 'o_ranges', 'score[]', [`ARRAY['[0.1,0.2]', NULL]::score[]`]),
  values('multiranges of the branch', 'o_multirange', 'score_multirange', [`'{[0.1,0.2]}'`], 14),
];

const OWN_TYPES: readonly string[] = [
  `CREATE TYPE mood AS ENUM ('sedih', 'it''s, "so"', 'senang')`,
  'CREATE DOMAIN percentage AS numeric(6,3) CHECK (VALUE BETWEEN 0 AND 100)',
  'CREATE DOMAIN half AS percentage CHECK (VALUE <= 50)',
  `CREATE DOMAIN good_mood AS mood CHECK (VALUE = 'senang')`,
  'CREATE DOMAIN triple AS int[] CHECK (array_length(VALUE, 1) = 3)',
  'CREATE TYPE address AS (street text, "Feels" mood, share percentage, tags varchar(9)[])',
  'CREATE TYPE person AS (name text, home address)',
  'CREATE TYPE score AS RANGE (SUBTYPE = double precision, SUBTYPE_DIFF = float8mi)',
  'CREATE TYPE words AS RANGE (SUBTYPE = text, COLLATION = "C")',
];

const WIDE = Array.from({ length: 1600 }, (_, index) => `c${index + 1}`);

/** Tables that are odd themselves. */
const SHAPES: readonly Specimen[] = [
  {
    title: 'quoted and mixed-case names',
    table: 'X_Mixed "Case" é',
    sql: [
      'CREATE TABLE "X_Mixed ""Case"" é" ("Order No" text COLLATE "C" PRIMARY KEY, "Ünï ""côdé""" text, "a.b" int, "%" int)',
      `INSERT INTO "X_Mixed ""Case"" é" VALUES ('SO-1', 'x', 1, 2), ('so-1', 'y', 3, 4)`,
    ],
  },
  {
    title: 'tables and columns named like keywords',
    table: 'select',
    sql: [
      'CREATE TABLE "select" ("order" int PRIMARY KEY, "from" text, "user" text, "t" int, "s" int, "xmin_" int, "inserted" int)',
      `INSERT INTO "select" VALUES (1, 'a', 'b', 1, 2, 3, 4), (2, NULL, 'c', 5, 6, 7, 8)`,
    ],
  },
  {
    title: 'partitions as one table',
    table: 'sales',
    sql: [
      'CREATE TABLE sales (id int, region text, amount numeric, PRIMARY KEY (id, region)) PARTITION BY LIST (region)',
      "CREATE TABLE sales_a PARTITION OF sales FOR VALUES IN ('a') PARTITION BY RANGE (id)",
      'CREATE TABLE sales_a1 PARTITION OF sales_a FOR VALUES FROM (0) TO (10)',
      // Its columns stand in another order than the parent's.
      'CREATE TABLE sales_b (amount numeric, extra int, region text NOT NULL, id int NOT NULL)',
      'ALTER TABLE sales_b DROP COLUMN extra',
      "ALTER TABLE sales ATTACH PARTITION sales_b FOR VALUES IN ('b')",
      "INSERT INTO sales VALUES (1, 'a', 1.10), (2, 'b', 2), (3, 'b', NULL)",
    ],
  },
  {
    title: 'identity columns GENERATED ALWAYS',
    table: 'i_always',
    sql: [
      'CREATE TABLE i_always (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, line int GENERATED BY DEFAULT AS IDENTITY, note text)',
      "INSERT INTO i_always (note) VALUES ('a'), ('b')",
    ],
  },
  {
    title: 'generated columns with their values',
    table: 'g_stored',
    since: 12,
    sql: [
      'CREATE TABLE g_stored (id int PRIMARY KEY, net numeric, gross numeric GENERATED ALWAYS AS (net * 1.11) STORED)',
      'INSERT INTO g_stored (id, net) VALUES (1, 100), (2, NULL)',
    ],
  },
  {
    title: 'virtual columns with their values',
    table: 'g_virtual',
    since: 18,
    sql: [
      'CREATE TABLE g_virtual (id int PRIMARY KEY, net numeric, gross numeric GENERATED ALWAYS AS (net * 1.11) VIRTUAL)',
      'INSERT INTO g_virtual (id, net) VALUES (1, 100), (2, NULL)',
    ],
  },
  {
    title: 'tables without a row',
    table: 'empty_one',
    sql: ['CREATE TABLE empty_one (id int PRIMARY KEY, note text NOT NULL)'],
  },
  {
    title: 'tables without a column',
    table: 'no_columns',
    keyless: true,
    sql: [
      'CREATE TABLE no_columns ()',
      'INSERT INTO no_columns DEFAULT VALUES',
      'INSERT INTO no_columns SELECT FROM no_columns',
    ],
  },
  {
    title: 'tables of nothing but a key',
    table: 'only_key',
    sql: [
      'CREATE TABLE only_key (a int, b text COLLATE "C", PRIMARY KEY (b, a))',
      "INSERT INTO only_key VALUES (1, 'x'), (2, 'x')",
    ],
  },
  {
    title: 'tables without a key, double rows included',
    table: 'keyless',
    keyless: true,
    sql: ['CREATE TABLE keyless (note text)', "INSERT INTO keyless VALUES ('a'), ('a'), (NULL)"],
  },
  {
    title: 'columns that stand behind dropped ones',
    table: 'dropped',
    sql: [
      'CREATE TABLE dropped (gone text, id int PRIMARY KEY, also_gone int, kept text)',
      "INSERT INTO dropped VALUES ('x', 1, 1, 'old')",
      'ALTER TABLE dropped DROP COLUMN gone, DROP COLUMN also_gone, ADD COLUMN later int DEFAULT 7',
      'INSERT INTO dropped VALUES (2, NULL, 8)',
    ],
  },
  {
    title: 'children of a table that others inherit from',
    table: 'parent',
    sql: [
      'CREATE TABLE parent (id int PRIMARY KEY, note text)',
      'CREATE TABLE child (own int) INHERITS (parent)',
      "INSERT INTO parent VALUES (1, 'parent')",
      "INSERT INTO child VALUES (2, 'child', 3)",
    ],
  },
  {
    title: '1,600 columns',
    table: 'wide',
    mirrorOnly: true,
    sql: [
      `CREATE TABLE wide (${WIDE.map((name, index) => `${name} ${index === 0 ? 'int PRIMARY KEY' : 'smallint'}`).join(', ')})`,
      `INSERT INTO wide (c1, c2, c1600) VALUES (1, 2, 3), (2, NULL, 4)`,
    ],
  },
];

/** Everything of the list that has rows of its own; made in this order. */
export const SPECIMENS: readonly Specimen[] = [...NUMBERS, ...TIMES, ...TEXTS, ...OTHERS, ...OWN, ...SHAPES];

/** The specimens that a source of this major version can have. */
export function specimensOf(major: number): readonly Specimen[] {
  return SPECIMENS.filter((one) => (one.since ?? 0) <= major);
}

/** Statements that make all of them, in the schema that is current. */
export function specimenSql(major: number): readonly string[] {
  return [...OWN_TYPES, ...specimensOf(major).flatMap((one) => one.sql)];
}
