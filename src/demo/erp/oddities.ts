import { dayOf, type ErpTable, nth, officeTime, oneOf, pick, SCHEMA, series } from './expressions.ts';
import { perUnit } from './sales.ts';
import { CITIES } from './words.ts';

/** Values in real databases that copying programs fail on, each many times. */

const READINGS = 40;
const LOG_LINES = 8;
const LABELS = 691;

export const TYPES = [
  `CREATE TYPE ${SCHEMA}.reading_state AS ENUM ('ok', 'warn', 'fault', 'off line')`,
  `CREATE DOMAIN ${SCHEMA}.percentage AS numeric(6,3) CHECK (VALUE BETWEEN 0 AND 100)`,
];

const NOTES = [
  '',
  ' ',
  '\\.',
  '\\N',
  'NULL',
  'tab\there',
  'line\nbreak',
  'carriage\r\nreturn',
  'C:\\temp\\new',
  'it\'s "quoted"',
  'koma, titik; {kurung}',
  'suhu 27 °C ✓',
  'gudang 🏬 panas 🔥',
  'ﷺ עברית ไทย 日本語',
  'e\u0301 is not \u00e9',
  '\u0001\u007f\u00a0',
  'x'.repeat(2500),
];

const NUMBERS = [
  "'NaN'",
  "'Infinity'",
  "'-Infinity'",
  '0',
  '0.00',
  '-0.10',
  '1.0',
  '1.00',
  '9007199254740993',
  '123456789012345678901234567890.123456789012345678901234567890',
  '1e-30',
  '-1e40',
  '100000000000000000000',
];

const DOUBLES = [
  "'NaN'",
  "'Infinity'",
  "'-Infinity'",
  "'-0'",
  '0.1',
  '1e308',
  '5e-324',
  '0.30000000000000004',
];

const INSTANTS = [
  "'-infinity'",
  "'infinity'",
  "'2025-03-30 02:30:00.123456+07'",
  "'1883-11-18 12:03:58+00'",
  "'0044-03-15 10:00:00+00 BC'",
  "'99999-12-31 23:59:59.999999+00'",
  "'2024-02-29 23:59:59.999999+14'",
];

const MOMENTS = ["'-infinity'", "'infinity'", "'2025-10-26 02:30:00.000001'", "'0001-01-01 00:00:00'"];

const DOCUMENTS = [
  '{}',
  '[]',
  '"text"',
  'null',
  '{"a": 1.0, "b": 1.00, "c": [null, true, {"d": "\\\\"}]}',
  '{"kosong": "", "emoji": "😀"}',
  '{"baris": "satu\\ndua\\tkolom"}',
  '12345678901234567890.5',
];

/** One of these literals, depending on the row's number; `usual` for most rows. */
function sometimes(salt: number, literals: readonly string[], type: string, usual: string): string {
  const cases = literals.map((value, index) => `WHEN ${index} THEN ${value}::${type}`);
  return `CASE ${pick('n', salt, literals.length * 4)} ${cases.join(' ')} ELSE ${usual} END`;
}

