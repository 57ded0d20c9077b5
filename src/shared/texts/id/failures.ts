import type { FailureCode } from '../../errors.ts';
import { centralFailures } from './centralFailures.ts';
import { connectionFailures } from './connectionFailures.ts';
import { exportFailures } from './exports.ts';
import { sshFailures } from './sshFailures.ts';

/** See the English ones: what happened and means, then what to do. */
export const failures = {
  ...connectionFailures,
  ...sshFailures,
  ...centralFailures,
  ...exportFailures,
  source_permission: {
    sentence: 'Branchline tidak diizinkan membaca {{table}} di basis data cabang {{connection}}.',
    next: 'Minta pengelola basis data cabang menjalankan ini, lalu sinkronkan lagi:\n{{sql}}',
  },
  source_row_security: {
    sentence:
      'Row-level security pada {{tables}} akan menyembunyikan baris {{table}} dari pengguna Branchline {{user}}, jadi tidak ada yang dibaca (policy: {{policies}}).',
    next: 'Minta superuser basis data cabang {{connection}} menjalankan ini, lalu sinkronkan lagi:\n{{sql}}',
  },
  source_denied: {
    sentence:
      'Basis data cabang {{connection}} menolak sesuatu yang diperlukan untuk membaca {{table}}, padahal {{user}} boleh membaca tabelnya sendiri.',
    next: 'Lihat di pesan teknis apa yang ditolak; minta pengelola basis data cabang memberikan haknya kepada {{user}}, lalu sinkronkan lagi.',
  },
  source_query_failed: {
    sentence:
      'Basis data cabang {{connection}} tidak bisa membaca {{table}}: fungsi, view atau server lain yang dipakainya gagal di sana.',
    next: 'Lihat pesan teknis, dan minta pengelola ERP memperbaikinya: membaca {{table}} lewat psql gagal dengan cara yang sama. Tabel lain tetap jalan.',
  },
  source_not_populated: {
    sentence:
      'Materialized view {{table}} di cabang {{connection}} belum pernah diisi, jadi tidak ada yang bisa dibaca.',
    next: 'Minta pengelola basis data cabang menjalankan ini, lalu sinkronkan lagi:\n{{sql}}',
  },
  source_table_missing: {
    sentence:
      'Cabang {{connection}} sudah tidak punya {{table}}. Isinya di kantor pusat tetap seperti semula.',
    next: 'Jika memang diganti nama atau dihapus, keluarkan dari pengaturan.',
  },
  source_table_unknown: {
    sentence: 'Pengaturan menyebut {{table}}, tetapi cabang {{connection}} tidak punya tabel atau view itu.',
    next: 'Perbaiki namanya di "tables" milik {{connection}} dalam pengaturan, atau keluarkan. Nama yang paling mirip: {{nearest}}.',
  },
  source_schema_missing: {
    sentence: 'Basis data cabang {{connection}} tidak punya skema {{schema}}.',
    next: 'Perbaiki "schema" milik {{connection}} dalam pengaturan. Skema yang berisi tabel: {{schemas}}.',
  },
  source_schema_empty: {
    sentence: 'Skema {{schema}} di basis data cabang {{connection}} tidak punya tabel.',
    next: 'Perbaiki "schema" milik {{connection}} dalam pengaturan. Skema yang berisi tabel: {{schemas}}.',
  },
  source_shape_changed: {
    sentence: 'Kolom {{table}} di cabang terus berubah saat akan disalin.',
    next: 'Lanjutkan pengiriman setelah perubahan pada ERP selesai.',
  },
  source_encoding: {
    sentence:
      'Cabang {{connection}} punya nilai di kolom {{column}} pada {{table}} yang bukan teks sah dalam encoding {{encoding}}, atau tidak ada padanannya di UTF-8 (baris dengan {{key}}).',
    next: 'Kalau semua teks cabang memakai encoding selain {{encoding}}, isi "encoding" untuk {{connection}} di pengaturan. Kalau tidak, minta pengelola ERP memperbaiki baris itu, lalu coba lagi tabel ini. Pesan teknis memuat byte-nya.',
  },
  source_catalogue_encoding: {
    sentence:
      'Ada nama atau nilai bawaan di basis data cabang {{connection}} yang bukan teks sah dalam encoding yang dinyatakan basis data itu, jadi tidak ada tabelnya yang bisa dibaca.',
    next: 'Isi "encoding" untuk {{connection}} di pengaturan dengan encoding teks ERP (sering WIN1252 atau LATIN1), lalu sinkronkan lagi.',
  },
  source_name_encoding: {
    sentence:
      'Nama {{raw}} pada {{table}} di cabang {{connection}} memuat huruf di luar ASCII dalam {{encoding}}, di basis data yang tidak menyatakan encoding. Branchline tidak bisa memintanya dengan nama itu.',
    next: 'Minta pengelola ERP membuat view dengan nama biasa di atas tabel itu, lalu sebut view itu di "tables" {{connection}}.',
  },
  source_encoding_setting: {
    sentence:
      'Pengaturan menyebut teks cabang {{connection}} memakai {{encoding}}, tetapi basis datanya memakai {{declared}} dan tidak menerima teks lain.',
    next: 'Hapus "encoding" untuk {{connection}} dari pengaturan, lalu sinkronkan lagi.',
  },
  source_unlogged: {
    sentence:
      '{{table}} adalah tabel unlogged, sedangkan basis data cabang {{connection}} adalah standby: hanya server utamanya yang punya barisnya.',
    next: 'Hubungkan ke server utama, atau keluarkan tabel ini dari pengaturan.',
  },
  cursor_column_missing: {
    sentence:
      'Cabang {{connection}} tidak punya kolom {{column}} di {{table}}, yang disebut di pengaturan sebagai kursor.',
    next: 'Perbaiki "cursor" tabel ini di pengaturan, atau jangan pakai strategi "cursor" untuknya.',
  },
  column_incompatible: {
    sentence:
      'Kolom {{column}} pada {{table}} bertipe {{sourceType}} di cabang tetapi {{centralType}} di kantor pusat.',
    next: 'Minta kantor pusat mengubah kolom menjadi {{sourceType}}, lalu coba lagi tabel ini. Tabel lain tetap jalan.',
  },
  attribute_incompatible: {
    sentence:
      'Kolom {{column}} pada {{table}} memakai tipe komposit yang atribut {{attribute}}-nya bertipe {{sourceType}} di cabang tetapi {{centralType}} di kantor pusat.',
    next: 'Minta kantor pusat menyamakan tipe atribut itu dengan cabang, atau menjalankan perintah ini, yang menyimpan kolom itu sebagai teks; lalu coba lagi tabel ini. Tabel lain tetap jalan.\n{{sql}}',
  },
  attributes_differ: {
    sentence:
      'Kolom {{column}} pada {{table}} memakai tipe komposit yang atributnya di kantor pusat berbeda dengan di cabang. {{attribute}} di cabang: ({{sourceType}}); di kantor pusat: ({{centralType}}).',
    next: 'Minta kantor pusat menyamakan atribut tipe itu dengan cabang, atau menjalankan perintah ini, yang menyimpan kolom itu sebagai teks; lalu coba lagi tabel ini. Tabel lain tetap jalan.\n{{sql}}',
  },
  column_sorts_otherwise: {
    sentence:
      'Kolom {{column}} pada {{table}} berisi rentang (range) dari enum yang urutan labelnya di kantor pusat berbeda dengan di cabang, sehingga rentang itu akan berubah di sana.',
    next: 'Minta kantor pusat menjalankan perintah ini, yang menyimpan rentang sebagai teks, lalu coba lagi tabel ini. Tabel lain tetap jalan.\n{{sql}}',
  },
  catalogue_unreadable: {
    sentence:
      'Keterangan dari {{server}} tentang tabelnya tidak berbentuk seperti PostgreSQL, sehingga tidak satu pun tabel dapat dibaca.',
    next: 'Mungkin ada yang mengganti fungsi bawaan PostgreSQL dengan fungsinya sendiri, atau program lain menjawab di alamat itu. Minta administrator basis data itu memeriksanya, lalu sinkronkan lagi.',
  },
  type_unreadable: {
    sentence:
      'Sebuah database menyebut tipe sebuah kolom {{table}} dengan teks yang bukan nama tipe PostgreSQL: {{type}}. Tidak ada bagian teks itu yang dijalankan.',
    next: 'Mungkin ada yang memasang fungsi sendiri menggantikan fungsi PostgreSQL di cabang atau di kantor pusat. Minta administrator database itu mencari fungsi di skema lain yang namanya sama dengan fungsi bawaan, lalu coba lagi tabel ini. Tabel lain tetap jalan.',
  },
  stamp_column_taken: {
    sentence:
      'Di cabang, {{table}} punya kolom {{column}}, nama kolom tempat kantor pusat mencatat asal cabang tiap baris.',
    next: 'Atur "layout": "schema" untuk kantor pusat di pengaturan, atau ganti nama kolom itu di cabang.',
  },
  too_many_columns: {
    sentence:
      '{{table}} punya {{columns}} kolom. Tata letak "stamp" perlu satu lagi, dan tabel PostgreSQL tidak bisa lebih.',
    next: 'Atur "layout": "schema" untuk kantor pusat di pengaturan, atau keluarkan tabel ini.',
  },
  too_many_new_columns: {
    sentence:
      'Cabang ini akan membawa {{columns}} kolom sendiri ke {{table}} di kantor pusat, tabel yang dipakai bersama cabang lain. Lebih dari {{most}} tidak menyisakan cukup tempat bagi cabang lain: satu tabel PostgreSQL bisa punya 1.600 kolom.',
    next: 'Periksa di cabang apakah kolom-kolom itu memang disengaja. Jika ya, minta kantor pusat membuatnya sendiri di tabelnya, atau setel "layout": "schema" untuk kantor pusat di pengaturan, lalu coba lagi tabel ini. Tabel lain tetap jalan.',
  },
  constraint_violated: {
    sentence: 'Kantor pusat menolak baris {{table}}: melanggar aturannya {{constraint}}.',
    next: 'Lihat barisnya di pesan teknis, lalu perbaiki di cabang atau longgarkan aturan di kantor pusat.',
  },
  parent_missing: {
    sentence:
      'Ada baris {{table}} milik baris {{parent}} yang tidak ada di kantor pusat (aturannya {{constraint}}).',
    next: 'Sinkronkan juga {{parent}}, dan jika gagal lihat sebabnya. Jika cabang sendiri tidak punya baris itu, perbaiki di cabang atau longgarkan aturan di kantor pusat.',
  },
  parent_lacking: {
    sentence:
      'Kantor pusat menolak sebagian baris {{table}}: aturannya {{constraint}} mensyaratkan baris {{parent}} untuk setiap baris, dan {{parent}} yang baru saja disinkronkan tidak memilikinya.',
    next: 'Periksa di cabang apakah baris {{parent}} itu ada. Jika ada, sinkronkan lagi. Jika tidak, hapus baris {{table}} itu di cabang atau hubungkan ke baris {{parent}} lain; atau minta kantor pusat menghapus aturannya, lalu sinkronkan lagi:\n{{sql}}',
  },
  still_referenced: {
    sentence:
      'Baris {{table}} yang sudah dihapus di cabang tetap ada di kantor pusat: masih ada baris {{child}} miliknya (aturannya {{constraint}}).',
    next: 'Sinkronkan juga {{child}}, dan jika gagal lihat sebabnya. Jika baris {{child}} itu milik kantor pusat sendiri, kantor pusat yang harus melepaskannya.',
  },
  replace_unsafe: {
    sentence:
      '{{table}} tidak punya kunci dan berbagi tabel di kantor pusat, jadi menggantinya bisa menghapus baris cabang lain.',
    next: 'Beri tabel itu kunci utama di cabang, atau pakai tata letak "stamp" atau "schema".',
  },
  replace_cascades: {
    sentence:
      'Tanpa kunci, {{table}} milik cabang {{connection}} hanya dapat diganti seluruhnya, dan foreign key kantor pusat (ON DELETE CASCADE) akan ikut menghapus {{deletes}} dari {{rows}} baris {{child}}. Tidak ada yang diubah.',
    next: 'Beri tabel itu primary key di cabang, atau minta kantor pusat menghapus foreign key {{child}}; lalu sinkronkan lagi tabel itu.',
  },
  cascade_hidden: {
    sentence:
      'Baris {{table}} yang sudah dihapus di cabang {{connection}} tetap ada di kantor pusat: baris {{child}} akan ikut terhapus (ON DELETE CASCADE), dan Branchline tidak boleh melihat berapa banyak.',
    next: 'Minta administrator basis data kantor pusat menjalankan ini, lalu sinkronkan lagi tabel itu:\n{{sql}}',
  },
  too_many_deletes: {
    sentence:
      '{{deletes}} dari {{rows}} baris {{table}} milik cabang {{connection}} akan dihapus di kantor pusat; {{gone}} sudah terhapus dalam 7 hari terakhir. Ini mirip basis data cabang yang salah atau kosong, jadi tidak ada yang dihapus.',
    next: 'Jika baris itu memang sudah tidak ada di cabang, izinkan: {{command}}',
  },
  too_many_deletes_in_all: {
    sentence:
      '{{deletes}} baris {{table}} milik cabang {{connection}} akan dihapus di kantor pusat. Ditambah {{gone}} baris dari seluruh tabelnya dalam 7 hari terakhir (termasuk yang ikut terhapus karena ON DELETE CASCADE), jumlahnya lebih dari seperlima dari {{all}} baris semula di sana. Ini mirip basis data cabang yang salah atau kosong, jadi tidak ada yang dihapus.',
    next: 'Jika baris itu memang sudah tidak ada di cabang, izinkan: {{command}}',
  },
  source_disk_full: {
    sentence: 'Disk server cabang penuh, jadi {{connection}} tidak bisa dibaca.',
    next: 'Segera kosongkan ruang di {{host}}: ERP juga memerlukannya. Lalu lanjutkan pengiriman; tidak ada yang hilang.',
  },
  source_too_old: {
    sentence:
      'Basis data cabang {{connection}} memakai PostgreSQL {{version}}; Branchline perlu {{oldest}} atau lebih baru.',
    next: 'Mutakhirkan PostgreSQL di cabang.',
  },
  source_identity_changed: {
    sentence:
      '{{connection}} bukan basis data yang sama seperti sebelumnya (dipulihkan, disalin atau dipindah), jadi tidak ada yang ditulis.',
    next: 'Periksa host dan basis data {{connection}}. Jika memang disengaja, sinkronkan dengan: --accept-source {{connection}}',
  },
  source_identity_hidden: {
    sentence:
      'Basis data cabang {{connection}} tidak lagi memberi tahu Branchline server mana ini, jadi tidak ada yang ditulis: bisa saja ini server lain.',
    next: 'Minta superuser basis data cabang menjalankan ini, lalu sinkronkan lagi:\n{{sql}}\nBila Anda yakin ini server yang sama, sinkronkan dengan: --accept-source {{connection}}',
  },
  owned_elsewhere: {
    sentence: 'Komputer lain ({{host}}) sedang menyinkronkan {{connection}} saat ini.',
    next: 'Cukup satu komputer per cabang. Tunggu yang lain selesai, atau matikan {{connection}} di sini.',
  },
  folder_copied: {
    sentence:
      'Salinan dari folder data ini telah menyinkronkan {{connection}} setelah yang di sini (terakhir di {{host}}), jadi tidak ada yang ditulis: dua salinan yang menyinkronkan sebagai satu akan saling menimpa di kantor pusat.',
    next: 'Jika salinan di sini yang benar: matikan yang lain, lalu jalankan "branchline installation keep" di sini dan sinkronkan lagi. Jika keduanya dipakai: ganti nama atau hapus {{connection}} di pengaturan salinan yang tidak semestinya memakainya, lalu jalankan "branchline installation new" di sana. Jika tidak ada salinan lain, dan catatan di sini berasal dari cadangan: "branchline installation keep".',
  },
  folder_previous: {
    sentence:
      'Instalasi asal salinan folder data ini menyinkronkan {{connection}} (terakhir di {{host}}), jadi tidak ada yang ditulis: dua instalasi yang menyinkronkan satu koneksi akan saling menimpa di kantor pusat.',
    next: 'Jika {{connection}} milik komputer ini: hapus koneksi itu dari pengaturan komputer yang lain, lalu jalankan "branchline installation keep" di sini dan sinkronkan lagi. Jika milik komputer yang lain: hapus di sini, atau tambahkan databasenya dengan nama lain.',
  },
  folder_copy_at_work: {
    sentence:
      'Salinan dari folder data ini sedang menyinkronkan {{connection}} di {{host}} saat ini (tanda aktif terakhir {{since}}), jadi tidak ada yang ditulis.',
    next: 'Matikan yang lain, tunggu dua menit, lalu jalankan "branchline installation keep" di sini dan sinkronkan lagi. Jika keduanya dipakai: ganti nama atau hapus {{connection}} di pengaturan salinan yang tidak semestinya memakainya, lalu jalankan "branchline installation new" di sana.',
  },
  lost_lease: {
    sentence: 'Komputer lain mengambil alih {{connection}}, jadi proses ini berhenti.',
    next: 'Cukup satu komputer per cabang, lalu lanjutkan pengiriman dengan tangan.',
  },
  data_rejected: {
    sentence: 'Kantor pusat tidak bisa menerima sebuah nilai dari {{table}}.',
    next: 'Lihat nilai dan kolomnya di pesan teknis; perbaiki di cabang, lalu coba lagi tabel ini.',
  },
  value_refused: {
    sentence:
      'Basis data kantor pusat tidak menerima suatu nilai di kolom {{column}} pada {{table}} di cabang {{connection}} (baris dengan {{key}}).',
    next: 'Alasannya ada di pesan teknis; PostgreSQL yang lebih baru di kantor pusat mungkin mengenal nilai seperti itu. Kalau tidak, perbaiki baris itu di cabang, lalu coba lagi tabel ini.',
  },
  server_limit: {
    sentence: 'Server {{server}} menghentikan pekerjaan pada {{table}} karena sebuah batasnya sendiri.',
    next: 'Lihat batasnya di pesan teknis; minta pengelola {{host}} menaikkannya, lalu sinkronkan lagi.',
  },
  database_damaged: {
    sentence:
      'PostgreSQL di {{server}} melaporkan data rusak saat mengerjakan {{table}}: gangguan pada disk atau memori.',
    next: 'Segera beri tahu pengelola basis data {{host}}, dan simpan semua cadangan. Pesan teknis menyebut bagian yang rusak; jika itu indeks, REINDEX memperbaikinya.',
  },
  journal_failed: {
    sentence: 'Catatan sinkronisasi (journal.db) tidak bisa ditulis di komputer ini.',
    next: 'Periksa ruang disk dan hak akses folder data. Data di kantor pusat aman.',
  },
  local_disk_full: {
    sentence: 'Disk komputer ini penuh, sehingga sinkronisasi tidak bisa dicatat dan dihentikan.',
    next: 'Kosongkan ruang di disk ini, lalu lanjutkan pengiriman. Ia mulai dari titik terakhir; data di kantor pusat aman.',
  },
  internal: {
    sentence: 'Terjadi hal yang tidak terduga di dalam Branchline.',
    next: 'Lanjutkan pengiriman. Jika terulang, kirim log ini ke tim dukungan: {{file}}',
  },
} as const satisfies Record<FailureCode, { readonly sentence: string; readonly next: string }>;
