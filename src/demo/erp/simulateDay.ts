import { literal, pick, SCHEMA, uuid } from './expressions.ts';
import { PARTNERS, PRODUCTS, price } from './masterData.ts';
import type { Execute } from './seed.ts';

/** Rows that a simulated day changed in a table. */
export interface DayChange {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

const NEW_ORDERS = 40;
const CONFIRMED = 12;
const CANCELLED = 4;
const PAID = 15;
const REPRICED = 20;
const RENAMED = 3;
const READINGS = 96;
const LOG_LINES = 25;

/** The columns that every table has, and their values for a row `n` of today. */
const STAMP =
  "1000002, 1000001, 'Y', today + time '08:00' + n * interval '10 min', 1000001, today + time '08:00' + n * interval '10 min', 1000001";
const STAMP_NAMES = 'ad_client_id, ad_org_id, isactive, created, createdby, updated, updatedby';
/** The day after the branch's last orders. */
const TODAY = `(SELECT max(dateordered)::date + 1 AS today, max(c_order_id)::bigint AS last FROM ${SCHEMA}.c_order) AS clock`;
const TOUCHED = `updated = (SELECT max(dateordered) + interval '15:30:00.25' FROM ${SCHEMA}.c_order), updatedby = 1000002`;

/**
 * Simulates a working day at the branch: orders come in, are confirmed, cancelled (deleted) and paid; prices
 * and stock change; and someone repairs names with SQL that does not touch `updated`, which a sync by time
 * stamps would miss. Each call is the day after the previous one, the same on every machine.
 *
 * @returns what changed; fewer rows on a branch too small for a whole day's work
 */
export async function simulateDay(execute: Execute): Promise<readonly DayChange[]> {
  await execute('BEGIN');
  try {
    for (const statement of DAY) await execute(statement);
    await execute('COMMIT');
  } catch (error) {
    await execute('ROLLBACK').catch(() => undefined);
    throw error;
  }
  return CHANGES;
}

const key = '(last + n)';
const qty = `(1 + ${pick(key, 121, 40)})`;
const product = `(1 + ${pick(key, 122, PRODUCTS)})`;

const drafts = (order: string, count: number): string =>
  `(SELECT c_order_id FROM ${SCHEMA}.c_order WHERE docstatus = 'DR' ORDER BY c_order_id ${order} LIMIT ${count})`;
const unpaid = `(SELECT c_invoice_id FROM ${SCHEMA}.c_invoice WHERE ispaid = 'N' ORDER BY c_invoice_id LIMIT ${PAID})`;

const DAY: readonly string[] = [
  // Cancels the oldest drafts before today's orders exist; their lines are deleted first.
  `DELETE FROM ${SCHEMA}.c_orderline WHERE c_order_id IN ${drafts('', CANCELLED)}`,
  `DELETE FROM ${SCHEMA}.c_order WHERE c_order_id IN ${drafts('', CANCELLED)}`,
  `UPDATE ${SCHEMA}.c_order SET docstatus = 'CO', ${TOUCHED} WHERE c_order_id IN ${drafts('', CONFIRMED)}`,
  `INSERT INTO ${SCHEMA}.c_orderline (c_orderline_id, ${STAMP_NAMES}, c_orderline_uu, c_order_id, line, m_product_id,
    c_uom_id, c_tax_id, qtyordered, pricelist, priceactual, discount, linenetamt)
   SELECT 1000000 + (${key} - 1000000) * 10 + 1, ${STAMP}, ${uuid('c_orderline', `${key} * 10 + 1`)}, ${key}, 10,
    1000000 + ${product}, 1000001, 1000001, ${qty}, ${price(product)}, ${price(product)}, 0, ${qty} * ${price(product)}
   FROM ${TODAY}, generate_series(1, ${NEW_ORDERS}) AS n`,
  `INSERT INTO ${SCHEMA}.c_order (c_order_id, ${STAMP_NAMES}, c_order_uu, documentno, docstatus, dateordered,
    c_bpartner_id, c_bpartner_location_id, m_warehouse_id, c_paymentterm_id, c_currency_id, totallines, grandtotal, description)
   SELECT ${key}, ${STAMP}, ${uuid('c_order', key)}, 'SO/LMP/' || to_char(today, 'YYMM') || '/' || lpad((${key} - 1000000)::text, 6, '0'),
    'DR', today, 1000001 + ${pick(key, 61, PARTNERS)}, 1000001 + ${pick(key, 61, PARTNERS)}, 1000001, 1000002, 1000001,
    ${qty} * ${price(product)}, round(${qty} * ${price(product)} * 1.11, 2), CASE WHEN n % 5 = 0 THEN ${literal('Pesanan lewat WhatsApp 📱')} END
   FROM ${TODAY}, generate_series(1, ${NEW_ORDERS}) AS n`,
  `INSERT INTO ${SCHEMA}.c_payment (c_payment_id, ${STAMP_NAMES}, c_payment_uu, documentno, datetrx, c_bankaccount_id,
    tendertype, c_bpartner_id, c_invoice_id, payamt)
   SELECT c_invoice_id, ${STAMP}, ${uuid('c_payment', 'c_invoice_id')}, 'KW/LMP/' || lpad((c_invoice_id - 1000000)::text, 7, '0'),
    today, 1000001, 'X', c_bpartner_id, c_invoice_id, grandtotal
   FROM ${TODAY}, (SELECT *, row_number() OVER (ORDER BY c_invoice_id) AS n FROM ${SCHEMA}.c_invoice
     WHERE c_invoice_id IN ${unpaid}) AS paid`,
  `UPDATE ${SCHEMA}.c_invoice SET ispaid = 'Y', ${TOUCHED} WHERE c_invoice_id IN ${unpaid}`,
  `UPDATE ${SCHEMA}.m_productprice SET pricestd = pricestd + 250, ${TOUCHED}
   WHERE m_pricelist_version_id = 1000001 AND m_product_id <= 1000000 + ${REPRICED}`,
  `UPDATE ${SCHEMA}.m_storageonhand SET qtyonhand = qtyonhand - 1, ${TOUCHED} WHERE m_product_id <= 1000000 + ${REPRICED}`,
  `UPDATE ${SCHEMA}.c_bpartner SET name = CASE WHEN name LIKE '% (Persero)' THEN left(name, -10)
     ELSE name || ' (Persero)' END WHERE c_bpartner_id <= 1000000 + ${RENAMED}`,
  `INSERT INTO ${SCHEMA}.x_device_reading (reading_id, device, state, noted, temperature, payload, note)
   SELECT top + n, md5('device ' || n % 40)::uuid, 'ok', (today + time '07:00') AT TIME ZONE 'Asia/Jakarta' + n * interval '5 min',
    24 + ${pick('top + n', 123, 1000)} / 100.0, jsonb_build_object('n', n), CASE WHEN n % 12 = 0 THEN '' END
   FROM ${TODAY}, (SELECT max(reading_id) AS top FROM ${SCHEMA}.x_device_reading) AS r, generate_series(1, ${READINGS}) AS n`,
  `DELETE FROM ${SCHEMA}.t_import_log WHERE ctid IN
   (SELECT ctid FROM ${SCHEMA}.t_import_log ORDER BY logged, line_no LIMIT ${LOG_LINES})`,
  `INSERT INTO ${SCHEMA}.t_import_log (logged, source_file, line_no, level, message)
   SELECT today + time '17:00', 'impor_' || to_char(today, 'YYYYMMDD') || '.csv', n, 'INFO', 'baris ' || n
   FROM ${TODAY}, generate_series(1, ${LOG_LINES}) AS n`,
];

const CHANGES: readonly DayChange[] = [
  { table: 'c_order', inserted: NEW_ORDERS, updated: CONFIRMED, deleted: CANCELLED },
  { table: 'c_orderline', inserted: NEW_ORDERS, updated: 0, deleted: CANCELLED },
  { table: 'c_payment', inserted: PAID, updated: 0, deleted: 0 },
  { table: 'c_invoice', inserted: 0, updated: PAID, deleted: 0 },
  { table: 'm_productprice', inserted: 0, updated: REPRICED, deleted: 0 },
  { table: 'm_storageonhand', inserted: 0, updated: REPRICED * 2, deleted: 0 },
  { table: 'c_bpartner', inserted: 0, updated: RENAMED, deleted: 0 },
  { table: 'x_device_reading', inserted: READINGS, updated: 0, deleted: 0 },
  { table: 't_import_log', inserted: LOG_LINES, updated: 0, deleted: LOG_LINES },
];
