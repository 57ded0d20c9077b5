/** See the English ones. */
export const connectionFailures = {
  source_unreachable: {
    sentence: 'Basis data cabang {{connection}} tidak menjawab, jadi tidak ada yang bisa dibaca darinya.',
    next: 'Pastikan servernya menyala dan PostgreSQL berjalan ({{host}}:{{port}}), lalu sinkronkan lagi.',
  },
  central_unreachable: {
    sentence: 'Basis data kantor pusat tidak menjawab, jadi tidak ada yang bisa dikirim.',
    next: 'Periksa internet atau VPN ke {{host}}:{{port}}. Branchline melanjutkan dari titik terakhir begitu tersambung.',
  },
  source_sign_in: {
    sentence: 'Basis data cabang {{connection}} menolak nama pengguna atau kata sandi.',
    next: 'Periksa pengguna, kata sandi dan basis data {{connection}} di pengaturan, serta pg_hba.conf di cabang.',
  },
  central_sign_in: {
    sentence: 'Basis data kantor pusat menolak nama pengguna atau kata sandi.',
    next: 'Tanyakan ke kantor pusat apakah pengguna, kata sandi atau basis data berubah, lalu perbaiki pengaturan.',
  },
  database_missing: {
    sentence:
      'Di server {{host}}:{{port}} tidak ada basis data {{database}}, jadi {{server}} tidak bisa dibuka.',
    next: 'Periksa nama basis data di pengaturan, serta host dan port: mungkin ada di server lain. Huruf besar dan kecil dibedakan pada nama ini.',
  },
  tls: {
    sentence: 'Sambungan terenkripsi yang tepercaya ke {{host}} gagal dibuat, jadi tidak ada yang dikirim.',
    next: 'Periksa sslmode dan sslrootcert di pengaturan, dan apakah sertifikat server sudah kedaluwarsa.',
  },
  tls_not_offered: {
    sentence:
      'Server {{host}} tidak punya TLS (enkripsi), padahal pengaturan memintanya, jadi tidak ada yang dikirim.',
    next: 'Minta pengelola server mengaktifkan TLS ("ssl = on" di postgresql.conf). Jika tidak bisa, lewat SSH ("ssh"). Hanya untuk server di gedung yang sama: atur sslmode ke prefer.',
  },
  client_certificate: {
    sentence: 'Sertifikat klien untuk {{server}} tidak bisa dipakai: {{file}}.',
    next: 'Periksa apakah sslcert dan sslkey menyebut sertifikat dan kuncinya (PEM, kunci tanpa frasa sandi), apakah keduanya berpasangan, dan apakah hanya Anda yang bisa membaca kuncinya. Pesan teknis menyebut apa yang salah.',
  },
  password_missing: {
    sentence: 'Tidak ada kata sandi untuk {{server}}, jadi tidak dicoba masuk.',
    next: 'Simpan dengan "branchline connection password {{endpoint}}"; atau isi variabel lingkungan, atau tambahkan baris di berkas kata sandi, yang disebut pesan teknis.',
  },
  cleartext_refused: {
    sentence:
      'Server {{server}} meminta kata sandi sebagai teks biasa, dan tidak ada sertifikat yang membuktikan bahwa itu server yang benar. Kata sandi tidak dikirim: orang lain di jalur itu bisa membacanya.',
    next: 'Aktifkan TLS di {{host}} dan atur sslmode ke verify-full (atau verify-ca), atau izinkan pengguna ini masuk dengan scram-sha-256 (pg_hba.conf). Kalau tetap harus dikirim, atur "allowCleartextPassword": true pada basis data ini di settings.json.',
  },
  sign_in_method: {
    sentence:
      'Server {{server}} meminta masuk dengan cara {{method}}, yang tidak didukung Branchline. Kata sandi tidak dikirim.',
    next: 'Minta baris di pg_hba.conf {{host}} yang menerima pengguna {{user}} dengan scram-sha-256.',
  },
  not_postgres: {
    sentence:
      'Yang menjawab di {{host}}:{{port}} bukan PostgreSQL, jadi {{server}} tidak bisa dihubungi di sana.',
    next: 'Periksa host dan port di pengaturan, dan apakah yang menjawab adalah halaman login jaringan atau proxy.',
  },
  answer_too_large: {
    sentence:
      'Server {{server}} mengirim lebih banyak dalam satu jawaban daripada yang wajar, jadi sambungan diakhiri sebelum memori komputer ini penuh.',
    next: 'Minta seseorang memeriksa server di {{host}}:{{port}}: PostgreSQL tidak pernah menjawab seperti itu. Kalau memang PostgreSQL, kirimkan berkas log kepada kami.',
  },
  connection_lost: {
    sentence: 'Sambungan ke {{server}} terputus. Yang sudah sampai tetap tersimpan.',
    next: 'Periksa jaringan ke {{host}}, lalu lanjutkan pengiriman: tabel diteruskan dari potongan terakhir.',
  },
  connection_ended: {
    sentence:
      'Server {{server}} mengakhiri sambungan: server dihidupkan ulang, atau diakhiri pengelola atau batas waktu.',
    next: 'Tidak ada yang hilang: setelah server hidup lagi, lanjutkan pengiriman dan tabel diteruskan dari potongan terakhir.',
  },
  connection_frozen: {
    sentence: 'Tidak ada jawaban lagi dari {{server}}. Yang sudah sampai tetap tersimpan.',
    next: 'Periksa jaringan ke {{host}} dan beban server, lalu lanjutkan pengiriman.',
  },
  no_progress: {
    sentence:
      'Salinan {{table}} dari {{connection}} berhenti selama {{seconds}} detik: tidak ada data yang lewat, dan kedua database tidak sedang bekerja. Koneksinya diputus; yang sudah sampai tetap tersimpan.',
    next: 'Lanjutkan pengiriman: tabel diteruskan dari potongan terakhir. Jika terulang, kirimkan berkas log kepada kami.',
  },
  server_starting: {
    sentence: 'Server {{server}} sedang menyala atau dimatikan dan belum bisa dimasuki.',
    next: 'Tunggu beberapa menit, lalu lanjutkan pengiriman. Jika berlanjut, minta PostgreSQL di {{host}}:{{port}} diperiksa.',
  },
  too_many_connections: {
    sentence: 'Tidak ada koneksi kosong di {{server}}: terlalu banyak program tersambung.',
    next: 'Lanjutkan pengiriman nanti. Jika sering terjadi, kecilkan sync.parallelTables, atau minta batas koneksi dinaikkan.',
  },
  server_overloaded: {
    sentence: 'Server {{server}} kehabisan memori atau sumber daya lain.',
    next: 'Lanjutkan pengiriman nanti. Jika terulang, minta beban {{host}} diperiksa.',
  },
  contention: {
    sentence: 'Program lain sedang mengerjakan tabel yang sama di {{server}}, dan Branchline harus mengalah.',
    next: 'Lanjutkan pengiriman setelah program itu selesai. Pengelola bisa melihat pemegang tabel di pg_locks.',
  },
  central_ddl_locked: {
    sentence:
      'Program lain menahan kunci di kantor pusat yang diperlukan Branchline untuk membuat atau mengubah tabel di sana.',
    next: 'Lanjutkan pengiriman nanti. Jika terjadi lagi, minta administrator memeriksa di pg_locks siapa yang menahan kunci itu.',
  },
  source_snapshot_cancelled: {
    sentence:
      'Server cabang adalah salinan (standby) dan membatalkan pembacaan untuk mengejar server aslinya.',
    next: 'Lanjutkan pengiriman. Jika sering terjadi, atur hot_standby_feedback = on di cabang.',
  },
} as const;
