import { audit, type Column, type ErpTable, literal, nth, oneOf, pick, series } from './expressions.ts';
import { CITIES, FAMILY_NAMES, GIVEN_NAMES } from './words.ts';

const LANGUAGES = ['id_ID', 'en_US', 'jv_ID'];
const MESSAGES = 60;
const USERS = 60;
const PERIODS = 36;

/** A small table of iDempiere: a numeric key, the usual columns, and what `columns` adds. */
export function master(name: string, rows: number, columns: readonly Column[]): ErpTable {
  const key = `${name}_id`;
  return {
    name,
    key: [key],
    // ad_client and ad_org have a column of the usual ones as their key.
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
export function listed(name: string, names: readonly string[], columns: readonly Column[] = []): ErpTable {
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

/** Stands outside iDempiere's pattern: its key is two texts, in mixed case and with punctuation. */
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
