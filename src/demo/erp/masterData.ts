import { audit, type Column, type ErpTable, literal, nth, oneOf, pick, series } from './expressions.ts';
import {
  BRANDS,
  CATEGORIES,
  CITIES,
  FAMILY_NAMES,
  FIRM_FORMS,
  FIRM_NAMES,
  GIVEN_NAMES,
  PACKS,
  PROVINCES,
  STREETS,
} from './words.ts';

const LANGUAGES = ['id_ID', 'en_US', 'jv_ID'];
const MESSAGES = 60;
const USERS = 60;
const PERIODS = 36;

/** A small table of iDempiere: a numeric key, the usual columns, and `columns`. */
export function master(name: string, rows: number, columns: readonly Column[]): ErpTable {
  const key = `${name}_id`;
  return {
    name,
    key: [key],
    // In ad_client and ad_org, one of the usual columns is the key.
    columns: [
      [key, 'numeric(10) NOT NULL', '1000000 + n'],
      ...audit(name, 'n', 'n').filter(([column]) => column !== key),
      ...columns,
    ],
    from: () => series(rows),
    orderBy: key,
    rows: () => rows,
  };
}

/** A small table with one row for each of these names. */
function listed(name: string, names: readonly string[], columns: readonly Column[] = []): ErpTable {
  return master(name, names.length, [
    ['value', 'varchar(40) NOT NULL', "lpad(n::text, 3, '0')"],
    ['name', 'varchar(60) NOT NULL', nth('n - 1', names)],
    ...columns,
  ]);
}

const ORGS = [...CITIES.slice(0, 7), 'Gudang Natar', 'Gudang Panjang', 'Kantor Pusat', 'Kanvas', 'Ekspor'];
const ACCOUNTS = `Kas, Bank BRI, Bank Mandiri, Piutang Usaha, Persediaan, PPN Masukan, Aset Tetap, Akumulasi Penyusutan,
  Hutang Usaha, PPN Keluaran, Hutang Gaji, Modal, Laba Ditahan, Penjualan, Retur Penjualan, Diskon Penjualan,
  Harga Pokok Penjualan, Beban Gaji, Beban Listrik, Beban Angkut, Beban Sewa, Beban Penyusutan, Pendapatan Bunga,
  Selisih Kurs`;

/** An exception to iDempiere's pattern: the key is two texts, in mixed case and with punctuation. */
const messages: ErpTable = {
  name: 'ad_message_trl',
  key: ['ad_language', 'value'],
  columns: [
    ['ad_language', 'varchar(6) NOT NULL', nth('(n - 1) % 3', LANGUAGES)],
    [
      'value',
      'varchar(255) NOT NULL',
      `${nth('(n - 1) / 3', ['Abort', 'abort', '@Amt@', 'AD_Org', 'adOrg', 'Ärger', '_open', 'Zoom', 'é-mail', 'a b'])} || '.' || (n - 1) / 3`,
    ],
    [
      'msgtext',
      'text NOT NULL',
      oneOf('n', 21, ['Batal', 'Cancelled', 'Selesai ✔', 'Wurung', 'Periksa "{0}"']),
    ],
    ['msgtip', 'text', `CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'tip ' || n END`],
    ['istranslated', 'char(1) NOT NULL', `CASE WHEN ${pick('n', 22, 3)} = 0 THEN 'N' ELSE 'Y' END`],
  ],
  from: () => series(LANGUAGES.length * MESSAGES),
  orderBy: '1, 2',
  rows: () => LANGUAGES.length * MESSAGES,
};

