export const words = {
  batch: {
    running: 'berjalan',
    completed: 'selesai',
    failed: 'gagal',
    interrupted: 'terhenti',
  },
  /** A run that waits because head office has no free connection. */
  waitingForCentral: 'menunggu kantor pusat, {{duration}}',
  table: {
    pending: 'menunggu',
    in_progress: 'diproses',
    halted: 'terputus',
    completed: 'selesai',
    failed: 'gagal',
    skipped: 'dilewati',
  },
  reason: {
    crash: 'program atau komputer mati mendadak',
    shutdown: 'program diminta berhenti',
    user: 'dihentikan oleh seseorang',
    lost_lease: 'komputer lain mengambil alih',
    superseded: 'pengiriman berikutnya sudah mengerjakan tabelnya',
  },
  trigger: {
    cli: 'baris perintah',
    tray: 'aplikasi tray',
    schedule: 'jadwal',
    agent: 'layanan latar belakang',
  },
  verify: {
    equal: 'sama',
    behind: 'belum disinkronkan',
    differs: 'berbeda',
    repaired: 'diperbaiki',
    not_compared: 'tidak dibandingkan',
    failed: 'gagal',
  },
  server: {
    source: 'basis data cabang {{connection}}',
    central: 'basis data kantor pusat',
    unknown: 'basis data',
  },
  link: {
    both: 'dikirim {{sent}}, diterima {{received}}',
    compressed: '{{bytes}} ({{plain}} sebelum kompresi)',
    unknown: 'tidak diketahui',
  },
  transfer: {
    time: 'Sekitar {{size}} akan dikirim: kira-kira {{time}} menurut kecepatan jaringan yang terukur ({{speed}}/dtk).',
    long: 'Sekitar {{size}} akan dikirim: kira-kira {{time}} menurut kecepatan jaringan yang terukur ({{speed}}/dtk); atau bawa dengan disk.',
    unknown:
      'Sekitar {{size}} akan dikirim. Lamanya belum diketahui sampai kecepatan jaringan diukur: dengan "connection test central", atau oleh pengiriman pertama.',
    nothing: 'Tidak ada yang perlu dikirim.',
    speed: '{{speed}}/dtk di jaringan ini',
    more_other: 'Yang dikirim {{count}} tabel lain baru diketahui setelah dibandingkan.',
  },
  logFile: 'berkas terbaru di folder "logs" di folder data',
  noCommand:
    'di jendela, atau dengan --tables dan sebuah pola (* berarti apa saja). Perintahnya tidak ditampilkan, karena shell akan mengubah atau menjalankan karakter pada namanya',
  nearest: 'Maksud Anda {{nearest}}?',
  yes: 'ya',
  no: 'tidak',
} as const;

