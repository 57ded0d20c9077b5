import type { CorpusSchema } from '../corpus.ts';

/** Of the shape of a large ERP: how many tables there are, and how many of them have no key. */
export interface ErpSize {
  readonly tables: number;
  readonly keyless: number;
}

const WIDE_COLUMNS = 200;

/**
 * An ERP with hundreds of tables in one schema, some without a key, some of 200 columns; operators and functions of
 * its own that hide the server's under the role's search path; views over functions that read tables by bare names and
 * swallow errors.
 */
export function erp({ tables, keyless }: ErpSize): CorpusSchema {
  const names = Array.from({ length: tables }, (_, index) => `m_table_${String(index + 1).padStart(4, '0')}`);
  const keyed = names.slice(keyless);
  return {
    name: `ERP of ${tables} tables, ${keyless} of them without a key`,
    searchPath: 'adempiere, pg_catalog',
    connections: [{ id: 'erp', schema: 'adempiere', tables: ['*', 'rv_open', 'rv_unpaid'] }],
    setUp: [
      'CREATE SCHEMA adempiere',
      'SET search_path = adempiere',
      // As such an ERP has them: the server's own names, other meanings.
      `CREATE FUNCTION adempiere.adddays(timestamptz, numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
         $$ SELECT $1 + ($2::text || ' days')::interval $$`,
      'CREATE OPERATOR adempiere.+ (FUNCTION = adempiere.adddays, LEFTARG = timestamptz, RIGHTARG = numeric)',
      `CREATE FUNCTION adempiere.round(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS
         $$ SELECT pg_catalog.round($1, $2::int) $$`,
      `CREATE FUNCTION adempiere.least(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 0 $$`,
      `CREATE FUNCTION adempiere.count(text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 0::bigint $$`,
      ...names.map((name, index) => table(name, index, index < keyless)),
      ...names.map((name, index) => fill(name, 3 + (index % 9) * 4)),
      `CREATE TABLE wide_1 (wide_1_id numeric(10,0) PRIMARY KEY, ${wideColumns()})`,
      `CREATE TABLE wide_2 (${wideColumns()})`,
      `INSERT INTO wide_1 (wide_1_id, c1, c2, c3, c199) SELECT g, 'Y', g, (g || '.10')::numeric, now() FROM generate_series(1, 90) g`,
      `INSERT INTO wide_2 (c1, c2) SELECT 'N', g % 7 FROM generate_series(1, 40) g`,
      `CREATE TABLE c_invoice (c_invoice_id numeric(10,0) PRIMARY KEY, grandtotal numeric, ispaid char(1) NOT NULL DEFAULT 'N',
         c_invoice_uu varchar(36), updated timestamp DEFAULT now())`,
      `INSERT INTO c_invoice SELECT g, g * 1000.50, CASE WHEN g % 3 = 0 THEN 'Y' ELSE 'N' END, md5(g::text) FROM generate_series(1, 60) g`,
      'CREATE TABLE c_payment (c_payment_id numeric(10,0) PRIMARY KEY, c_invoice_id numeric(10,0), payamt numeric)',
      `INSERT INTO c_payment SELECT g, g, 500 FROM generate_series(1, 20) g`,
      `CREATE FUNCTION adempiere.invoiceopen(p_invoice numeric) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
         DECLARE v numeric;
         BEGIN
           SELECT i.grandtotal - coalesce((SELECT sum(payamt) FROM c_payment p WHERE p.c_invoice_id = p_invoice), 0)
             INTO v FROM c_invoice i WHERE i.c_invoice_id = p_invoice;
           RETURN v;
         EXCEPTION WHEN OTHERS THEN RETURN NULL;
         END $$`,
      'CREATE VIEW rv_open AS SELECT c_invoice_id, invoiceopen(c_invoice_id) AS openamt FROM c_invoice',
      `CREATE VIEW rv_unpaid AS SELECT c_invoice_id, openamt FROM rv_open WHERE openamt <> 0`,
    ],
    views: ['rv_open', 'rv_unpaid'],
    changes: [
      ...keyed
        .filter((_, index) => index % 40 === 0)
        .map(
          (name) => `UPDATE adempiere.${name} SET name = name || '*', updated = now() WHERE isactive = 'Y'`,
        ),
      ...names
        .slice(0, keyless)
        .filter((_, index) => index % 30 === 0)
        .map((name) => `UPDATE adempiere.${name} SET name = 'changed' WHERE isactive = 'N'`),
      `INSERT INTO adempiere.c_payment SELECT g + 100, g, 250.25 FROM generate_series(1, 20) g`,
      `UPDATE adempiere.wide_1 SET c3 = c3 * 1.00 WHERE wide_1_id % 5 = 0`,
    ],
    deletes: [
      ...keyed
        .filter((_, index) => index % 50 === 0)
        .map((name) => `DELETE FROM adempiere.${name} WHERE isactive = 'N'`),
      ...names
        .slice(0, keyless)
        .filter((_, index) => index % 35 === 0)
        .map((name) => `DELETE FROM adempiere.${name} WHERE isactive = 'Y'`),
      'DELETE FROM adempiere.c_payment WHERE c_payment_id < 6',
    ],
    schemaChange: [
      ...keyed
        .filter((_, index) => index % 60 === 0)
        .map((name) => `ALTER TABLE adempiere.${name} ADD COLUMN processing char(1) DEFAULT 'N' NOT NULL`),
      'ALTER TABLE adempiere.wide_1 ALTER COLUMN c1 TYPE varchar(60)',
      'ALTER TABLE adempiere.c_invoice ADD COLUMN c_currency_id numeric(10,0) DEFAULT 303',
    ],
    whileCut: [
      `INSERT INTO adempiere.wide_1 (wide_1_id, c1) SELECT g, 'late' FROM generate_series(1000, 1200) g`,
      `INSERT INTO adempiere.c_invoice (c_invoice_id, grandtotal) SELECT g, g FROM generate_series(500, 640) g`,
    ],
  };
}

