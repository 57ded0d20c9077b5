import { audit, type ErpTable, literal, nth, oneOf, pick, series } from './expressions.ts';
import { listed, master } from './organisation.ts';
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

/** What a branch knows of the world does not grow with the demo's scale; its transactions do. */
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
