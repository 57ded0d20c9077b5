/** See the English one. */
export const troubles = {
  tables: '{{count}} tabel',
  keyColumns: 'kolom kuncinya',
  theseTables: 'tabel-tabel ini',
  deletesNext:
    'Pastikan dulu bahwa basis data cabang ini yang benar dan tidak kosong. Bila baris itu memang sudah tidak ada di cabang, izinkan penghapusan.',
  sourceNext:
    'Periksa host dan basis data {{connection}} dalam pengaturannya. Bila perubahan itu disengaja (server baru, cadangan dipulihkan), terima basis data yang sekarang.',
  passwordNext:
    'Di halaman Koneksi, pilih "Ubah" pada basis data itu, lalu ketik kata sandinya. Bila pengaturan menyebut variabel atau berkas kata sandi, isilah di sana.',
  next: 'Yang perlu dilakukan',
  nextIfLasting: 'Bila terus begini',
  which_other: 'Tabel: {{names}}',
  showAll: 'Tampilkan semua {{count}} tabel',
  showFewer: 'Tampilkan lebih sedikit',
  allOf: 'semua tabel {{connection}}',
  retry: 'Ulangi tabel yang gagal',
  retryNow: 'Ulangi sekarang',
  resume: 'Lanjutkan',
  resumeNow: 'Lanjutkan sekarang',
  testConnection: 'Uji koneksi',
  openConnections: 'Buka koneksinya',
  openSettings: 'Buka pengaturan',
  allowDeletes: 'Izinkan penghapusan…',
  acceptSource: 'Terima basis data ini…',
  deletesTitle: 'Hapus baris ini di kantor pusat?',
  deletesBody:
    'Kantor pusat akan kehilangan baris ini karena cabang sudah tidak memilikinya. Ini tidak bisa dibatalkan dari sini.',
  deletesOf: '{{table}} di {{connection}}: {{deletes}} dari {{rows}} baris',
  deletesUnknown: '{{table}} di {{connection}}',
  deletesConfirm: 'Hapus dan lanjutkan',
  sourceTitle: 'Benarkah ini basis data yang tepat?',
  sourceBody:
    'Basis data di balik {{connection}} bukan yang sebelumnya. Bila ini basis data yang salah, datanya akan menggantikan data yang benar di kantor pusat.',
  sourceConfirm: 'Ini yang benar: lanjutkan',
  copyNext:
    'Pastikan komputer mana yang benar, lalu nyatakan di sini peran komputer ini: menggantikan yang lain, atau keduanya tetap dipakai.',
  copyAtWorkNext:
    'Matikan yang lain, tunggu dua menit, lalu nyatakan di sini bahwa komputer ini menggantikannya. Bila keduanya dipakai, nyatakan bahwa komputer ini instalasi sendiri.',
  copyAsk: 'Nyatakan peran komputer ini…',
  copyTitle: 'Apa peran komputer ini?',
  copyBody:
    'Ada salinan dari folder data ini. Dua komputer yang menyinkronkan sebagai satu akan saling menimpa baris di kantor pusat.',
  copyKeep:
    'Komputer ini menggantikan yang lain, dan yang lain itu harus tetap dimatikan. Ini juga jawaban yang benar bila tidak ada komputer lain dan catatan di sini berasal dari cadangan.',
  copyNew:
    'Keduanya dipakai, dan komputer ini menjadi instalasi sendiri. Koneksi ini kemudian dimatikan di sini: {{connections}}. Hapus, atau tambahkan basis datanya dengan nama lain. Bila semestinya dipakai di sini dan bukan di komputer lain itu, beri jawaban ini di sana.',
  copyNewAll:
    'Keduanya dipakai, dan komputer ini menjadi instalasi sendiri. Semua koneksi kemudian dimatikan di sini. Hapus koneksi milik komputer lain itu, dan aktifkan lagi yang tidak disinkronkannya.',
  disabledSettings: 'Perbaiki pengaturannya dulu.',
  disabledBusy: 'Ada proses yang sedang bekerja. Tunggu sampai selesai, atau hentikan.',
  disabledView: 'Branchline lain di komputer ini yang bekerja.',
  disabledSetUp: 'Siapkan Branchline dulu.',
} as const;
