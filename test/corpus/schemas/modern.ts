import type { CorpusSchema } from '../corpus.ts';

/** What PostgreSQL 18 has brought: keys that are periods, uuidv7, columns computed when they are read, NOT NULL NOT VALID. */
export const modern: CorpusSchema = {
  name: "PostgreSQL 18's temporal keys, uuidv7 and virtual generated columns",
  since: 18,
  extensions: ['btree_gist'],
  connections: [{ id: 'modern', schema: 'modern' }],
  setUp: [
    'CREATE SCHEMA modern',
    'SET search_path = modern, public',
    `CREATE TABLE price (product int, valid daterange, amount numeric, PRIMARY KEY (product, valid WITHOUT OVERLAPS))`,
    `INSERT INTO price SELECT g % 9, daterange('2026-01-01'::date + g, '2026-01-01'::date + g + 1), g FROM generate_series(1, 60) g`,
    `CREATE TABLE event (id uuid PRIMARY KEY DEFAULT uuidv7(), at timestamptz GENERATED ALWAYS AS (uuid_extract_timestamp(id)) VIRTUAL, n int)`,
    `INSERT INTO event (n) SELECT g FROM generate_series(1, 80) g`,
    `CREATE TABLE line (id int PRIMARY KEY, quantity int, price numeric, total numeric GENERATED ALWAYS AS (quantity * price) VIRTUAL,
       kept numeric GENERATED ALWAYS AS (quantity + 1) STORED)`,
    `INSERT INTO line SELECT g, g % 7, g * 1.10 FROM generate_series(1, 70) g`,
    `CREATE TABLE half_checked (a int, b int, v text)`,
    `INSERT INTO half_checked SELECT CASE WHEN g % 5 <> 0 THEN g END, g, 'v' || g FROM generate_series(1, 50) g`,
    `ALTER TABLE half_checked ADD CONSTRAINT a_there NOT NULL a NOT VALID`,
    `CREATE UNIQUE INDEX half_checked_key ON half_checked (a)`,
    `CREATE TABLE span (id int PRIMARY KEY, long interval, spans interval[])`,
    `INSERT INTO span SELECT g, g * interval '1 hour', ARRAY[interval '1 mon', NULL] FROM generate_series(1, 30) g`,
    `CREATE TABLE parent (id int PRIMARY KEY)`,
    `CREATE TABLE child (id int PRIMARY KEY, parent int, CONSTRAINT loose FOREIGN KEY (parent) REFERENCES parent NOT ENFORCED)`,
    `INSERT INTO child SELECT g, g + 1000 FROM generate_series(1, 25) g`,
  ],
  changes: [
    `UPDATE modern.price SET valid = daterange(lower(valid) + 100, upper(valid) + 100) WHERE product = 4`,
    `UPDATE modern.line SET quantity = quantity + 1 WHERE id % 6 = 0`,
    `UPDATE modern.half_checked SET v = v || '!' WHERE a IS NULL AND false`,
    `UPDATE modern.half_checked SET a = b WHERE b = 5`,
    `UPDATE modern.span SET long = interval '30 days' WHERE id = 3`,
  ],
  deletes: [
    'DELETE FROM modern.price WHERE product = 2',
    'DELETE FROM modern.event WHERE n % 8 = 0',
    'DELETE FROM modern.half_checked WHERE b = 10',
  ],
  schemaChange: [
    `ALTER TABLE modern.line ADD COLUMN gross numeric GENERATED ALWAYS AS (price * 1.11) VIRTUAL`,
    `ALTER TABLE modern.event ADD COLUMN source text DEFAULT 'x'`,
  ],
  whileCut: [
    `INSERT INTO modern.event (n) SELECT g FROM generate_series(1000, 1150) g`,
    `INSERT INTO modern.line SELECT g, 1, 1 FROM generate_series(500, 620) g`,
  ],
};
