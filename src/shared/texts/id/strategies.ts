/** What the strategies are called. */
export const strategies = {
  /** In the log and in the list of a batch. */
  name: {
    full: 'seluruh tabel',
    changes: 'hanya baris yang berubah',
    compare: 'bandingkan kedua sisi',
    cursor: 'hanya baris dengan waktu lebih baru',
    replace: 'ganti seluruh isi',
  },
  /** In a narrow column. */
  short: {
    full: 'semua baris',
    changes: 'hanya yang berubah',
    compare: 'hanya yang berbeda',
    cursor: 'hanya baris yang lebih baru',
    replace: 'diganti seluruhnya',
    none: 'belum ditentukan',
  },
  explain: {
    full: 'Setiap baris dibaca di cabang dan dibandingkan dengan kantor pusat.',
    changes: 'Hanya baris yang ditambah, diubah, atau dihapus sejak proses terakhir yang dikirim.',
    compare: 'Kedua sisi dibandingkan bagian demi bagian, dan hanya bagian yang berbeda yang dikirim.',
    cursor:
      'Hanya baris yang tanggalnya lebih baru dari proses terakhir yang dikirim. Baris yang dihapus tidak terdeteksi.',
    replace: 'Seluruh tabel dimuat, lalu menggantikan isi yang lama dalam satu langkah.',
    none: 'Ini ditentukan saat tabel pertama kali disalin.',
  },
} as const;
