export const agent = {
  page: {
    signedOut: 'Peramban ini belum masuk',
    signedOutNext:
      'Sebuah tautan membuka jendela ini satu kali. Dapatkan yang baru di komputer tempat Branchline berjalan, sebagai pengguna yang menjalankannya, dengan:',
    refused: 'Permintaan ini ditolak',
    refusedNext:
      'Permintaan itu tidak datang dari jendela ini. Ketik sendiri alamat jendela di bilah alamat.',
    opened: 'Branchline sedang dibuka',
    openedNext: 'Bila tidak terjadi apa-apa, muat ulang halaman ini.',
    notBuilt: 'Jendela belum dibangun',
    notBuiltNext:
      'Branchline berjalan dan bekerja; hanya berkas jendelanya yang belum ada. Di folder Branchline, bangun dengan perintah ini, lalu jalankan lagi:',
  },
  serve: {
    running: 'Branchline bekerja: menjalankan jadwal, dan melanjutkan yang terputus.',
    open: 'Buka jendela dengan tautan ini. Berlaku satu kali, dalam satu jam, di komputer ini:',
    address: 'Jendela ada di {{url}}.',
    another: 'Untuk mendapat tautan pembukanya:',
    link: 'Tautan ini membuka jendela satu kali, dalam satu jam, di komputer ini:',
    end: 'Ctrl+C mengakhirinya di potongan berikutnya; yang sedang berjalan dilanjutkan saat dijalankan lagi.',
    stopping: 'Berakhir di batas potongan berikutnya. Tekan Ctrl+C lagi untuk berakhir seketika.',
    halting: 'Berakhir seketika; potongan yang sedang dikirim dibatalkan.',
    ended: 'Selesai.',
    unexpected: 'Terjadi hal yang tidak terduga. Branchline tetap berjalan; rinciannya ada di {{file}}.',
    openFailed: 'Tidak ada peramban yang bisa dibuka di sini. Buka sendiri tautan di atas.',
  },
} as const;
