import { audit, type ErpTable, pick, SCHEMA } from './expressions.ts';
import { LOCATORS, PARTNERS, WAREHOUSES } from './masterData.ts';
import { completedOrders, DELIVERED_LINES, DELIVERIES, deliveredLines, perUnit } from './sales.ts';

/** Invoices whose number is no multiple of 4 are paid. */
const PAYMENTS = 14;
/** Three entries per invoice, two per delivery, two per payment. */
const FACTS = 3 * DELIVERIES + 2 * DELIVERIES + 2 * PAYMENTS;

const deliveries: ErpTable = {
  name: 'm_inout',
  key: ['m_inout_id'],
  columns: [
    ['m_inout_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ...audit('m_inout', 'n', 'n', 'day'),
    ['documentno', 'varchar(30) NOT NULL', "'SJ/LMP/' || lpad(n::text, 7, '0')"],
    ['docstatus', 'char(2) NOT NULL', "'CO'"],
    ['movementtype', 'char(2) NOT NULL', "'C-'"],
    ['movementdate', 'timestamp NOT NULL', 'day::timestamp'],
    ['c_order_id', 'numeric(10)', '1000000 + n'],
    ['c_bpartner_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 61, PARTNERS)}`],
    ['m_warehouse_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 69, WAREHOUSES)}`],
    ['shipdate', 'timestamp', `CASE WHEN n % 11 > 0 THEN day + time '05:45:00.000001' END`],
  ],
  from: () => completedOrders('1'),
  orderBy: '1',
  rows: perUnit(DELIVERIES),
};

const deliveryLines: ErpTable = {
  name: 'm_inoutline',
  key: ['m_inoutline_id'],
  columns: [
    ['m_inoutline_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ...audit('m_inoutline', 'n', 'n', 'day'),
    ['m_inout_id', 'numeric(10) NOT NULL', 'c_order_id'],
    ['c_orderline_id', 'numeric(10)', '1000000 + n'],
    ['line', 'numeric(10) NOT NULL', 'line'],
    ['m_product_id', 'numeric(10)', 'm_product_id'],
    ['m_locator_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 71, LOCATORS)}`],
    ['c_uom_id', 'numeric(10) NOT NULL', 'c_uom_id'],
    ['movementqty', 'numeric NOT NULL', 'qtydelivered'],
  ],
  from: () => deliveredLines('1'),
  orderBy: '1',
  rows: perUnit(DELIVERED_LINES),
};

const transactions: ErpTable = {
  name: 'm_transaction',
  key: ['m_transaction_id'],
  columns: [
    ['m_transaction_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ...audit('m_transaction', 'n', 'n', 'day'),
    ['movementtype', 'char(2) NOT NULL', "'C-'"],
    ['movementdate', 'timestamp NOT NULL', 'day::timestamp'],
    ['m_locator_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 71, LOCATORS)}`],
    ['m_product_id', 'numeric(10) NOT NULL', 'm_product_id'],
    ['m_inoutline_id', 'numeric(10)', '1000000 + n'],
    ['movementqty', 'numeric NOT NULL', '-qtydelivered'],
  ],
  from: () => deliveredLines('1'),
  orderBy: '1',
  rows: perUnit(DELIVERED_LINES),
};

const payments: ErpTable = {
  name: 'c_payment',
  key: ['c_payment_id'],
  columns: [
    ['c_payment_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ...audit('c_payment', 'n', 'n', 'day'),
    ['documentno', 'varchar(30) NOT NULL', "'KW/LMP/' || lpad(n::text, 7, '0')"],
    ['datetrx', 'timestamp NOT NULL', 'day::timestamp'],
    ['c_bankaccount_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 72, 4)}`],
    ['tendertype', 'char(1) NOT NULL', `substr('XKT', 1 + ${pick('n', 73, 3)}::int, 1)`],
    ['c_bpartner_id', 'numeric(10)', `1000001 + ${pick('n', 61, PARTNERS)}`],
    ['c_invoice_id', 'numeric(10)', '1000000 + n'],
    ['payamt', 'numeric NOT NULL', 'grandtotal'],
    ['discountamt', 'numeric NOT NULL DEFAULT 0', `CASE WHEN n % 17 = 0 THEN 0.50 ELSE 0 END`],
  ],
  from: () => `${completedOrders('14')} WHERE n % 4 <> 0`,
  orderBy: '1',
  rows: perUnit(PAYMENTS),
};

const allocations: ErpTable = {
  name: 'c_allocationline',
  key: ['c_allocationline_id'],
  columns: [
    ['c_allocationline_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ...audit('c_allocationline', 'n', 'n', 'day'),
    ['c_invoice_id', 'numeric(10)', '1000000 + n'],
    ['c_payment_id', 'numeric(10)', '1000000 + n'],
    ['datetrx', 'timestamp', 'day::timestamp'],
    ['amount', 'numeric NOT NULL', 'grandtotal'],
    ['overunderamt', 'numeric', 'CASE WHEN n % 17 = 0 THEN 0.50 END'],
  ],
  from: () => `${completedOrders('14')} WHERE n % 4 <> 0`,
  orderBy: '1',
  rows: perUnit(PAYMENTS),
};

/**
 * Columns: entry number, documented table, account, and the share of an invoice's amount that it posts; debit
 * is positive.
 */
const ENTRIES = `(VALUES (1, 318, 4, 'total', 1.0), (2, 318, 14, 'net', -1.0), (3, 318, 10, 'tax', -1.0),
  (4, 335, 2, 'total', 1.0), (5, 335, 4, 'total', -1.0), (6, 319, 17, 'net', 0.7), (7, 319, 5, 'net', -0.7))`;

const facts: ErpTable = {
  name: 'fact_acct',
  key: ['fact_acct_id'],
  columns: [
    ['fact_acct_id', 'numeric(10) NOT NULL', '1000000 + n * 10 + entry'],
    ...audit('fact_acct', 'n * 10 + entry', 'n * 10 + entry', 'dateacct::date'),
    ['account_id', 'numeric(10) NOT NULL', '1000000 + account'],
    ['datetrx', 'timestamp NOT NULL', 'dateacct'],
    ['dateacct', 'timestamp NOT NULL', 'dateacct'],
    [
      'c_period_id',
      'numeric(10)',
      '1000001 + (extract(year FROM dateacct) - 2024) * 12 + extract(month FROM dateacct) - 1',
    ],
    ['ad_table_id', 'numeric(10) NOT NULL', 'documented'],
    ['record_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ['postingtype', 'char(1) NOT NULL', "'A'"],
    ['c_currency_id', 'numeric(10) NOT NULL', '1000001'],
    ['amtacctdr', 'numeric NOT NULL', 'greatest(amount, 0)'],
    ['amtacctcr', 'numeric NOT NULL', 'greatest(-amount, 0)'],
    ['c_bpartner_id', 'numeric(10)', `1000001 + ${pick('n', 61, PARTNERS)}`],
    ['description', 'varchar(255)', "documentno || ' #' || entry"],
  ],
  from: () => `(SELECT (c_invoice_id - 1000000)::bigint AS n, entry, documented, account, dateacct, documentno,
    round(share * CASE base WHEN 'total' THEN grandtotal WHEN 'net' THEN totallines ELSE grandtotal - totallines END, 2)
      AS amount
    FROM ${SCHEMA}.c_invoice, ${ENTRIES} AS e (entry, documented, account, base, share)
    WHERE ispaid = 'Y' OR documented <> 335) AS posted`,
  orderBy: '1',
  rows: perUnit(FACTS),
};

export const movements: readonly ErpTable[] = [
  deliveries,
  deliveryLines,
  transactions,
  payments,
  allocations,
  facts,
];
