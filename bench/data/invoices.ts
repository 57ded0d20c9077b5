import type { Dataset } from './dataset.ts';

type Column = readonly [name: string, type: string, value: string];

/** A branch's invoices over some years: 25 columns as in iDempiere, with keys and references as numeric(10). */
const COLUMNS: readonly Column[] = [
  ['c_invoice_id', 'numeric(10) NOT NULL', '1000000 + n'],
  ['ad_client_id', 'numeric(10) NOT NULL', '11'],
  ['ad_org_id', 'numeric(10) NOT NULL', '1000 + n % 12'],
  ['isactive', "char(1) NOT NULL DEFAULT 'Y'", "'Y'"],
  ['created', 'timestamp NOT NULL', "timestamp '2021-01-04 08:00' + n * interval '61.7 seconds'"],
  ['createdby', 'numeric(10) NOT NULL', '100 + n % 40'],
  ['updated', 'timestamp NOT NULL', "timestamp '2021-01-04 09:13' + n * interval '61.9 seconds'"],
  ['updatedby', 'numeric(10) NOT NULL', '100 + n * 7 % 40'],
  ['documentno', 'varchar(30) NOT NULL', "'INV/' || (2021 + n % 5) || '/' || lpad(n::text, 8, '0')"],
  ['docstatus', 'char(2) NOT NULL', "(ARRAY['CO', 'CL', 'DR', 'RE'])[1 + n % 4]"],
  ['c_doctype_id', 'numeric(10) NOT NULL', '1000000 + n % 9'],
  ['c_bpartner_id', 'numeric(10) NOT NULL', '1000000 + n * 7919 % 40000'],
  ['c_bpartner_location_id', 'numeric(10)', '1000000 + n * 7919 % 52000'],
  ['dateinvoiced', 'timestamp NOT NULL', "timestamp '2021-01-04' + (n / 1400) * interval '1 day'"],
  ['dateacct', 'timestamp NOT NULL', "timestamp '2021-01-04' + (n / 1400) * interval '1 day'"],
  ['c_currency_id', 'numeric(10) NOT NULL', '303'],
  ['totallines', 'numeric NOT NULL', '(n * 7919 % 90000000) * 1.5'],
  ['grandtotal', 'numeric NOT NULL', '(n * 7919 % 90000000) * 1.665'],
  ['c_order_id', 'numeric(10)', 'CASE WHEN n % 5 > 0 THEN 1000000 + n * 3 END'],
  ['salesrep_id', 'numeric(10)', '100 + n % 25'],
  ['paymentrule', 'char(1) NOT NULL', "'P'"],
  ['ispaid', 'char(1) NOT NULL', "CASE WHEN n % 9 = 0 THEN 'N' ELSE 'Y' END"],
  ['poreference', 'varchar(60)', "CASE WHEN n % 3 = 0 THEN 'PO-' || md5(n::text) END"],
  [
    'description',
    'varchar(255)',
    "CASE WHEN n % 4 = 0 THEN 'Pengiriman ke toko ' || n % 977 || ', jatuh tempo 30 hari' END",
  ],
  ['c_invoice_uu', 'varchar(36)', "md5(n::text || 'a')::uuid::text"],
];

export const INVOICES: Dataset = {
  name: 'c_invoice',
  key: 'c_invoice_id',
  rows: 2_000_000,
  columns: COLUMNS.map(([name, type]) => [name, type]),
  values: COLUMNS.map(([, , value]) => value),
};
