/** See the English one. */
export const shortcuts = {
  open: 'Cari',
  title: 'Buka halaman, tabel, cabang atau hari, atau jalankan sesuatu',
  search: 'Apa yang Anda cari?',
  hint: 'Tabel, cabang, hari, halaman atau tindakan',
  results: 'Hasil',
  none: 'Tidak ada yang cocok. Hari dicari seperti 30 Nov atau 2026-11-30.',
  kind: {
    page: 'Halaman',
    action: 'Tindakan',
    branch: 'Cabang',
    table: 'Tabel',
    day: 'Hari',
  },
  report: 'Laporan harian hari ini',
  keys: 'Pintasan keyboard',
  key: {
    palette: 'Cari atau jalankan',
    search: 'Ke kolom pencarian halaman',
    keys: 'Tampilkan daftar tombol ini',
    days: 'Di kalender: antarhari, antarminggu',
    rows: 'Di daftar: antarbaris, ke yang pertama, ke yang terakhir',
    close: 'Tutup yang sedang terbuka',
  },
  single: 'Pakai tombol tunggal (/ dan ?)',
  singleHelp: 'Matikan jika Anda mengetik dengan suara, atau sering menekannya tanpa sengaja.',
  state: {
    running: 'Berjalan',
    attention: 'Perlu perhatian',
    paused: 'Dijeda',
    unreachable: 'Tidak terhubung',
  },
} as const;
