import {
  audit,
  type Column,
  dayOf,
  type ErpTable,
  oneOf,
  pick,
  SCHEMA,
  series,
  type Units,
} from './expressions.ts';
import { PARTNERS, PRODUCTS, price, WAREHOUSES } from './masterData.ts';
import { REMARKS } from './words.ts';

/**
 * Order number n has 1 + n % 5 lines. Orders whose number ends in 0 are drafts; all others are delivered and
 * invoiced. So every table's size follows from the units alone.
 */
const ORDERS = 20;
const ORDER_LINES = 60;
const INVOICES = 18;
const INVOICE_LINES = 58;

const partner: Column = ['c_bpartner_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 61, PARTNERS)}`];
const address: Column = [
  'c_bpartner_location_id',
  'numeric(10) NOT NULL',
  `1000001 + ${pick('n', 61, PARTNERS)}`,
];
const currency: Column = ['c_currency_id', 'numeric(10) NOT NULL', '1000001'];
const remark: Column = [
  'description',
  'varchar(255)',
  `CASE WHEN ${pick('n', 62, 12)} < 2 THEN ${oneOf('n', 63, REMARKS)} WHEN ${pick('n', 62, 12)} = 2 THEN '' END`,
];

const orderLines: ErpTable = {
  name: 'c_orderline',
  key: ['c_orderline_id'],
  columns: [
    ['c_orderline_id', 'numeric(10) NOT NULL', '1000000 + k'],
    ...audit('c_orderline', 'k', 'k', 'day'),
    ['c_order_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ['line', 'numeric(10) NOT NULL', '10 * l'],
    ['m_product_id', 'numeric(10) NOT NULL', '1000000 + product'],
    ['c_uom_id', 'numeric(10) NOT NULL', `1000001 + ${pick('product', 47, 10)}`],
    ['c_tax_id', 'numeric(10) NOT NULL', '1000001'],
    ['qtyordered', 'numeric NOT NULL', 'qty'],
    ['qtydelivered', 'numeric NOT NULL DEFAULT 0', 'CASE WHEN n % 10 = 0 THEN 0 ELSE qty END'],
    ['pricelist', 'numeric NOT NULL', price('product')],
    ['priceactual', 'numeric NOT NULL', `${price('product')} * (100 - discount) / 100.0`],
    ['discount', 'numeric NOT NULL', 'discount'],
    ['linenetamt', 'numeric NOT NULL', `round(qty * ${price('product')} * (100 - discount) / 100.0, 2)`],
    ['description', 'varchar(255)', `CASE WHEN ${pick('k', 64, 30)} = 0 THEN ${oneOf('k', 65, REMARKS)} END`],
  ],
  from: (units) => {
    const raw = `SELECT n, l, n * 10 + l AS k FROM ${series(ORDERS * units)}, generate_series(1, 1 + n % 5) AS l`;
    const picked = `${dayOf('n', String(ORDERS * units))} AS day, 1 + ${pick('k', 66, PRODUCTS)} AS product`;
    const sold = `1 + ${pick('k', 67, 48)} AS qty, greatest(0, ${pick('k', 68, 20)} - 12) AS discount`;
    return `(SELECT raw.*, ${picked}, ${sold} FROM (${raw}) AS raw) AS sold`;
  },
  orderBy: '1',
  rows: (units) => ORDER_LINES * units,
};

const orders: ErpTable = {
  name: 'c_order',
  key: ['c_order_id'],
  columns: [
    ['c_order_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ...audit('c_order', 'n', 'n', 'day'),
    [
      'documentno',
      'varchar(30) NOT NULL',
      "'SO/LMP/' || to_char(day, 'YYMM') || '/' || lpad(n::text, 6, '0')",
    ],
    ['docstatus', 'char(2) NOT NULL', "CASE WHEN n % 10 = 0 THEN 'DR' ELSE 'CO' END"],
    ['issotrx', "char(1) NOT NULL DEFAULT 'Y'", "'Y'"],
    ['dateordered', 'timestamp NOT NULL', 'day::timestamp'],
    ['datepromised', 'timestamp', 'CASE WHEN n % 13 > 0 THEN day + 2 END'],
    partner,
    address,
    ['m_warehouse_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 69, WAREHOUSES)}`],
    ['c_paymentterm_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 70, 5)}`],
    currency,
    ['totallines', 'numeric NOT NULL', 'net'],
    ['grandtotal', 'numeric NOT NULL', 'net + round(net * 0.11, 2)'],
    remark,
  ],
  from: (units) =>
    `(SELECT (c_order_id - 1000000)::bigint AS n, ${dayOf('(c_order_id - 1000000)::bigint', String(ORDERS * units))} AS day,
      sum(linenetamt) AS net FROM ${SCHEMA}.c_orderline GROUP BY c_order_id) AS ordered`,
  orderBy: '1',
  rows: (units) => ORDERS * units,
};

const invoices: ErpTable = {
  name: 'c_invoice',
  key: ['c_invoice_id'],
  columns: [
    ['c_invoice_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ...audit('c_invoice', 'n', 'n', 'day'),
    [
      'documentno',
      'varchar(30) NOT NULL',
      "'INV/LMP/' || to_char(day, 'YYMM') || '/' || lpad(n::text, 6, '0')",
    ],
    ['docstatus', 'char(2) NOT NULL', "'CO'"],
    ['c_order_id', 'numeric(10)', '1000000 + n'],
    ['dateinvoiced', 'timestamp NOT NULL', 'day::timestamp'],
    ['dateacct', 'timestamp NOT NULL', 'day::timestamp'],
    partner,
    address,
    currency,
    ['totallines', 'numeric NOT NULL', 'totallines'],
    ['grandtotal', 'numeric NOT NULL', 'grandtotal'],
    ['ispaid', 'char(1) NOT NULL', "CASE WHEN n % 4 = 0 THEN 'N' ELSE 'Y' END"],
    remark,
  ],
  from: () => completedOrders('1'),
  orderBy: '1',
  rows: (units) => INVOICES * units,
};

const invoiceLines: ErpTable = {
  name: 'c_invoiceline',
  key: ['c_invoiceline_id'],
  columns: [
    ['c_invoiceline_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ...audit('c_invoiceline', 'n', 'n', 'day'),
    ['c_invoice_id', 'numeric(10) NOT NULL', 'c_order_id'],
    ['c_orderline_id', 'numeric(10)', '1000000 + n'],
    ['line', 'numeric(10) NOT NULL', 'line'],
    ['m_product_id', 'numeric(10)', 'm_product_id'],
    ['c_tax_id', 'numeric(10) NOT NULL', 'c_tax_id'],
    ['qtyinvoiced', 'numeric NOT NULL', 'qtydelivered'],
    ['priceactual', 'numeric NOT NULL', 'priceactual'],
    ['linenetamt', 'numeric NOT NULL', 'linenetamt'],
    ['taxamt', 'numeric NOT NULL', 'round(linenetamt * 0.11, 2)'],
    ['description', 'varchar(255)', 'description'],
  ],
  from: () => deliveredLines('1'),
  orderBy: '1',
  rows: (units) => INVOICE_LINES * units,
};

/** Completed orders with their number `n` and the `day` that is `after` days after the order. */
export function completedOrders(after: string): string {
  return `(SELECT (c_order_id - 1000000)::bigint AS n, dateordered::date + ${after} AS day, totallines, grandtotal
    FROM ${SCHEMA}.c_order WHERE docstatus = 'CO') AS completed`;
}

/** SQL of the lines of completed orders, with their number `n` and the `day` that is `after` days after the order. */
export function deliveredLines(after: string): string {
  return `(SELECT (c_orderline_id - 1000000)::bigint AS n, dateordered::date + ${after} AS day, ol.c_order_id, line,
    m_product_id, c_tax_id, c_uom_id, qtydelivered, priceactual, linenetamt, ol.description
    FROM ${SCHEMA}.c_orderline ol JOIN ${SCHEMA}.c_order USING (c_order_id) WHERE docstatus = 'CO') AS delivered`;
}

/** Rows per unit of what is delivered and invoiced. */
export const perUnit = (count: number) => (units: Units) => count * units;
export const DELIVERIES = INVOICES;
export const DELIVERED_LINES = INVOICE_LINES;

/** In the order in which they are filled: headers sum up their lines. */
export const sales: readonly ErpTable[] = [orderLines, orders, invoices, invoiceLines];
