/** Column headings of the tables that the command line prints. */
export const cliColumns = {
  connection: 'Koneksi',
  table: 'Tabel',
  status: 'Status',
  processed: 'Ditulis',
  skipped: 'Sama',
  deleted: 'Dihapus',
  inserted: 'Baru',
  updated: 'Berubah',
  duration: 'Durasi',
  batch: 'Pengiriman',
  started: 'Mulai',
  tables: 'Tabel',
  failed: 'Gagal',
  trigger: 'Oleh',
  database: 'Basis data',
  user: 'Pengguna',
  enabled: 'Aktif',
  at: 'Waktu',
  event: 'Kejadian',
  branchRows: 'Di cabang',
  centralRows: 'Kantor pusat',
  ranges: 'Rentang',
  strategy: 'Cara menyalin',
  send: 'Akan dikirim',
  bytes: 'Ukuran',
  deletes: 'Hapus',
} as const;

/** Column headings of a batch's list of tables in the window. */
export const batchColumns = {
  status: 'Status',
  table: 'Tabel',
  strategy: 'Cara menyalin',
  rows: 'Baris ditulis',
  checked: 'Baris diperiksa',
  deleted: 'Dihapus',
  bytes: 'Dibaca',
  sent: 'Dikirim',
  duration: 'Durasi',
  actions: 'Yang bisa dilakukan',
} as const;

/** Column headings of the list of batches in the window. */
export const historyColumns = {
  status: 'Status',
  started: 'Mulai',
  tables: 'Tabel',
  data: 'Baris',
  duration: 'Durasi',
} as const;
