import { type CorpusSchema, isAfterSchemaChange } from '../corpus.ts';

/** A billing program: partial, expression and deferrable unique indexes, an exclusion, arrays of enums, swaps. */
export const billing: CorpusSchema = {
  name: 'billing with partial, expression and deferrable uniques',
  extensions: ['btree_gist'],
  connections: [{ id: 'billing', schema: 'billing' }],
  setUp: [
    'CREATE SCHEMA billing',
    'SET search_path = billing, public',
    `CREATE TYPE state AS ENUM ('draft', 'open', 'paid', 'void')`,
    'CREATE DOMAIN positive AS numeric(18,4) CHECK (VALUE >= 0)',
    'CREATE TYPE money_amount AS (amount numeric(18,4), currency char(3))',
    `CREATE TABLE customer (id uuid PRIMARY KEY, email text, deleted_at timestamptz, tags state[] NOT NULL DEFAULT '{}')`,
    'CREATE UNIQUE INDEX customer_email ON customer (lower(email)) WHERE deleted_at IS NULL',
    `INSERT INTO customer SELECT md5(g::text)::uuid, 'User' || g % 60 || '@X.example',
       CASE WHEN g > 60 THEN '2026-01-01'::timestamptz END, ARRAY['draft','paid']::state[] FROM generate_series(1, 90) g`,
    `CREATE TABLE plan_position (plan int, position int, name text, UNIQUE (plan, position) DEFERRABLE INITIALLY DEFERRED, id int PRIMARY KEY)`,
    `INSERT INTO plan_position SELECT g / 10, g % 10, 'n' || g, g FROM generate_series(0, 79) g`,
    // The only key there is cannot be used by ON CONFLICT.
    `CREATE TABLE queue (slot int PRIMARY KEY DEFERRABLE, payload jsonb)`,
    `INSERT INTO queue SELECT g, jsonb_build_object('n', g, 'a', ARRAY[g, NULL]) FROM generate_series(1, 70) g`,
    `CREATE TABLE period (customer uuid, during tstzrange, price positive, total money_amount, id bigserial PRIMARY KEY,
       EXCLUDE USING gist (customer WITH =, during WITH &&))`,
    `INSERT INTO period (customer, during, price, total)
       SELECT md5((g % 10)::text)::uuid, tstzrange(timestamptz '2026-01-01' + g * interval '1 day', timestamptz '2026-01-01' + (g + 1) * interval '1 day'),
         g, ROW(g, 'IDR')::money_amount FROM generate_series(1, 60) g`,
    `CREATE TABLE states_seen (states state[] PRIMARY KEY, n int)`,
    `INSERT INTO states_seen VALUES ('{}', 0), ('{draft}', 1), ('{draft,open}', 2), ('{NULL,paid}', 3), ('{paid}', 4), ('{void,draft}', 5)`,
    `CREATE TABLE invoice_number (series text, no int, invoice int NOT NULL UNIQUE, PRIMARY KEY (series, no))`,
    `INSERT INTO invoice_number SELECT 'S' || g % 3, g, g FROM generate_series(1, 99) g`,
    // A unique index that holds NULLs for equal, and one with columns it only carries.
    `CREATE TABLE coupon (code varchar(12), region text, uses int, UNIQUE (code, region))`,
    `INSERT INTO coupon SELECT 'C' || g % 20, CASE WHEN g % 4 = 0 THEN NULL ELSE 'r' || g END, g FROM generate_series(1, 50) g`,
    'CREATE TABLE ledger (a int NOT NULL, b text NOT NULL, c int)',
    'CREATE UNIQUE INDEX ledger_key ON ledger (a) INCLUDE (b)',
    `INSERT INTO ledger SELECT g, 'b' || g, g FROM generate_series(1, 60) g`,
  ],
  changes: [
    // Swaps under unique keys.
    'UPDATE billing.invoice_number SET invoice = -1 WHERE invoice = 1',
    'UPDATE billing.invoice_number SET invoice = 1 WHERE invoice = 2',
    'UPDATE billing.invoice_number SET invoice = 2 WHERE invoice = -1',
    `UPDATE billing.plan_position SET position = 9 - position WHERE plan = 3`,
    `UPDATE billing.queue SET slot = slot + 1`,
    `UPDATE billing.customer SET deleted_at = now(), tags = tags || 'void'::billing.state WHERE email LIKE 'User1%' AND deleted_at IS NULL`,
    `INSERT INTO billing.customer SELECT md5('n' || g)::uuid, 'user1' || g || '@x.example', NULL, '{}' FROM generate_series(0, 9) g`,
    `UPDATE billing.period SET total = ROW((total).amount * 1.0000, 'EUR')::billing.money_amount WHERE id % 4 = 0`,
    `UPDATE billing.coupon SET uses = uses + 1 WHERE region IS NULL`,
  ],
  deletes: [
    'DELETE FROM billing.queue WHERE slot % 10 = 0',
    `DELETE FROM billing.states_seen WHERE n = 3`,
    `DELETE FROM billing.coupon WHERE uses % 9 = 0`,
    'DELETE FROM billing.period WHERE id BETWEEN 20 AND 25',
  ],
  schemaChange: [
    `ALTER TYPE billing.state RENAME VALUE 'void' TO 'voided'`,
    `ALTER TYPE billing.money_amount ADD ATTRIBUTE rate numeric`,
    'ALTER TABLE billing.ledger ADD PRIMARY KEY (a, b)',
    `ALTER TABLE billing.customer ADD COLUMN credit billing.positive DEFAULT 10`,
  ],
  whileCut: [
    `INSERT INTO billing.ledger SELECT g, 'late', g FROM generate_series(100, 260) g`,
    `INSERT INTO billing.queue SELECT g, '{}' FROM generate_series(300, 420) g`,
    `UPDATE billing.plan_position SET position = position + 100`,
  ],
  // In a table that branches share, the others still live by the key that it had.
  refused: (layout, stage): Readonly<Record<string, string>> =>
    layout !== 'schema' && isAfterSchemaChange(stage) ? { 'billing/ledger': 'central_key_missing' } : {},
};
