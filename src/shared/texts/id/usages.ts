import type { UsageCode } from '../../errors.ts';
import { exportUsages } from './exports.ts';

/**
 * See the English ones. `batch_unknown.what` stays English: scripts of the older system look for
 * exactly that line.
 */
export const usages = {
  ...exportUsages,
  settings_missing: {
    what: 'Belum ada pengaturan: {{path}} tidak ada.',
    means: 'Branchline belum tahu basis data mana yang dibaca dan ke mana dikirim.',
    next: 'Mulai dengan "branchline connection add --id central --host …", atau coba "branchline demo --keep".',
  },
  settings_invalid: {
    what: 'Pengaturan di {{file}} tidak benar:\n{{problems}}',
    means: 'Tidak ada yang dijalankan dan berkas dibiarkan apa adanya.',
    next: 'Perbaiki di sana, lalu coba lagi.',
  },
  settings_unreadable: {
    what: 'Berkas pengaturan {{path}} tidak bisa dibaca: {{reason}}.',
    means: 'Tidak ada yang dijalankan dan berkas dibiarkan apa adanya.',
    next: 'Perbaiki berkas itu, atau kembalikan salinannya.',
  },
  settings_changed: {
    what: 'Pengaturan di {{file}} sudah diubah sementara itu.',
    means:
      'Orang lain, atau program lain, sudah menyimpannya. Perubahan Anda tidak disimpan, agar perubahan itu tidak hilang.',
    next: 'Muat lagi pengaturannya, lalu buat perubahan Anda sekali lagi.',
  },
  hooks_by_hand: {
    what: 'Isi "hooks" yang akan disimpan tidak sama dengan yang ada di {{file}}.',
    means:
      'Hooks menjalankan SQL atau program setelah pengiriman. Agar tidak ada yang bisa menambahkannya lewat jendela, impor atau kantor pusat, hooks hanya bisa diubah langsung di berkas itu. Tidak ada yang disimpan.',
    next: 'Biarkan "hooks" seperti semula, atau hapus dari yang Anda simpan. Untuk mengubahnya, administrator menyunting berkas itu.',
  },
  fleet_missing: {
    what: 'Belum ada cabang yang melapor ke kantor pusat ini.',
    means:
      'View branchline.branch_health belum ada. Cabang membuatnya pada pengiriman pertama, atau administrator dengan hasil "branchline central-sql".',
    next: 'Pastikan "central" di pengaturan adalah database yang ditulis cabang-cabang.',
  },
  fleet_outdated: {
    what: 'Tabel kantor pusat masih dari versi lama.',
    means: 'View branchline.branch_health tidak memiliki kolom yang dibaca versi ini.',
    next: 'Minta administrator menjalankan hasil perintah ini di database pusat: branchline central-sql --head-office. Atau perbarui satu cabang yang user-nya memiliki schema itu: pengiriman berikutnya melakukan hal yang sama.',
  },
  fleet_not_set_up: {
    what: 'Jendela ini belum tahu di mana database kantor pusat.',
    means: '{{file}} tidak ada, atau tidak memuat "central".',
    next: 'Jalankan ini di komputer ini dengan role pembaca sebagai user; jendela akan lanjut sendiri: branchline connection add --id central --host HOST --database NAMA --user branchline_head_office',
  },
  fleet_served: {
    what: 'Jendela kantor pusat sudah dilayani dari {{folder}}.',
    means: 'Satu proses melayani semua browser di komputer ini.',
    next: 'Cetak tautannya: branchline serve --head-office --link',
  },
  fleet_branch_unknown: {
    what: 'Kantor pusat tidak mengenal cabang "{{connection}}".',
    means: 'Cabang itu belum melapor, atau sudah dikeluarkan dari daftar.',
    next: 'Kembali ke daftar cabang.',
  },
  other_window: {
    what: 'Jendela ini tidak dapat melakukannya.',
    means: 'Jendela kantor pusat hanya membaca; jendela cabang tidak mengenal cabang lain.',
    next: 'Gunakan jendela cabang, atau jendela kantor pusat.',
  },
  fleet_not_served: {
    what: 'Jendela kantor pusat tidak berjalan di {{folder}}.',
    means: 'Tidak ada jendela yang dapat dibuka dengan tautan.',
    next: 'Jalankan dengan "branchline serve --head-office".',
  },
  fleet_denied: {
    what: 'User {{user}} tidak boleh membaca laporan cabang.',
    means: 'User itu tidak punya hak membaca branchline.branch_health di database pusat.',
    next: 'Minta kantor pusat menjalankan:\n{{sql}}',
  },
  requests_missing: {
    what: 'Kantor pusat belum punya tabel untuk permintaan ke cabang.',
    means: 'Tabel di schema "branchline" masih dari versi sebelumnya.',
    next: 'Minta administrator menjalankan hasil perintah ini: branchline central-sql --head-office --requests',
  },
  requests_denied: {
    what: 'User {{user}} tidak boleh mengirim permintaan ke cabang.',
    means: 'User itu tidak punya hak atas branchline.requests di database pusat.',
    next: 'Minta kantor pusat menjalankan:\n{{sql}}',
  },
  request_too_big: {
    what: 'Permintaannya terlalu besar.',
    means: 'Bersama pengaturannya, ukurannya lebih dari {{limit}} byte.',
    next: 'Kirim sebagian saja setiap kali.',
  },
  request_forbidden: {
    what: 'Pengaturan ini tidak pernah diterima dari kantor pusat: {{file}}',
    means:
      'Yang boleh hanya "connection" ("tables", "exclude", "enabled"), "schedules", "sync" dan "resume". Cabang mana pun menolak selain itu.',
    next: 'Ubah sisanya di cabang itu sendiri.',
  },
  request_key_exists: {
    what: 'Berkas {{file}} sudah ada.',
    means: 'Kunci yang dikenal cabang tidak pernah ditimpa.',
    next: 'Pilih berkas lain dengan --key, atau hapus berkas itu bila tidak ada cabang yang mengenal kuncinya.',
  },
  request_key_unusable: {
    what: 'Kunci {{file}} tidak dapat dipakai: {{reason}}',
    means: 'Permintaan ditandatangani dengan kunci Ed25519 dalam bentuk PEM.',
    next: 'Buat dengan "branchline request keygen", atau sebut berkas lain dengan --key.',
  },
  request_key_open: {
    what: 'Orang lain dapat membaca kunci {{file}}.',
    means: 'Siapa pun yang membacanya dapat memerintah semua cabang. Tidak ada yang ditandatangani.',
    next: 'Bila tidak ada orang lain yang sempat membacanya: chmod 600. Bila ada, buat kunci baru dan berikan ke cabang-cabang.',
  },
  request_key_locked: {
    what: 'Frasa sandi untuk {{file}} salah.',
    means: 'Kunci itu dienkripsi dengan frasa lain. Tidak ada yang ditandatangani.',
    next: 'Coba lagi.',
  },
  fleet_untrusted: {
    what: 'User {{user}} tidak dapat memastikan bahwa laporan cabang milik kantor pusat sendiri.',
    means:
      'Schema "branchline", atau sesuatu di dalamnya, bukan milik user ini dan bukan milik pemilik database. Tidak ada yang dibaca, karena membacanya menjalankan kode pemiliknya.',
    next: 'Jika pemilik itu benar, minta administrator menjalankan hasil perintah ini: branchline central-sql --head-office --role USER',
  },
  connection_unknown: {
    what: 'Tidak ada koneksi "{{connection}}".',
    means: 'Pengaturan tidak memuat basis data cabang dengan id ini.',
    next: 'Lihat semuanya dengan "branchline connection list".',
  },
  connection_exists: {
    what: 'Koneksi "{{connection}}" sudah ada.',
    means: 'Tidak ada yang diubah.',
    next: 'Pilih id lain, atau ubah koneksi yang ada di pengaturan.',
  },
  password_named: {
    what: 'Pengaturan sudah menyebut letak kata sandi "{{connection}}": {{where}}.',
    means:
      'Itu yang didahulukan, jadi kata sandi yang disimpan tidak akan pernah dipakai. Tidak ada yang disimpan.',
    next: 'Hapus "password" atau "passfile" koneksi ini dari pengaturan, lalu coba lagi.',
  },
  password_unfit: {
    what: 'Kata sandi kosong, atau memuat ganti baris.',
    means: 'PostgreSQL tidak punya kata sandi seperti itu. Tidak ada yang disimpan.',
    next: 'Berikan kata sandinya lagi, dalam satu baris.',
  },
  ssh_not_set: {
    what: 'Tidak ada server SSH di depan {{connection}} di pengaturan.',
    means:
      'Tidak ada kunci host yang bisa dilihat dan tidak ada kata sandi SSH yang bisa disimpan. Tidak ada yang diubah.',
    next: 'Isi dulu "ssh" untuknya di pengaturan, atau di jendela, di bawah Koneksi.',
  },
  ssh_host_key_named: {
    what: 'Pengaturan sendiri menyebut kunci host server SSH {{connection}} ("hostKey").',
    means: 'Kunci yang diterima tidak akan pernah dilihat. Tidak ada yang diubah.',
    next: 'Perbaiki "hostKey" di pengaturan, atau hapus lalu jalankan perintah ini lagi.',
  },
  no_connections: {
    what: 'Tidak ada basis data cabang untuk disinkronkan.',
    means: 'Pengaturan tidak memuat koneksi yang aktif.',
    next: 'Tambahkan dengan "branchline connection add --id ID --host HOST --database NAMA --user PENGGUNA".',
  },
  no_tables: {
    what: 'Tidak ada tabel untuk disinkronkan.',
    means: 'Tidak ada tabel di cabang yang cocok dengan pengaturan dan perintah.',
    next: 'Periksa "schema", "tables" dan "exclude" koneksi dengan "branchline connection list".',
  },
  table_unknown: {
    what: 'Tidak ada tabel "{{table}}" di koneksi "{{connection}}".',
    means: 'Tabel itu tidak ada di cabang, atau dikecualikan di pengaturan.',
    next: 'Nama tabel dan nama model sama-sama dikenali: c_invoice atau CInvoice.',
  },
  table_not_in_batch: {
    what: 'Tabel "{{table}}" dari koneksi "{{connection}}" bukan bagian dari pengiriman {{batch}}.',
    means: 'Tidak ada yang dijalankan.',
    next: 'Lihat tabel pengiriman itu dengan "branchline sync-status {{batch}}".',
  },
  batch_unknown: {
    what: 'Batch ID [{{batch}}] not found.',
    means: 'Komputer ini tidak punya catatan pengiriman tersebut.',
    next: 'Lihat yang terbaru dengan "branchline sync-status --all".',
  },
  batch_running: {
    what: 'Pengiriman {{batch}} sedang berjalan.',
    means: 'Pengiriman tidak bisa dilanjutkan selagi berjalan ({{face}}, proses {{pid}}).',
    next: 'Amati dengan "branchline sync-status {{batch}} --watch".',
  },
  no_batches: {
    what: 'Belum ada pengiriman yang dijalankan.',
    means: 'Tidak ada yang bisa ditampilkan.',
    next: 'Mulai dengan "branchline sync-all".',
  },
  lease_held: {
    what: 'Proses lain sedang bekerja: {{face}}, proses {{pid}} di {{host}}, sejak {{since}} (pengiriman: {{batch}}).',
    means: 'Dua sinkronisasi sekaligus tidak diizinkan, jadi yang ini tidak dimulai.',
    next: 'Tunggu dengan --wait, atau amati dengan "branchline sync-status --watch".',
  },
  service_running: {
    what: 'Branchline sudah bekerja di {{folder}}.',
    means:
      'Ikon di baki sistem atau layanan di komputer ini menjalankan jadwalnya di sana. Dua sekaligus akan menjalankan semuanya dua kali.',
    next: 'Pakai yang sedang berjalan; atau akhiri dulu.',
  },
  agent_not_running: {
    what: 'Tidak ada "branchline serve" yang berjalan di {{folder}}.',
    means: 'Tidak ada jendela yang bisa dibuka dengan tautan.',
    next: 'Jalankan dengan "branchline serve". Jika ikon tray yang bekerja, jendelanya sudah ada di sana.',
  },
  port_taken: {
    what: 'Port {{port}} tidak bisa dipakai.',
    means: 'Program lain memakainya, atau pengguna ini tidak berhak; jadi tidak ada yang dijalankan.',
    next: 'Pilih port lain dengan --port, atau hilangkan opsi itu: port mana pun yang bebas akan dipakai.',
  },
  run_stopped: {
    what: 'Dihentikan sebelum dimulai.',
    means: 'Tidak ada yang disalin, dan tidak ada yang hilang.',
    next: 'Mulai lagi jika Anda mau.',
  },
  data_folder_unusable: {
    what: 'Folder data {{folder}} tidak bisa dipakai: {{reason}}.',
    means: 'Pengaturan dan catatan disimpan di sana, jadi tidak ada yang dijalankan.',
    next: 'Pilih folder lain dengan --data-dir, atau perbaiki hak akses folder ini.',
  },
  data_folder_full: {
    what: 'Disk komputer ini penuh: tidak ada yang bisa ditulis di {{folder}}.',
    means:
      'Catatan harus disimpan di sana sebelum baris dikirim, jadi tidak ada yang dijalankan. Data di kantor pusat aman.',
    next: 'Kosongkan ruang di disk ini, lalu coba lagi; pengiriman yang terputus dilanjutkan dari titik terakhir.',
  },
  data_folder_read_only: {
    what: 'Folder data {{folder}} tidak bisa ditulisi: {{reason}}.',
    means:
      'Pengaturan dan catatan disimpan di sana, jadi tidak ada yang dijalankan. Data di kantor pusat aman.',
    next: 'Beri pengguna ini hak tulis di sana dan di semua berkasnya (setelah "sudo": sudo chown -R "$USER" {{folderWord}}), atau buat disk bisa ditulisi lagi, atau pilih folder lain dengan --data-dir.',
  },
  installation_copied: {
    what: 'Folder data {{folder}} milik komputer {{host}}; ini {{here}}.',
    means:
      'Folder itu disalin ke sini (mesin hasil kloning, salinan disk, atau cadangan yang dipulihkan). Dua komputer yang menyinkronkan sebagai satu akan saling mengambil koneksi dan bisa menimpa baris di kantor pusat, jadi tidak ada yang dijalankan.',
    next: 'Jika {{here}} menggantikan {{host}}, yang tetap dimatikan: "branchline installation keep". Jika keduanya dipakai: "branchline installation new", yang mematikan semua koneksi di sini; lalu hapus koneksi {{host}} di pengaturan, dan nyalakan yang tidak disinkronkan olehnya.',
  },
  installation_busy: {
    what: 'Ada proses yang sedang bekerja di {{folder}}.',
    means: 'Instalasi tidak diubah, karena proses itu masuk ke kantor pusat dengannya.',
    next: 'Tunggu sampai selesai, atau hentikan; lalu coba lagi.',
  },
  journal_newer: {
    what: 'Catatan di {{file}} ditulis oleh Branchline yang lebih baru.',
    means: 'Versi ini tidak memahaminya, dan membiarkannya apa adanya.',
    next: 'Pasang versi yang lebih baru, atau pakai folder lain dengan --data-dir.',
  },
  platform_unsupported: {
    what: 'Ini tidak berjalan di {{platform}}.',
    means: 'Bagian yang diperlukan tidak dibuat untuk sistem ini.',
    next: 'Pakai Windows, macOS atau Linux 64-bit.',
  },
  option_invalid: {
    what: '{{option}}: {{reason}}.',
    means: 'Tidak ada yang dijalankan.',
    next: 'Lihat cara pakainya dengan --help.',
  },
  demo_running: {
    what: 'Demo sudah berjalan, di {{folder}}.',
    means: 'Servernya menjawab; yang kedua tidak dijalankan.',
    next: 'Pakai dengan --data-dir {{folderWord}}, atau akhiri dengan "branchline demo stop".',
  },
  demo_not_running: {
    what: 'Demo tidak sedang berjalan.',
    means: 'Tidak ada server demo untuk dipakai atau diakhiri.',
    next: 'Jalankan dengan "branchline demo --keep".',
  },
  demo_not_here: {
    what: 'Sudah ada pengaturan di {{folder}}.',
    means: 'Demo menulis pengaturannya sendiri dan akan menggantinya; jadi tidak ada yang diubah.',
    next: 'Coba di folder lain: branchline serve --data-dir DIR.',
  },
  demo_failed: {
    what: 'Server demo gagal dijalankan: {{reason}}.',
    means: 'Tidak ada yang tertinggal berjalan.',
    next: 'Coba folder lain dengan --folder DIR, dengan ruang kosong minimal 500 MB.',
  },
  demo_not_shipped: {
    what: 'Demo bukan bagian dari Branchline yang terpasang.',
    means:
      'Kedua server PostgreSQL-nya akan menambah 60 MB pada setiap unduhan, jadi hanya ada bersama kode sumbernya.',
    next: 'Untuk mencobanya, bawa kode sumber ke komputer yang punya Node.js, lalu jalankan "npm ci && npm run demo" di sana.',
  },
} as const satisfies Record<
  UsageCode,
  { readonly what: string; readonly means: string; readonly next: string }
>;
