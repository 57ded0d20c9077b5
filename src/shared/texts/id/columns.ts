/** Of every table that the command line prints. */
export const cliColumns = {
  connection: 'Koneksi',
  table: 'Tabel',
  status: 'Status',
  processed: 'Diproses',
  skipped: 'Sama',
  deleted: 'Dihapus',
  inserted: 'Baru',
  updated: 'Berubah',
  duration: 'Durasi',
  batch: 'Batch',
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
} as const;

/** Of the window's list of a batch's tables. */
export const batchColumns = {
  status: 'Status',
  table: 'Tabel',
  strategy: 'Cara menyalin',
  rows: 'Baris ditulis',
  skipped: 'Sudah sama',
  deleted: 'Dihapus',
  bytes: 'Dibaca',
  duration: 'Durasi',
  actions: 'Yang bisa dilakukan',
} as const;

/** Of the window's list of batches. */
export const historyColumns = {
  status: 'Status',
  started: 'Mulai',
  tables: 'Tabel',
  data: 'Disalin',
  duration: 'Durasi',
} as const;
