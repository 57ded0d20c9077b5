import type pg from 'pg';

/** What a statement did, in rows. */
export interface RowChange {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly keysChanged: number;
}

interface Changed {
  readonly table: string;
  /** A number, so that a new one falls anywhere between the others; null where the table has no key. */
  readonly key: string | null;
  /** What an update sets. */
  readonly set: string;
}

/** Tables of several kinds: large and small, one key column or two, text as key, none. */
const TABLES: readonly Changed[] = [
  { table: 'c_invoiceline', key: 'c_invoiceline_id', set: 'qtyinvoiced = qtyinvoiced + 1' },
  { table: 'c_orderline', key: 'c_orderline_id', set: "description = 'diubah ' || qtyordered" },
  { table: 'fact_acct', key: 'fact_acct_id', set: 'amtacctdr = amtacctdr + 0.01' },
  { table: 'm_transaction', key: 'm_transaction_id', set: 'updatedby = updatedby + 1' },
  { table: 'c_bpartner', key: 'c_bpartner_id', set: "name = left(name || '*', 60)" },
  { table: 'm_productprice', key: 'm_product_id', set: 'pricestd = pricestd + 250' },
  { table: 'm_storageonhand', key: 'm_product_id', set: 'qtyonhand = qtyonhand - 0.5' },
  { table: 'x_device_reading', key: 'reading_id', set: "note = coalesce(note, '') || E'\\t\\\\.'" },
  { table: '"X_MixedCase"', key: null, set: '"select" = "select" + 1' },
  { table: 't_import_log', key: null, set: 'line_no = coalesce(line_no, 0) + 1' },
];

/** Few enough that the brake on removed rows (a fifth of a table and 1,000) never has a reason. */
const FEW = 5;
const MANY = 2500;
const LARGEST_KEY = 2_000_000_000;
/** `"X_MixedCase"` has a key of text, which cannot be drawn. */
const FREE_KEYS = ['t_import_log'];

const NOTHING: RowChange = { inserted: 0, updated: 0, deleted: 0, keysChanged: 0 };

/**
 * Changes rows somewhere in a table of the branch, in the open transaction.
 *
 * @param random decides what and where
 * @throws DatabaseError where a key is there already
 */
export async function randomChange(client: pg.Client, random: () => number): Promise<RowChange> {
  const changed = TABLES[Math.floor(random() * TABLES.length)] ?? TABLES[0];
  if (changed === undefined) return NOTHING;
  const { table, key, set } = changed;
  const kind = random();
  const place = random();
  const few = 1 + Math.floor(random() * FEW);
  const at = Math.floor(random() * LARGEST_KEY);
  const some = (rows: number): string =>
    `(SELECT ctid FROM ${table} OFFSET floor(${place} * (SELECT count(*) FROM ${table})) LIMIT ${rows})`;
  const run = async (sql: string): Promise<number> => (await client.query(sql)).rowCount ?? 0;

  if (kind < 0.3 && (key !== null || FREE_KEYS.includes(table))) {
    const inserted = await run(insertOf(changed, some(few), at));
    return { ...NOTHING, inserted };
  }
  if (kind < 0.5) {
    return { ...NOTHING, deleted: await run(`DELETE FROM ${table} WHERE ctid = ANY(ARRAY${some(few)})`) };
  }
  if (kind < 0.65 && key !== null) {
    // The row is gone at one place and there at another: perhaps from behind the checkpoint to before it.
    const moved = await run(`UPDATE ${table} SET ${key} = ${at} WHERE ctid = ANY(ARRAY${some(1)})`);
    return { ...NOTHING, keysChanged: moved };
  }
  const rows = random() < 0.2 ? MANY : few;
  return {
    ...NOTHING,
    updated: await run(`UPDATE ${table} SET ${set} WHERE ctid = ANY(ARRAY${some(rows)})`),
  };
}

/** Rows like others, under keys of their own. */
function insertOf({ table, key }: Changed, like: string, at: number): string {
  const from = `FROM ${table} AS t WHERE ctid = ANY(ARRAY${like})`;
  if (key === null) return `INSERT INTO ${table} SELECT * ${from}`;
  const row = `jsonb_populate_record(t, jsonb_build_object('${key}', ${at} + row_number() OVER ()))`;
  return `INSERT INTO ${table} SELECT (${row}).* ${from}`;
}