/** See the English one. */
export const log = {
  batchResumed: 'Dilanjutkan (yang ke-{{number}})',
  batchEnded: 'Pengiriman {{status}}. Tabel: {{completed}} selesai, {{failed}} gagal, {{skipped}} dilewati',
  batchInterrupted: 'Berhenti sebelum selesai: {{reason}}',
  batchSuperseded: 'Tidak perlu dilanjutkan lagi: {{reason}}',
  tablesFound: '{{connection}}: {{tables}} tabel ditemukan',
  tableStarted: '{{table}} dimulai',
  tableRestarted: '{{table}} dicoba lagi dari awal proses',
  tableContinues: '{{table}} diteruskan setelah terhenti',
  tableCompleted:
    '{{table}} selesai: {{processed}} baris ditulis, {{skipped}} sudah sama, {{deleted}} dihapus',
  tableSkipped: '{{table}} dilewati',
  tableSkippedFor: '{{table}} dilewati: {{reason}}',
  strategyChosen: '{{table}}: cara menyalin: {{strategy}}, karena {{reason}}',
  strategyOnly: '{{table}}: cara menyalin: {{strategy}}',
  circuit: '{{connection}}: {{sentence}} Tabel lainnya tidak dicoba.',
  waitsForComparison:
    '{{table}}: selesai, menunggu {{tables}} dibandingkan karena barisnya diubah oleh kantor pusat sendiri',
  deletesHeld: '{{table}}: baris yang dihapus di cabang dibuang setelah tabel yang terkait selesai',
  broughtAgain: '{{table}} diperiksa sekali lagi, untuk {{for}}',
  againCommitted: '{{table}} diperiksa sekali lagi: {{processed}} baris ditulis, {{deleted}} dihapus',
  gaveUp: 'Tidak dilanjutkan sendiri lagi, setelah {{attempts}} kali dicoba',
  exportStarted: '{{connection}}: ekspor ke {{file}} dimulai atau diteruskan',
  exportEnded: {
    complete: '{{connection}}: diekspor ke {{file}}, {{rows}} baris',
    stopped: '{{connection}}: ekspor ke {{file}} dihentikan',
    failed: '{{connection}}: ekspor ke {{file}} belum lengkap',
  },
  hookStarted: 'Setelah pengiriman: "{{hook}}" dimulai',
  hookDone: 'Setelah pengiriman: "{{hook}}" berhasil, dalam {{duration}}',
  hookFailed: 'Setelah pengiriman: "{{hook}}" gagal. {{reason}}',
  scheduleRan: 'Dimulai untuk jadwal {{schedule}}, yang direncanakan {{at}}',
  scheduleSkipped: 'Jadwal {{schedule}}, yang direncanakan {{at}}, dilewati',
  other: '{{event}} {{detail}}',
  because: {
    asked: 'diminta',
    first_load: 'belum pernah disalin',
    row_versions: 'cabang tahu baris mana yang berubah',
    no_key: 'tabel ini tidak punya kunci',
    goes_on: 'meneruskan dari tempat berhentinya',
    cursor_changed: 'kolom kursornya berbeda dari proses terakhir',
    central_rewrote: 'trigger atau foreign key di kantor pusat mungkin mengubah baris',
    central_unlogged: 'tabel ini UNLOGGED di kantor pusat dan bisa kosong setelah server mati mendadak',
    no_cursor: 'tidak ada baris dengan nilai kursor yang bisa dipakai',
    no_mark: 'tidak ada catatan tentang proses sebelumnya',
    no_row_versions:
      'ini view, tabel asing, berisi nama objek basis data (regclass), atau tidak punya versi baris',
    shape_changed: 'kolomnya berubah',
    too_old: 'proses terakhir sudah terlalu lama',
    server_changed: 'server cabang dipulihkan atau diganti',
    restart_unproved:
      'server cabang dimulai ulang, dan tidak ada bukti bahwa datanya tidak dipulihkan dari cadangan',
    history_hidden: 'basis data cabang tidak mengizinkan Branchline menanyakan apa yang berubah',
    source_table_missing: 'sudah tidak ada di cabang',
  },
} as const;

