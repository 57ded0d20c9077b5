const computerFindings = {
  settings_ok: { found: 'Pengaturan bisa digunakan (koneksi: {{count}}).' },
  settings_no_branch: {
    found: 'Pengaturan menyebut kantor pusat, tetapi belum ada basis data cabang.',
    means: 'Tidak ada yang disalin dari komputer ini. Itu sudah benar untuk komputer kantor pusat sendiri.',
    next: 'Di cabang, tambahkan basis datanya: "branchline connection add --id ID --host …", atau di halaman Cabang.',
  },
  settings_all_disabled: {
    found: 'Semua koneksi ({{count}}) dinonaktifkan.',
    means: 'Tidak ada yang disalin dari komputer ini.',
    next: 'Aktifkan salah satu di halaman Cabang atau dengan "enabled" di pengaturan.',
  },
  program_ok: { found: 'Branchline {{version}} pada {{runtime}} ({{platform}}).' },
  program_replaced: {
    found: 'Branchline {{version}} sedang berjalan, tetapi file programnya sudah diganti pada {{since}}.',
    means: 'Program yang berjalan masih yang lama, dan file dari dua versi belum tentu cocok.',
    next: 'Tutup Branchline lalu jalankan lagi, atau mulai ulang layanannya.',
  },
  service_runs: { found: 'Aplikasi tray atau layanan latar menjalankan jadwal untuk folder ini.' },
  service_missing: {
    found:
      'Tidak ada aplikasi tray maupun layanan latar yang berjalan untuk folder ini, padahal {{count}} jadwal aktif.',
    means: 'Tidak ada yang disalin secara otomatis sampai salah satunya dijalankan.',
    next: 'Jalankan Branchline dari menu, atau siapkan layanannya: "branchline serve".',
  },
  service_not_needed: {
    found: 'Tidak ada aplikasi tray maupun layanan latar yang berjalan untuk folder ini.',
    means: 'Tanpa jadwal memang tidak diperlukan: sinkronisasi berjalan jika dimulai seseorang.',
    next: 'Agar berjalan otomatis, tambahkan jadwal dan jalankan Branchline.',
  },
  schedules_ok: {
    found:
      'Jadwal yang aktif: {{count}}. Berikutnya "{{schedule}}" pada {{nextAt}} ({{cron}}, {{timezone}}).',
  },
  schedules_none: {
    found: 'Tidak ada jadwal.',
    means: 'Tabel hanya disalin jika dimulai seseorang.',
    next: 'Tambahkan jadwal di halaman Jadwal, atau pada "schedules" di pengaturan.',
  },
  schedules_off: {
    found: 'Semua jadwal ({{count}}) dinonaktifkan.',
    means: 'Tabel hanya disalin jika dimulai seseorang.',
    next: 'Aktifkan jadwal di halaman Jadwal.',
  },
  schedule_never: {
    found: 'Waktu jadwal "{{schedule}}" ({{cron}}) tidak pernah tiba.',
    means: 'Jadwal ini tidak akan pernah memulai sinkronisasi.',
    next: 'Perbaiki di halaman Jadwal.',
  },
  schedule_idle: {
    found: 'Jadwal "{{schedule}}" tidak punya koneksi yang aktif.',
    means: 'Jadwal ini berjalan, tetapi tidak menyalin apa pun.',
    next: 'Pilih koneksinya di halaman Jadwal, atau aktifkan salah satunya.',
  },
  schedule_far: {
    found:
      'Jadwal berikutnya lebih dari sebulan lagi: "{{schedule}}" pada {{nextAt}} ({{cron}}, {{timezone}}); yang aktif: {{count}}.',
    means: 'Sampai saat itu data di kantor pusat akan usang.',
    next: 'Jika bukan itu maksudnya, perbaiki jadwal di halaman Jadwal.',
  },
  folder_ok: { found: 'Folder data {{folder}} bisa ditulisi.' },
  folder_absent: {
    found: 'Folder data {{folder}} belum ada.',
    means: 'Branchline belum pernah dipakai di sini, atau memakai folder lain.',
    next: 'Jika Branchline sudah bekerja di komputer ini, sebutkan foldernya: "--data-dir DIR". Jika belum, mulai dengan pengaturan.',
  },
  folder_unwritable: {
    found: 'Folder data {{folder}} tidak bisa ditulisi: {{reason}}.',
    means: 'Branchline tidak bisa mencatat pekerjaannya, jadi tidak menyalin apa pun.',
    next: 'Beri hak tulis di sana kepada pengguna yang menjalankan Branchline.',
  },
  disk_ok: { found: 'Ruang kosong {{freeBytes}} pada disk {{folder}}.' },
  disk_low: {
    found: 'Ruang kosong tinggal {{freeBytes}} pada disk {{folder}}.',
    means: 'Jika penuh, pengiriman yang sedang berjalan akan berhenti.',
    next: 'Kosongkan disk ini, setidaknya 1 GB.',
  },
  disk_full: {
    found: 'Disk {{folder}} penuh atau hampir penuh: ruang kosong {{freeBytes}}.',
    means: 'Branchline tidak bisa mencatat pekerjaannya, jadi pengiriman berhenti.',
    next: 'Kosongkan disk ini sekarang, atau naikkan kuota pengguna yang menjalankan Branchline.',
  },
  temp_ok: { found: 'Ruang kosong {{freeBytes}} untuk file sementara ({{folder}}).' },
  temp_low: {
    found: 'Ruang kosong untuk file sementara tinggal {{freeBytes}} ({{folder}}).',
    means: 'Program lain bisa gagal, dan basis data demo tidak bisa dijalankan.',
    next: 'Kosongkan folder itu.',
  },
  temp_unwritable: {
    found: 'Folder file sementara {{folder}} tidak bisa ditulisi: {{reason}}.',
    means: 'Sebagian fungsi program di komputer ini gagal tanpa penjelasan.',
    next: 'Perbaiki TMPDIR (di Windows: TEMP) pengguna yang menjalankan Branchline, atau hak akses foldernya.',
  },
  logs_ok: { found: 'File log bisa ditulis ({{folder}}).' },
  logs_absent: { found: 'Belum ada file log ({{folder}}).' },
  logs_unwritable: {
    found: 'File log tidak bisa ditulis di {{folder}}: {{reason}}.',
    means: 'Branchline bekerja, tetapi nanti tidak ada yang bisa mencari tahu apa yang salah.',
    next: 'Beri hak tulis di sana kepada pengguna yang menjalankan Branchline.',
  },
  journal_ok: { found: 'Jurnal utuh ({{fileBytes}}).' },
  journal_absent: { found: 'Belum ada jurnal: sinkronisasi belum pernah dijalankan di sini.' },
  journal_damaged: {
    found: 'Jurnal ({{fileBytes}}) rusak: {{finding}}',
    means:
      'Riwayat pengiriman mungkin hilang. Baris yang sudah disalin tidak hilang: Branchline melanjutkan dari yang ada di kantor pusat.',
    next: 'Jalankan Branchline: file yang rusak disimpan dengan nama lain dan jurnal baru dimulai. Jika terjadi lagi, periksakan disknya.',
  },
  journal_unreadable: {
    found: 'Jurnal tidak bisa dibaca: {{reason}}.',
    means: 'Branchline tidak bisa mencatat pekerjaannya, jadi tidak menyalin apa pun.',
    next: 'Periksa hak akses file di folder data, dan disknya.',
  },
  lease_free: { found: 'Saat ini tidak ada sinkronisasi yang berjalan.' },
  lease_held: {
    found: 'Sinkronisasi sedang berjalan: {{face}}, proses {{pid}} di {{host}}, sejak {{since}}.',
    means: 'Sampai selesai, sinkronisasi lain tidak bisa dimulai di komputer ini.',
    next: 'Tidak perlu apa-apa, kecuali memang tidak seharusnya berjalan: hentikan di jendela, atau akhiri proses itu.',
  },
  lease_taken: {
    found: 'Program lain memegang hak sinkronisasi (lease.db) tanpa menyebut program apa.',
    means: 'Sampai program itu selesai, sinkronisasi tidak bisa dimulai di komputer ini.',
    next: 'Tutup program lain yang membuka folder data, misalnya program cadangan. Jika tetap begitu, mulai ulang komputer.',
  },
  keychain_ok: { found: 'Gantungan kunci sistem menjawab.' },
  keychain_absent: {
    found: 'Tidak ada gantungan kunci untuk pengguna ini ({{reason}}).',
    means: 'Kata sandi disimpan dalam file di folder data yang hanya bisa dibaca pengguna ini.',
    next: 'Tidak perlu apa-apa; di server ini biasa. Gantungan kunci membutuhkan sesi desktop.',
  },
  keychain_locked: {
    found: 'Gantungan kunci terkunci ({{reason}}).',
    means: 'Kata sandi di dalamnya tidak bisa dibaca sampai ada yang membukanya.',
    next: 'Masuk ke desktop, atau buka gantungan kunci. Di komputer tanpa pengguna yang masuk, pakai "passfile" atau variabel lingkungan.',
  },
  keychain_silent: {
    found: 'Gantungan kunci tidak menjawab ({{reason}}).',
    means: 'Mungkin menunggu seseorang membukanya. Kata sandi di dalamnya tidak bisa dibaca.',
    next: 'Lihat apakah ada pertanyaan di layar, atau keluar lalu masuk lagi.',
  },
  keychain_failed: {
    found: 'Gantungan kunci tidak bisa digunakan ({{reason}}).',
    means: 'Kata sandi di dalamnya tidak bisa dibaca.',
    next: 'Perbaiki gantungan kunci, atau simpan lagi kata sandinya: "branchline connection password ID".',
  },
  zone_ok: { found: 'Zona waktu komputer ini {{zone}}, dan jadwal sesuai dengannya.' },
  zone_differs: {
    found: 'Zona waktu komputer ini {{zone}}; jadwal "{{schedule}}" memakai jam {{timezone}}.',
    means: 'Jadwal berjalan pada jam yang berbeda dari jam komputer ini.',
    next: 'Jika bukan itu maksudnya, perbaiki zona waktu komputer atau jadwalnya.',
  },
  sleep_never: { found: 'Komputer ini tidak tidur dengan sendirinya.' },
  sleep_after: {
    found: 'Komputer ini tidur setelah {{minutes}} tidak dipakai.',
    means: 'Selama tidur, jadwal tidak berjalan dan pengiriman yang sedang berjalan terputus.',
    next: 'Matikan mode tidur di pengaturan daya, setidaknya saat memakai listrik.',
  },
  sleep_idle: {
    found: 'Komputer ini berhenti jika tidak dipakai (IdleAction={{action}}).',
    means: 'Saat itu jadwal tidak berjalan dan pengiriman yang sedang berjalan terputus.',
    next: 'Atur IdleAction=ignore di /etc/systemd/logind.conf, lalu mulai ulang systemd-logind.',
  },
  sleep_unknown: {
    found: 'Tidak bisa diketahui di sini apakah komputer ini tidur dengan sendirinya ({{reason}}).',
    means: 'Selama tidur, jadwal tidak berjalan.',
    next: 'Periksa pengaturan daya.',
  },
} as const;

