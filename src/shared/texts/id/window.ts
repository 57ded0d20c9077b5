/** See the English one. */
export const window = {
  pages: {
    today: 'Hari ini',
    history: 'Riwayat',
    tables: 'Tabel',
    branches: 'Cabang',
    schedules: 'Jadwal',
    settings: 'Pengaturan',
    setup: 'Menyiapkan Branchline',
  },
  skip: 'Langsung ke halaman',
  menu: 'Menu',
  navigation: 'Halaman',
  loading: 'Memuat…',
  link: {
    unreachable: 'Branchline tidak menjawab',
    signed_out: 'Akses browser ini sudah berakhir',
  },
  linkNext: {
    unreachable:
      'Yang terlihat mungkin tidak terbaru. Jendela ini melanjutkan sendiri begitu Branchline menjawab. Jika lebih dari satu menit, jalankan Branchline lagi.',
    signed_out:
      'Di komputer tempat Branchline berjalan, jalankan “branchline serve --link”, lalu buka tautan yang ditampilkannya.',
  },
  viewOnly: 'Branchline lain di komputer ini yang bekerja',
  viewOnlyNext:
    'Jendela ini menunjukkan keadaan. Untuk menjalankan, menjeda, atau mengubah sesuatu, pakailah jendela Branchline yang lain itu, atau hentikan dulu.',
  notSetUp: 'Branchline belum disiapkan: belum ada yang disalin',
  setUp: 'Siapkan',
  clockSeparator: '.',
  timeWrong: 'Mohon isi jam, misalnya {{time}}',
  noAnswer: 'Tidak ada jawaban',
  noAnswerNext:
    'Tidak diketahui apakah sudah dikerjakan. Lihat lagi halaman ini jika Branchline sudah menjawab.',
  cancel: 'Batal',
  save: 'Simpan',
  close: 'Tutup',
  remove: 'Hapus',
  tryAgain: 'Coba lagi',
  copy: 'Salin',
  copied: 'Tersalin',
  all: 'Semua',
  settingsChanged: 'Pengaturan telah diubah dari tempat lain',
  settingsChangedNext:
    'Orang atau jendela lain sudah menyimpannya. Yang Anda ketik masih ada di sini dan belum disimpan. Muat pengaturan yang baru, periksa sekali lagi, lalu simpan lagi.',
  settingsWrong: {
    what: 'Ada kesalahan di berkas pengaturan',
    means:
      'Branchline tidak memakai berkas ini: pengaturan sebelumnya tetap dipakai, dan jika tidak ada, tidak ada yang disalin.',
    next: 'Perbaiki {{file}}, atau baca berkas pengaturan yang pernah disimpan (halaman Pengaturan). Branchline mengetahuinya sendiri dalam satu menit.',
  },
  settingsRefused: 'Pengaturan belum disimpan',
  settingsRefusedNext: 'Ada yang tidak benar. Perbaiki lalu simpan lagi; yang Anda ketik masih ada di sini.',
  loadAnew: 'Muat pengaturan yang baru',
  broken: 'Halaman ini tidak dapat ditampilkan',
  brokenMeans: 'Kesalahannya ada pada program. Tidak ada yang hilang, dan penyalinan tetap berjalan.',
  brokenNext:
    'Buka halaman lain, atau muat ulang jendela ini. Jika terjadi lagi, kirimkan berkas bantuan (halaman Pengaturan) kepada orang yang membantu Anda.',
  loadWindow: 'Muat ulang jendela',
} as const;

export const agent = {
  page: {
    signedOut: 'Browser ini belum masuk',
    signedOutNext:
      'Sebuah tautan membuka jendela ini satu kali. Dapatkan yang baru di komputer tempat Branchline berjalan, sebagai pengguna yang menjalankannya, dengan:',
    refused: 'Permintaan ini ditolak',
    refusedNext:
      'Permintaan itu tidak datang dari jendela ini. Ketik sendiri alamat jendela di bilah alamat.',
    opened: 'Branchline sedang dibuka',
    openedNext: 'Jika tidak terjadi apa-apa, muat ulang halaman ini.',
    notBuilt: 'Jendela belum dibangun',
    notBuiltNext:
      'Branchline berjalan dan bekerja; hanya berkas jendelanya yang belum ada. Di folder Branchline, bangun dengan perintah ini, lalu jalankan lagi:',
  },
  serve: {
    running: 'Branchline bekerja: menjalankan jadwal, dan melanjutkan yang terputus.',
    headOffice: 'Jendela kantor pusat sedang berjalan: menampilkan semua cabang dan tidak mengubah apa pun.',
    open: 'Buka jendela dengan tautan ini. Berlaku satu kali, dalam satu jam, di komputer ini:',
    address: 'Jendela ada di {{url}}.',
    another: 'Untuk mendapat tautan pembukanya:',
    link: 'Tautan ini membuka jendela satu kali, dalam satu jam, di komputer ini:',
    end: 'Ctrl+C mengakhirinya di potongan berikutnya; yang sedang berjalan dilanjutkan saat dijalankan lagi.',
    stopping: 'Berakhir di batas potongan berikutnya. Tekan Ctrl+C lagi untuk berakhir seketika.',
    halting: 'Berakhir seketika; potongan yang sedang dikirim dibatalkan.',
    ended: 'Selesai.',
    tokenShort: 'harus berisi token sedikitnya {{length}} karakter',
    unexpected: 'Terjadi hal yang tidak terduga. Branchline tetap berjalan; rinciannya ada di {{file}}.',
    openFailed: 'Tidak ada browser yang bisa dibuka di sini. Buka sendiri tautan di atas.',
  },
} as const;