/** Hal yang perlu diketahui meski tidak ada yang gagal. */
export const notices = {
  cursor_beyond:
    '{{about}}: {{rows}} baris punya nilai {{column}} di masa depan, tak hingga, atau bukan angka. Baris itu dibaca pada setiap pengiriman dan tidak dihitung sebagai data terbaru; perbaiki di cabang.',
  large_objects:
    '{{about}}: {{columns}} menunjuk ke large object basis data cabang (pg_largeobject). Nomornya disalin, isinya tidak. Jika kantor pusat memerlukan isinya, ERP perlu menyimpannya dalam kolom bertipe bytea.',
  old_transaction:
    '{{about}}: ada transaksi di cabang yang terbuka selama {{duration}} atau lebih (proses {{pid}}, pengguna {{user}}, basis data {{database}}, aplikasi {{application}}, keadaan {{state}}). Selama belum selesai, baris yang ditulis sejak transaksi itu mulai dibaca ulang pada setiap pengiriman; tidak ada yang hilang. Jika tidak diperlukan, pengelola basis data cabang dapat mengakhirinya: {{sql}}',
  old_prepared:
    '{{about}}: transaksi tersiap (prepared) {{gid}} milik pengguna {{user}} di basis data {{database}} terbuka di cabang selama {{duration}} atau lebih. Selama belum selesai, baris yang ditulis sejak transaksi itu mulai dibaca ulang pada setiap pengiriman; tidak ada yang hilang. Jika tidak akan di-commit, pengelola dapat mengakhirinya di basis data itu: {{sql}}',
  computed_at_central:
    '{{about}}: kantor pusat menghitung sendiri {{columns}} (kolom GENERATED), jadi nilai dari cabang tidak ditulis di sana. Verifikasi menunjukkan apakah nilainya sama. Agar nilai cabang yang dipakai, jadikan kolom itu kolom biasa di kantor pusat.',
  merged_tables:
    '{{about}}: tabel berikut di kantor pusat tidak punya kolom source_connection, jadi baris antar cabang dibagi hanya menurut kuncinya (tata letak "merge"): {{tables}}. Baris yang dihapus di cabang tetap ada di sana, dan jika dua cabang memakai kunci yang sama, yang belakangan menimpa yang lebih dulu. Agar cabang dibedakan, pakai tata letak "stamp" atau "schema".',
  not_null_dropped:
    '{{about}}: di kantor pusat {{columns}} tidak lagi wajib diisi (NOT NULL dicabut), karena baris cabang boleh kosong di sana. Yang membaca kolom itu di kantor pusat perlu siap menerima NULL.',
  central_unlogged:
    '{{about}}: {{schema}}.{{table}} di kantor pusat bersifat UNLOGGED, jadi isinya hilang jika server di sana mati mendadak. Barisnya dihitung pada setiap pengiriman dan dikirim lagi jika hilang. Agar tidak hilang: {{sql}}',
  central_children:
    '{{about}}: di kantor pusat {{tables}} mewarisi (INHERITS) {{schema}}.{{table}}, sehingga siapa pun yang membaca tabel itu di sana tanpa ONLY ikut membaca barisnya. Baris itu milik kantor pusat: tidak dihitung, dibandingkan, atau dihapus.',
  columns_kept:
    '{{about}}: cabang tidak lagi memiliki {{columns}} (dihapus atau diganti nama di sana). Kantor pusat menyimpan kolom itu dengan nilai semula; baris yang datang kemudian tidak mengisinya, dan tidak ada yang membandingkannya. Jika kantor pusat dan cabang lain tidak memerlukannya, minta kantor pusat menjalankan: {{sql}}',
  rewritten_outside:
    '{{about}}: waktu tabel ini ditulis, kantor pusat sendiri (sebuah foreign key atau trigger di sana) mengubah baris di {{tables}}, yang tidak ikut disalin kali ini. Tabel itu dibandingkan dan diperbaiki waktu disalin berikutnya.',
  left_behind:
    '{{about}}: tabel berikut tidak ada lagi di cabang (dihapus atau diganti namanya di sana), dan kantor pusat menyimpan barisnya seperti semula; tidak ada yang dihapus: {{tables}}. Baris tabel yang diganti namanya disalin ulang dengan nama barunya. Jika baris itu tidak diperlukan, hapus baris atau tabelnya di kantor pusat. Jika akan disimpan, tambahkan tabel itu ke "exclude" pada {{connection}} di pengaturan. Tabel yang muncul lagi akan diteruskan.',
  former_connection:
    '{{about}}: kantor pusat menyimpan baris yang disalin instalasi ini untuk {{former}}, koneksi yang tidak ada lagi di pengaturan (diganti nama atau dihapus), di schema {{schema}}. Tidak ada lagi yang memperbarui atau menghapusnya; koneksi yang diganti nama disalin ulang dengan id barunya, sehingga barisnya ada dua kali. Untuk meneruskan baris lama, kembalikan id lama koneksi itu. Jika tidak, hapus barisnya di kantor pusat jika tidak diperlukan (di tabel bersama: yang source_connection-nya {{former}}), lalu minta kantor pusat menjalankan perintah ini, yang mengakhiri pemberitahuan ini: {{sql}}',
  compare_due:
    '{{about}}: catatan tentang perbedaan di kantor pusat ikut hilang bersama catatan lokal, jadi semua tabel perlu dibandingkan. Layanan melakukannya setelah sebuah pengiriman, kecuali verifyEveryDays bernilai 0. Untuk membandingkan sekarang, jalankan: branchline verify --connection {{connection}}',
  slow_source:
    '{{about}}: database cabang sudah {{duration}} mengerjakan satu perintah, dan selama itu belum ada baris yang datang. Branchline menunggunya. Kalau terus begini, periksa database cabang: mungkin sebuah view atau query terlalu lama, atau servernya kelebihan beban.',
  slow_central:
    '{{about}}: database kantor pusat sudah {{duration}} mengerjakan satu perintah tanpa jawaban. Branchline menunggunya. Kalau terus begini, kantor pusat perlu memeriksa databasenya: mungkin sebuah trigger terlalu lama, atau servernya kelebihan beban.',
  report_denied:
    '{{about}}: ringkasan kantor pusat tidak menampilkan cabang ini, karena role-nya di kantor pusat tidak boleh menulis tabel untuk itu (branchline.installations, sync_batches, sync_progress). Penyalinan tidak terganggu. Minta kantor pusat menjalankan hasil perintah ini: branchline central-sql --connection {{connection}}',
  requests_denied:
    'Cabang {{about}} tidak dapat menerima atau menjawab permintaan kantor pusat: role-nya tidak boleh, atau tabelnya belum ada. Sinkronisasi tetap berjalan. Minta administrator database pusat menjalankan hasil perintah ini: branchline central-sql --connection {{connection}}',
  requests_untrusted:
    'Cabang {{about}} tidak menerima permintaan kantor pusat: tabel branchline.requests milik role yang tidak dipercaya kantor pusat. Sinkronisasi tetap berjalan. Minta administrator database pusat memeriksa tabel itu.',
  report_untrusted:
    '{{about}}: ringkasan kantor pusat tidak menampilkan cabang ini, karena sebuah tabel untuk itu di schema branchline dimiliki role yang tidak dipercaya kantor pusat. Penyalinan tidak terganggu. Minta kantor pusat memeriksa tabel installations, sync_batches dan sync_progress di sana, menghapus yang bukan buatannya, lalu menjalankan hasil perintah ini: branchline central-sql --connection {{connection}}',
  children_left_out:
    '{{about}}: hanya barisnya sendiri yang disalin. Tabel yang mewarisinya (INHERITS) adalah tabel tersendiri dan tidak dipilih: {{tables}}. Agar ikut disalin, tambahkan ke "tables" di pengaturan.',
};