const serverFindings = {
  server_ok: { found: '{{host}}:{{port}} menjawab, dan {{user}} bisa masuk ke {{database}}.' },
  ssh_ok: {
    found:
      'Server SSH {{sshHost}} menunjukkan kunci host yang sudah diterima, {{hostKey}}, dan meneruskan Branchline.',
  },
  ssh_not_pinned: {
    found: 'Kunci host server SSH {{sshHost}}:{{sshPort}} belum diterima. Server menunjukkan {{offered}}.',
    means:
      'Branchline akan memercayai kunci itu saat pertama kali masuk. Pemeriksaan ini tidak masuk ke sana, jadi basis datanya belum diperiksa.',
    next: 'Cocokkan sidik jarinya dengan pengelola server SSH, lalu terima: "branchline connection ssh-host-key {{connection}} --accept".',
  },
  tls_verified: {
    found: 'Terenkripsi, dan sertifikat server diperiksa ({{sslmode}}); berlaku sampai {{endsAt}}.',
  },
  tls_local: {
    found:
      'Tidak dienkripsi oleh basis data ({{sslmode}}), tetapi tidak ada yang keluar dari komputer ini atau terowongan SSH.',
  },
  tls_unverified: {
    found:
      'Terenkripsi, tetapi identitas server tidak diperiksa ({{sslmode}}); sertifikatnya berlaku sampai {{endsAt}}.',
    means: 'Mesin lain di tengah jalan bisa menyamar sebagai server.',
    next: 'Atur "sslmode": "verify-full", dan "sslrootcert" ke file CA dari pengelola server.',
  },
  tls_plain: {
    found: 'Tidak terenkripsi ({{sslmode}}).',
    means: 'Siapa pun di tengah jalan bisa membaca dan mengubah isi baris.',
    next: 'Aktifkan TLS di server dan atur "sslmode": "verify-full", atau hubungi server melalui SSH.',
  },
  tls_ends_soon: {
    found: 'Sertifikat server berakhir dalam {{days}} hari, pada {{endsAt}} ({{sslmode}}).',
    means: 'Jika sertifikat diperiksa, Branchline tidak bisa terhubung setelah itu.',
    next: 'Minta pengelola server memperbaruinya.',
  },
  tls_expired: {
    found: 'Sertifikat server sudah berakhir pada {{endsAt}} ({{sslmode}}).',
    means:
      'Sertifikat tidak diperiksa, jadi Branchline masih terhubung, tetapi tidak bisa memastikan siapa servernya.',
    next: 'Minta pengelola server memperbaruinya, lalu atur "sslmode": "verify-full".',
  },
  server_version_ok: { found: 'PostgreSQL versi {{serverVersion}}.' },
  server_version_ended: {
    found: 'PostgreSQL versi {{serverVersion}}.',
    means: 'Branchline mendukungnya, tetapi proyek PostgreSQL tidak lagi memperbaikinya sejak {{endedOn}}.',
    next: 'Rencanakan pembaruan dengan administrator server ini.',
  },
  rights_read: { found: 'Semua tabel yang dipilih bisa dibaca ({{count}}).' },
  rights_write: { found: 'Branchline boleh membuat tabelnya dan menulis ke sana.' },
  rights_write_only: {
    found: 'Branchline boleh menulis di skema {{schema}}, tetapi tidak boleh membuat tabel di sana.',
    means: 'Itu sudah benar jika kantor pusat yang membuat tabel. Tabel yang belum dibuat akan gagal.',
    next: 'Jika Branchline yang harus membuatnya, berikan CREATE pada skema itu kepada rolenya.',
  },
  rights_read_only: {
    found: 'Role ini hanya boleh membaca keadaan cabang-cabang.',
    means: 'Itu sudah benar untuk komputer kantor pusat sendiri. Cabang tidak bisa menyalin dengan role ini.',
    next: 'Tidak perlu apa-apa, jika ini komputer kantor pusat.',
  },
  rights_tables: {
    found: 'Tabel di kantor pusat yang tidak boleh ditulisi {{user}}: {{count}} ({{tables}}).',
    means: 'Branchline bisa terhubung, tetapi tabel ini akan gagal.',
    next: 'Minta kantor pusat menjalankan ini:\n{{sql}}',
  },
  own_tables_ok: {
    found:
      'Tabel milik Branchline di kantor pusat versi {{tablesVersion}}, sesuai kebutuhan program ini (versi {{known}}).',
  },
  own_tables_absent: {
    found: 'Tabel milik Branchline belum ada di kantor pusat.',
    means: 'Pengiriman pertama akan membuatnya.',
    next: 'Tidak perlu apa-apa, jika Branchline boleh membuatnya (lihat “Hak akses”).',
  },
  own_tables_older: {
    found:
      'Tabel milik Branchline di kantor pusat versi {{tablesVersion}}; program ini membutuhkan {{known}}.',
    means: 'Pengiriman berikutnya akan memperbaruinya.',
    next: 'Tidak perlu apa-apa, jika Branchline boleh mengubahnya. Jika cabang punya role sendiri, kantor pusat menjalankan hasil "branchline central-sql".',
  },
  own_tables_newer: {
    found:
      'Tabel milik Branchline di kantor pusat versi {{tablesVersion}}; program ini hanya mengenal {{known}}.',
    means: 'Branchline yang lebih baru di cabang lain sudah mengubahnya.',
    next: 'Pasang versi Branchline yang sama di sini.',
  },
  own_tables_hidden: {
    found: 'Versi tabel milik Branchline di kantor pusat tidak bisa dibaca.',
    means: 'Role ini mungkin kekurangan hak (lihat “Hak akses”).',
    next: 'Perbaiki hak aksesnya, lalu periksa lagi.',
  },
  clock_ok: { found: 'Jam komputer ini dan jam server sama (selisih {{skewSeconds}}).' },
  clock_ahead: {
    found: 'Jam komputer ini {{skewSeconds}} lebih cepat daripada jam server.',
    means: 'Jadwal berjalan terlalu awal, atau waktu di kantor pusat salah, tergantung jam mana yang benar.',
    next: 'Cocokkan keduanya dengan waktu yang benar, dan atur agar jam yang salah disetel lewat jaringan (NTP).',
  },
  clock_behind: {
    found: 'Jam komputer ini {{skewSeconds}} lebih lambat daripada jam server.',
    means: 'Jadwal berjalan terlambat, atau waktu di kantor pusat salah, tergantung jam mana yang benar.',
    next: 'Cocokkan keduanya dengan waktu yang benar, dan atur agar jam yang salah disetel lewat jaringan (NTP).',
  },
  clock_far: {
    found: 'Jam komputer ini dan jam server berselisih {{skewSeconds}}.',
    means: 'Jadwal berjalan pada waktu yang salah, dan sertifikat yang berlaku bisa ditolak.',
    next: 'Betulkan jam yang salah sekarang, dan selanjutnya atur agar disetel lewat jaringan (NTP).',
  },
  server_zone_ok: { found: 'Zona waktu server {{serverZone}}, jamnya sama dengan di sini ({{zone}}).' },
  server_zone_differs: {
    found: 'Zona waktu server {{serverZone}}; zona waktu komputer ini {{zone}}.',
    means: 'Baris disalin tanpa diubah, tetapi orang di kedua sisi bisa membaca waktu secara berbeda.',
    next: 'Tidak perlu apa-apa, jika server ada di tempat lain atau sengaja memakai UTC.',
  },
  link_ok: { found: 'Waktu bolak-balik {{roundTripMs}}, sekitar {{bytesPerSecond}}/detik.' },
  link_slow: {
    found: 'Jalurnya lambat: waktu bolak-balik {{roundTripMs}}, sekitar {{bytesPerSecond}}/detik.',
    means: 'Pemuatan pertama tabel besar akan lama; perubahan harian biasanya kecil.',
    next: 'Bawa pemuatan pertama dengan disk ("branchline export"), dan lewatkan Branchline melalui SSH, yang memampatkan data.',
  },
  link_skipped: {
    found: 'Jalur tidak diukur.',
    means: 'Pemeriksaan cepat mengirim sesedikit mungkin.',
    next: 'Untuk mengukurnya, periksa lagi tanpa --quick.',
  },
  not_reached: {
    found: 'Tidak diperiksa.',
    means: 'Ada yang gagal di jalan menuju ke sana.',
    next: 'Perbaiki masalah lain yang dilaporkan untuk server ini, lalu periksa lagi.',
  },
  timed_out: {
    found: 'Pemeriksaan tidak selesai dalam {{seconds}}.',
    means: 'Ada yang sangat lambat atau tidak menjawab.',
    next: 'Periksa lagi. Jika tetap begitu, lihat jalur, disk, dan beban server.',
  },
  check_failed: {
    found: 'Pemeriksaannya sendiri gagal: {{reason}}.',
    means: 'Apa yang akan ditemukan tidak diketahui.',
    next: 'Periksa lagi; jika tetap begitu, kirim file log ke bagian dukungan.',
  },
} as const;