const readings: ErpTable = {
  name: 'x_device_reading',
  key: ['reading_id'],
  columns: [
    ['reading_id', 'bigint NOT NULL', 'n * 900719925474'],
    ['device', 'uuid NOT NULL', `md5('device ' || ${pick('n', 80, 40)})::uuid`],
    [
      'state',
      `${SCHEMA}.reading_state`,
      `${oneOf('n', 81, ['ok', 'ok', 'ok', 'warn', 'fault', 'off line'])}::${SCHEMA}.reading_state`,
    ],
    [
      'history',
      `${SCHEMA}.reading_state[]`,
      `CASE WHEN n % 4 = 0 THEN ARRAY['ok', 'off line', NULL]::${SCHEMA}.reading_state[] END`,
    ],
    [
      'noted',
      'timestamptz NOT NULL',
      sometimes(82, INSTANTS, 'timestamptz', `(day + ${officeTime('n', 83)}) AT TIME ZONE 'Asia/Jakarta'`),
    ],
    [
      'valid_from',
      'timestamp',
      sometimes(84, MOMENTS, 'timestamp', `CASE WHEN n % 6 > 0 THEN day + ${officeTime('n', 85)} END`),
    ],
    ['service_day', 'date', sometimes(86, ["'infinity'", "'-infinity'", "'0001-12-31 BC'"], 'date', 'day')],
    ['shift_start', 'time', officeTime('n', 87)],
    [
      'uptime',
      'interval',
      sometimes(
        88,
        ["'1 mon'", "'30 days'", "'-1 year 2 days -03:04:05.6'"],
        'interval',
        `make_interval(secs => n)`,
      ),
    ],
    [
      'temperature',
      'double precision',
      sometimes(89, DOUBLES, 'double precision', `${pick('n', 90, 400_000)} / 9999.0::double precision`),
    ],
    [
      'pressure',
      'real',
      `CASE WHEN n % 50 = 0 THEN 'NaN'::real ELSE (${pick('n', 91, 100_000)} / 7.0)::real END`,
    ],
    ['measured', 'numeric', sometimes(92, NUMBERS, 'numeric', `${pick('n', 93, 100_000_000)} / 1000.0`)],
    ['humidity', `${SCHEMA}.percentage`, `(${pick('n', 94, 100_000)} / 1000.0)::numeric(6,3)`],
    [
      'samples',
      'double precision[]',
      `CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '{}' ELSE ARRAY[n / 3.0::double precision, NULL, 'NaN', -n] END`,
    ],
    [
      'grid',
      'integer[][]',
      `CASE WHEN n % 3 = 0 THEN ARRAY[[n::int, 2], [NULL, 4]] WHEN n % 3 = 1 THEN '[0:1]={7,8}'::int[] END`,
    ],
    [
      'tags',
      'text[]',
      `ARRAY[${oneOf('n', 95, NOTES.slice(0, 16))}, ${nth('n', CITIES)}, NULL, 'NULL', '', '{a,"b"}']`,
    ],
    [
      'payload',
      'jsonb',
      `CASE WHEN n % 3 = 0 THEN (${oneOf('n', 96, DOCUMENTS)})::jsonb WHEN n % 3 = 1 THEN jsonb_build_object('n', n, 'tag', ${oneOf('n', 97, NOTES.slice(0, 15))}) END`,
    ],
    ['raw_payload', 'json', `CASE WHEN n % 3 = 0 THEN ('{"b":1,  "a" : ' || n || ', "a":2}')::json END`],
    [
      'raw',
      'bytea',
      `CASE n % 4 WHEN 0 THEN '' WHEN 1 THEN decode('00ff5c0a0d09' || md5(n::text), 'hex') WHEN 2 THEN decode(repeat(md5(n::text), 4), 'hex') END`,
    ],
    ['flags', 'bit varying(12)', `${pick('n', 98, 4096)}::int::bit(12)`],
    [
      'window_seconds',
      'int4range',
      `CASE n % 3 WHEN 0 THEN 'empty' WHEN 1 THEN int4range(n::int, NULL) ELSE int4range(0, n::int, '[]') END`,
    ],
    ['address', 'inet', `('10.20.' || n % 256 || '.' || ${pick('n', 99, 256)})::inet`],
    ['working', 'boolean', 'CASE WHEN n % 7 > 0 THEN n % 2 = 0 END'],
    ['note', 'text', `CASE WHEN n % 9 > 0 THEN ${oneOf('n', 100, NOTES)} END`],
  ],
  from: (units) =>
    `(SELECT n, ${dayOf('n', String(READINGS * units))} AS day FROM ${series(READINGS * units)}) AS r`,
  orderBy: '1',
  rows: perUnit(READINGS),
};

/** No key at all, and every ninth row duplicates the one before it. */
const importLog: ErpTable = {
  name: 't_import_log',
  key: [],
  columns: [
    ['logged', 'timestamp', `day + ${officeTime('n', 101)}`],
    ['source_file', 'text', `'impor_' || to_char(day, 'YYYYMMDD') || '.csv'`],
    ['line_no', 'integer', 'CASE WHEN n % 8 > 0 THEN n END'],
    ['level', 'varchar(5) NOT NULL', oneOf('n', 102, ['INFO', 'INFO', 'WARN', 'ERROR'])],
    ['message', 'text', oneOf('n', 103, NOTES)],
    ['amount', 'numeric(20,4)', `CASE WHEN n % 5 > 0 THEN ${pick('n', 104, 9_999_999_999)} / 10000.0 END`],
  ],
  from: (units) =>
    `(SELECT line, n, ${dayOf('n', String(LOG_LINES * units))} AS day
      FROM (SELECT n AS line, CASE WHEN n % 9 = 0 THEN n - 1 ELSE n END AS n FROM ${series(LOG_LINES * units)}) AS lines) AS l`,
  orderBy: 'line',
  rows: perUnit(LOG_LINES),
};

const labels: ErpTable = {
  name: '"X_MixedCase"',
  key: ['"Order No"'],
  columns: [
    ['"Order No"', 'text NOT NULL', `${nth('n', ['SO', 'so', 'Só', 's o', '"SO"'])} || '-' || n`],
    ['"select"', 'integer', 'n'],
    ['"Ünï ""côdé"""', 'text', oneOf('n', 105, NOTES.slice(0, 16))],
    ['"Percent%"', 'smallint', 'n % 100'],
  ],
  from: () => series(LABELS),
  orderBy: '2',
  rows: () => LABELS,
};

export const oddities: readonly ErpTable[] = [readings, importLog, labels];