export const organisation: readonly ErpTable[] = [
  listed('ad_client', ['System', 'Siger Niaga']),
  listed('ad_org', ORGS, [
    ['description', 'varchar(255)', `CASE WHEN n > 7 THEN ${literal("Pos 'khusus'")} END`],
  ]),
  master('ad_user', USERS, [
    [
      'name',
      'varchar(60) NOT NULL',
      `${oneOf('n', 23, GIVEN_NAMES)} || ' ' || ${oneOf('n', 24, FAMILY_NAMES)}`,
    ],
    ['email', 'varchar(60)', `CASE WHEN n % 5 > 0 THEN 'staf' || n || '@siger-niaga.example' END`],
    ['birthday', 'date', `date '1965-03-01' + ${pick('n', 25, 14_000)}::int`],
  ]),
  messages,
  listed(
    'c_currency',
    ['IDR', 'USD', 'SGD', 'MYR', 'EUR', 'JPY', 'CNY', 'AUD'],
    [['stdprecision', 'numeric(10) NOT NULL', 'CASE WHEN n IN (1, 6) THEN 0 ELSE 2 END']],
  ),
  listed('c_uom', ['pcs', 'kg', 'gram', 'liter', 'lusin', 'karton', 'sak', 'kaleng', 'jam', 'meter']),
  listed('c_doctype', ['SO', 'Invoice', 'Shipment', 'Receipt', 'Payment', 'PO', 'Credit Memo', 'Journal']),
  listed(
    'c_paymentterm',
    ['Tunai', '7 hari', '14 hari', '30 hari', '60 hari'],
    [['netdays', 'numeric(10) NOT NULL', '(ARRAY[0,7,14,30,60])[n]']],
  ),
  listed(
    'c_bankaccount',
    ['BRI 0098', 'Mandiri 114', 'Bank Lampung', 'Kas Kecil'],
    [['currentbalance', 'numeric NOT NULL', `${pick('n', 26, 9_000_000_000)} / 100.0`]],
  ),
  listed('c_taxcategory', ['PPN', 'Bebas', 'PPnBM']),
  listed(
    'c_tax',
    ['PPN 11%', 'PPN 10%', 'Bebas PPN', 'Ekspor 0%', 'PPnBM 20%'],
    [['rate', 'numeric NOT NULL', '(ARRAY[11,10,0,0,20])[n]']],
  ),
  listed(
    'c_elementvalue',
    ACCOUNTS.split(',').map((name) => name.trim()),
    [['accounttype', 'char(1) NOT NULL', "CASE WHEN n <= 8 THEN 'A' WHEN n <= 11 THEN 'L' ELSE 'E' END"]],
  ),
  master('c_period', PERIODS, [
    [
      'name',
      'varchar(60) NOT NULL',
      `to_char(date '2024-01-01' + make_interval(months => n::int - 1), 'YYYY-MM')`,
    ],
    ['startdate', 'timestamp NOT NULL', `timestamp '2024-01-01' + make_interval(months => n::int - 1)`],
    [
      'enddate',
      'timestamp NOT NULL',
      `timestamp '2024-01-01' + make_interval(months => n::int) - interval '1 day'`,
    ],
  ]),
];

/** Master data does not grow with the demo's scale; transactions do. */
export const PARTNERS = 1500;
export const PRODUCTS = 800;
export const WAREHOUSES = 4;
export const LOCATORS = 24;
const PRICED_LISTS = 2;
const LOCATORS_OF_A_PRODUCT = 2;

/** A product's list price in whole rupiah, from its number. */
export function price(product: string): string {
  return `(1500 + 250 * ${pick(product, 31, 400)})`;
}

const firm = `${oneOf('n', 32, FIRM_FORMS)} || ' ' || ${oneOf('n', 33, FIRM_NAMES)}`;
const person = `${oneOf('n', 34, GIVEN_NAMES)} || ' ' || ${oneOf('n', 35, FAMILY_NAMES)}`;
const city = pick('n', 36, CITIES.length);

const prices: ErpTable = {
  name: 'm_productprice',
  key: ['m_pricelist_version_id', 'm_product_id'],
  columns: [
    ['m_pricelist_version_id', 'numeric(10) NOT NULL', `1000001 + (n - 1) % ${PRICED_LISTS}`],
    ['m_product_id', 'numeric(10) NOT NULL', `1000001 + (n - 1) / ${PRICED_LISTS}`],
    ...audit('m_productprice', 'n', 'n'),
    ['pricelist', 'numeric NOT NULL', `${price(`1 + (n - 1) / ${PRICED_LISTS}`)} * (1 + 0.05 * (n % 2))`],
    ['pricestd', 'numeric NOT NULL', price(`1 + (n - 1) / ${PRICED_LISTS}`)],
    ['pricelimit', 'numeric NOT NULL', `${price(`1 + (n - 1) / ${PRICED_LISTS}`)} * 0.9`],
  ],
  from: () => series(PRODUCTS * PRICED_LISTS),
  orderBy: '1, 2',
  rows: () => PRODUCTS * PRICED_LISTS,
};

const storage: ErpTable = {
  name: 'm_storageonhand',
  key: ['m_product_id', 'm_locator_id', 'datematerialpolicy'],
  columns: [
    ['m_product_id', 'numeric(10) NOT NULL', `1000001 + (n - 1) / ${LOCATORS_OF_A_PRODUCT}`],
    ['m_locator_id', 'numeric(10) NOT NULL', `1000001 + (n * 7) % ${LOCATORS}`],
    [
      'datematerialpolicy',
      'timestamp NOT NULL',
      `timestamp '2024-01-01' + make_interval(days => (n % 300)::int)`,
    ],
    ...audit('m_storageonhand', 'n', 'n'),
    ['qtyonhand', 'numeric NOT NULL', `${pick('n', 37, 50_000)} / 10.0`],
    ['datelastinventory', 'timestamp', `CASE WHEN n % 3 = 0 THEN timestamp '2025-06-30 16:00:00.5' END`],
  ],
  from: () => series(PRODUCTS * LOCATORS_OF_A_PRODUCT),
  orderBy: '1, 2, 3',
  rows: () => PRODUCTS * LOCATORS_OF_A_PRODUCT,
};