/** `branchline doctor`, dan halamannya di jendela. */
export const doctor = {
  finding: { ...computerFindings, ...serverFindings },
  check: {
    settings: 'Pengaturan',
    program: 'Program',
    service: 'Program latar',
    schedules: 'Jadwal',
    data_folder: 'Folder data',
    disk: 'Ruang disk',
    temp: 'File sementara',
    logs: 'File log',
    journal: 'Jurnal',
    lease: 'Sinkronisasi berjalan',
    keychain: 'Gantungan kunci',
    time_zone: 'Zona waktu',
    sleep: 'Mode tidur',
    server: 'Koneksi',
    ssh: 'Terowongan SSH',
    tls: 'Enkripsi',
    server_version: 'Versi',
    rights: 'Hak akses',
    own_tables: 'Tabel Branchline',
    clock: 'Jam',
    server_zone: 'Zona waktu server',
    link: 'Kecepatan',
  },
  state: {
    ok: 'baik',
    note: 'catatan',
    warning: 'peringatan',
    problem: 'masalah',
    unknown: 'tidak diketahui',
  },
  computer: 'Komputer ini',
  central: 'Kantor pusat',
  branch: '{{label}} ({{connection}})',
  means: 'Artinya',
  next: 'Lakukan',
  message: 'Pesan',
  result: {
    ok: 'Semuanya baik.',
    note: 'Semuanya baik; lihat catatannya.',
    unknown: 'Semuanya baik, sejauh yang bisa diperiksa.',
    warning: 'Branchline bekerja, tetapi ada yang perlu diperhatikan.',
    problem: 'Ada yang menghalangi Branchline bekerja.',
  },
  counts:
    'Masalah: {{problems}}, peringatan: {{warnings}}, catatan: {{notes}}, baik: {{fine}}, tidak diketahui: {{unknown}}',
  checkedAt: 'Branchline {{version}}, diperiksa pada {{at}}',
} as const;

/** Halaman di jendela. */
export const doctorPage = {
  title: 'Pemeriksaan',
  intro:
    'Memeriksa komputer ini, jalurnya, dan kedua basis data, lalu mengatakan apa yang perlu dilakukan. Perlu waktu paling lama satu menit dan tidak mengubah apa pun.',
  run: 'Periksa sekarang',
  again: 'Periksa lagi',
  running: 'Memeriksa komputer ini dan basis data …',
  quick: 'Tanpa mengukur jalur',
  copy: 'Salin sebagai teks',
  copied: 'Tersalin',
  copyFailed: 'Browser ini tidak mengizinkan teks disalin. Pilih saja teksnya di halaman.',
  urgent: 'Yang perlu ditangani',
  fine_other: '{{count}} pemeriksaan baik',
  open: 'Periksa komputer ini',
  openHelp:
    'Jika ada yang tidak berfungsi: memeriksa komputer ini, jalur, dan kedua basis data, lalu mengatakan apa yang perlu dilakukan.',
  toSetUp: 'Mulai dengan penyiapan',
} as const;