function table(name: string, index: number, keyless: boolean): string {
  const key = keyless
    ? ''
    : index % 17 === 0
      ? `, PRIMARY KEY (${name}_id, ad_language)`
      : `, PRIMARY KEY (${name}_id)`;
  return `CREATE TABLE ${name} (${name}_id numeric(10,0) NOT NULL, ad_client_id numeric(10,0) NOT NULL DEFAULT 11,
    ad_language varchar(6) NOT NULL DEFAULT 'id_ID', isactive char(1) NOT NULL DEFAULT 'Y' CHECK (isactive IN ('Y', 'N')),
    name varchar(120), created timestamp NOT NULL DEFAULT '2026-01-01', updated timestamp NOT NULL DEFAULT '2026-01-01',
    amount numeric, ${name}_uu varchar(36)${key})`;
}

function fill(name: string, rows: number): string {
  return `INSERT INTO ${name} (${name}_id, isactive, name, amount)
    SELECT g, CASE WHEN g % 4 = 0 THEN 'N' ELSE 'Y' END, 'Nama ' || g, (g || '.50')::numeric FROM generate_series(1, ${rows}) g`;
}

function wideColumns(): string {
  const types = ['varchar(20)', 'numeric', 'numeric', 'timestamp', 'char(1)', 'text'];
  // The first three have fixed types, since the statements above write them.
  const type = (n: number): string =>
    n === 1
      ? 'varchar(20)'
      : n <= 3
        ? 'numeric'
        : n === 199
          ? 'timestamptz'
          : (types[n % types.length] ?? 'text');
  return Array.from({ length: WIDE_COLUMNS - 1 }, (_, index) => `c${index + 1} ${type(index + 1)}`).join(
    ', ',
  );
}