export const trade: readonly ErpTable[] = [
  listed('c_bp_group', ['Grosir', 'Eceran', 'Modern', 'Instansi', 'Karyawan']),
  master('c_location', PARTNERS, [
    [
      'address1',
      'varchar(120) NOT NULL',
      `${oneOf('n', 38, STREETS)} || ' No. ' || (1 + ${pick('n', 39, 250)})`,
    ],
    [
      'address2',
      'varchar(120)',
      `CASE n % 3 WHEN 0 THEN 'RT ' || n % 20 || '/RW ' || n % 9 WHEN 1 THEN '' END`,
    ],
    ['city', 'varchar(60) NOT NULL', nth(city, CITIES)],
    ['regionname', 'varchar(60) NOT NULL', nth(city, PROVINCES)],
    ['postal', 'varchar(10)', `(35000 + ${pick('n', 40, 999)})::text`],
  ]),
  master('c_bpartner', PARTNERS, [
    ['value', 'varchar(40) NOT NULL', "'P' || lpad(n::text, 6, '0')"],
    ['name', 'varchar(120) NOT NULL', `CASE WHEN n % 4 = 0 THEN ${person} ELSE ${firm} END`],
    ['name2', 'varchar(60)', `CASE WHEN n % 6 = 0 THEN ${person} END`],
    ['iscustomer', 'char(1) NOT NULL', "CASE WHEN n % 10 = 0 THEN 'N' ELSE 'Y' END"],
    ['isvendor', 'char(1) NOT NULL', "CASE WHEN n % 10 = 0 THEN 'Y' ELSE 'N' END"],
    ['c_bp_group_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 41, 5)}`],
    ['so_creditlimit', 'numeric NOT NULL', `${pick('n', 42, 200)} * 500000`],
    [
      'taxid',
      'varchar(20)',
      `CASE WHEN n % 4 > 0 THEN lpad(${pick('n', 43, 999_999_999_999_999)}::text, 15, '0') END`,
    ],
    [
      'description',
      'varchar(255)',
      `CASE n % 7 WHEN 0 THEN ${literal('Langganan "lama"\tsejak 1998')} WHEN 1 THEN '' END`,
    ],
  ]),
  master('c_bpartner_location', PARTNERS, [
    ['c_bpartner_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ['c_location_id', 'numeric(10) NOT NULL', '1000000 + n'],
    ['name', 'varchar(60) NOT NULL', nth(city, CITIES)],
    ['phone', 'varchar(40)', `'08' || lpad(${pick('n', 44, 9_999_999_999)}::text, 10, '0')`],
  ]),
  listed('m_product_category', CATEGORIES),
  master('m_product', PRODUCTS, [
    ['value', 'varchar(40) NOT NULL', "'SKU-' || lpad(n::text, 5, '0')"],
    [
      'name',
      'varchar(255) NOT NULL',
      `${nth('n', CATEGORIES)} || ' ' || ${oneOf('n', 45, BRANDS)} || ' ' || ${oneOf('n', 46, PACKS)}`,
    ],
    ['m_product_category_id', 'numeric(10) NOT NULL', `1000001 + n % ${CATEGORIES.length}`],
    ['c_uom_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 47, 10)}`],
    ['c_taxcategory_id', 'numeric(10) NOT NULL', `1000001 + ${pick('n', 48, 3)}`],
    [
      'upc',
      'varchar(30)',
      `CASE WHEN n % 5 > 0 THEN '899' || lpad(${pick('n', 49, 9_999_999_999)}::text, 10, '0') END`,
    ],
    ['weight', 'numeric', `CASE WHEN n % 9 > 0 THEN ${pick('n', 50, 25_000)} / 1000.0 END`],
    ['guaranteedays', 'numeric(10) NOT NULL', `30 * ${pick('n', 51, 25)}`],
  ]),
  listed('m_pricelist', ['Harga Jual', 'Harga Beli']),
  listed(
    'm_pricelist_version',
    ['Eceran 2025', 'Grosir 2025', 'Beli 2025'],
    [
      ['m_pricelist_id', 'numeric(10) NOT NULL', '1000001 + n / 3'],
      ['validfrom', 'timestamp NOT NULL', `timestamp '2025-01-01'`],
    ],
  ),
  prices,
  listed('m_warehouse', ['Gudang Utama', 'Gudang Natar', 'Gudang Panjang', 'Kanvas']),
  master('m_locator', LOCATORS, [
    ['value', 'varchar(40) NOT NULL', "chr(64 + 1 + (n / 6)::int) || '-' || n % 6"],
    ['m_warehouse_id', 'numeric(10) NOT NULL', `1000001 + (n - 1) % ${WAREHOUSES}`],
  ]),
  storage,
];