/** See the English one. */
export const troubles = {
  who: {
    you: 'Anda bisa melakukannya di sini.',
    branch: 'Untuk administrator basis data cabang',
    office: 'Untuk administrator basis data kantor pusat',
  },
  copyForAdmin: 'Salin untuk administrator',
  copiedForAdmin: 'Tersalin',
  copyFailed: 'Tidak bisa disalin',
  adminTables: 'Tabel: {{names}}',
  adminSince: 'Gagal pada: {{time}}',
  adminServer: 'Pesan server: {{message}}',
  adminSql: 'SQL yang perlu dijalankan di sana:',
  tables: '{{count}} tabel',
  keyColumns: 'kolom kuncinya',
  theseTables: 'tabel-tabel ini',
  deletesNext:
    'Pastikan dulu bahwa basis data cabang ini yang benar dan tidak kosong. Jika baris itu memang sudah tidak ada di cabang, izinkan penghapusan.',
  sourceNext:
    'Periksa host dan basis data {{connection}} dalam pengaturannya. Jika perubahan itu disengaja (server baru, cadangan dipulihkan), terima basis data yang sekarang.',
  passwordNext:
    'Di halaman Cabang, pilih "Ubah" pada basis data itu, lalu ketik kata sandinya. Jika pengaturan menyebut variabel atau berkas kata sandi, isilah di sana.',
  next: 'Yang perlu dilakukan',
  nextIfLasting: 'Jika terus begini',
  which_other: 'Tabel: {{names}}',
  showAll: 'Tampilkan semua {{count}} tabel',
  showFewer: 'Tampilkan lebih sedikit',
  allOf: 'semua tabel {{connection}}',
  retry: 'Coba lagi tabel yang gagal',
  retryNow: 'Coba lagi sekarang',
  resume: 'Lanjutkan',
  resumeNow: 'Lanjutkan sekarang',
  testConnection: 'Uji koneksi',
  openBranch: 'Buka cabangnya',
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
    'Basis data di balik {{connection}} bukan yang sebelumnya. Jika ini basis data yang salah, datanya akan menggantikan data yang benar di kantor pusat.',
  sourceConfirm: 'Ini yang benar: lanjutkan',
  copyNext:
    'Pastikan komputer mana yang benar, lalu nyatakan di sini peran komputer ini: menggantikan yang lain, atau keduanya tetap dipakai.',
  copyAtWorkNext:
    'Matikan yang lain, tunggu dua menit, lalu nyatakan di sini bahwa komputer ini menggantikannya. Jika keduanya dipakai, nyatakan bahwa komputer ini instalasi sendiri.',
  copyAsk: 'Nyatakan peran komputer ini…',
  copyTitle: 'Apa peran komputer ini?',
  copyBody:
    'Ada salinan dari folder data ini. Dua komputer yang menyinkronkan sebagai satu akan saling menimpa baris di kantor pusat.',
  copyKeep:
    'Komputer ini menggantikan yang lain, dan yang lain itu harus tetap dimatikan. Ini juga jawaban yang benar jika tidak ada komputer lain dan catatan di sini berasal dari cadangan.',
  copyNew:
    'Keduanya dipakai, dan komputer ini menjadi instalasi sendiri. Koneksi ini kemudian dimatikan di sini: {{connections}}. Hapus, atau tambahkan basis datanya dengan nama lain. Jika semestinya dipakai di sini dan bukan di komputer lain itu, beri jawaban ini di sana.',
  copyNewAll:
    'Keduanya dipakai, dan komputer ini menjadi instalasi sendiri. Semua koneksi kemudian dimatikan di sini. Hapus koneksi milik komputer lain itu, dan aktifkan lagi yang tidak disinkronkannya.',
  disabledSettings: 'Perbaiki pengaturannya dulu.',
  disabledBusy: 'Ada proses yang sedang bekerja. Tunggu sampai selesai, atau hentikan.',
  disabledView: 'Branchline lain di komputer ini yang bekerja.',
  disabledSetUp: 'Siapkan Branchline dulu.',
} as const;
