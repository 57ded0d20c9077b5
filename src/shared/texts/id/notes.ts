/** Yang dikatakan pemberitahuan. */
export const notes = {
  failedTitle_other: '{{count}} dari {{total}} tabel gagal',
  failedBody: '{{names}}. Klik untuk melihat sebabnya dan apa yang harus dilakukan.',
  interruptedTitle: 'Sebuah batch berhenti sebelum selesai',
  interruptedBody: '{{reason}}. Klik untuk melihat apa yang tersisa.',
  stillTitle: 'Masih gagal sejak {{time}}',
  recoveredTitle: 'Semuanya baik lagi',
  recoveredBody: 'Yang gagal sejak {{time}} sudah selesai.',
  resumedTitle: 'Dilanjutkan setelah berhenti mendadak',
  resumedBody: '{{table}} dilanjutkan di baris {{row}}; tidak ada yang hilang.',
  noSuccessTitle: 'Tidak ada yang sampai ke kantor pusat selama {{hours}} jam',
  noSuccessBody: 'Batch terakhir yang selesai: {{time}}. Klik untuk melihat apa yang salah.',
  gaveUpTitle: 'Sebuah batch membutuhkan Anda',
  gaveUpBody: 'Sudah {{attempts}} kali dilanjutkan tanpa kemajuan.',
  refusedTitle: 'Branchline perlu diatur',
  runRefusedTitle: 'Jadwal "{{schedule}}" tidak bisa dijalankan',
  journalTitle: 'Daftar batch rusak',
  journalBody:
    'Daftar itu disisihkan sebagai {{file}}, dan yang baru dimulai. Tidak ada data yang hilang: batch berikutnya melanjutkan dari keadaan di kantor pusat.',
  testTitle: 'Notifikasi berfungsi',
  testBody: 'Beginilah Branchline memberi tahu bila sebuah batch memerlukan Anda.',
} as const;
