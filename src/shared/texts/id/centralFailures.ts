/** See the English ones. */
export const centralFailures = {
  central_permission: {
    sentence: 'Branchline tidak diizinkan menulis {{table}} di kantor pusat.',
    next: 'Minta pengelola basis data kantor pusat menjalankan ini, lalu coba lagi tabel ini:\n{{sql}}',
  },
  central_row_security: {
    sentence:
      'Row-level security pada {{tables}} di kantor pusat mencegah pengguna Branchline {{user}} menulis baris {{table}} (policy: {{policies}}).',
    next: 'Minta superuser basis data kantor pusat menjalankan ini, lalu coba lagi tabel ini:\n{{sql}}',
  },
  central_policy_foreign: {
    sentence:
      'Policy pada {{tables}} di kantor pusat mungkin menyembunyikan baris dari {{user}}, role khusus cabang ini, jadi tidak ada yang ditulis ke {{table}} (policy: {{policies}}).',
    next: 'Policy yang namanya tidak diawali branchline: adalah milik kantor pusat sendiri: minta kantor pusat menghapusnya, atau memberikannya hanya kepada role lain. Jangan beri {{user}} BYPASSRLS: role itu akan melihat baris semua cabang. Lalu coba lagi tabel ini.',
  },
  central_denied: {
    sentence:
      'Basis data kantor pusat menolak sesuatu yang diperlukan untuk menulis {{table}}, padahal {{user}} boleh menulis tabelnya sendiri.',
    next: 'Lihat di pesan teknis apa yang ditolak; minta kantor pusat memberikan haknya kepada {{user}}, lalu coba lagi tabel ini.',
  },
  central_set_up_denied: {
    sentence:
      'Pengguna Branchline {{user}} tidak boleh membuat atau memakai skemanya sendiri "branchline" di kantor pusat, jadi tidak ada yang dikirim.',
    next: 'Minta pengelola basis data kantor pusat menjalankan ini, lalu sinkronkan lagi:\n{{sql}}',
  },
  central_set_up_untrusted: {
    sentence:
      'Skema milik Branchline sendiri "branchline" di kantor pusat, atau sesuatu di dalamnya, milik {{owner}}, yang bukan pengguna Branchline dan bukan pemilik basis data: kodenya akan berjalan dengan hak Branchline, jadi tidak ada yang dikirim.',
    next: 'Minta pengelola basis data kantor pusat memeriksa apa yang dipasang {{owner}} di sana (trigger, rule, policy, nilai bawaan), dan menghapus yang bukan milik kantor pusat. Jika {{owner}} adalah role yang dulu dipakai semua cabang, jalankan lagi hasil central-sql. Selain itu, jalankan ini, lalu sinkronkan lagi:\n{{sql}}',
  },
  central_trigger_failed: {
    sentence:
      'Trigger {{trigger}} pada {{table}} di kantor pusat gagal atau menolak baris (fungsinya {{function}}).',
    next: 'Lihat di pesan teknis apa katanya. Minta kantor pusat memperbaiki trigger itu, atau perbaiki barisnya di cabang, lalu coba lagi tabel ini.',
  },
  central_shape_refused: {
    sentence:
      '{{table}} di kantor pusat harus mengikuti perubahan di cabang, tetapi ada view atau objek lain milik kantor pusat yang bergantung padanya.',
    next: 'Lihat di pesan teknis objek yang mana. Minta kantor pusat menghapus objek itu, coba lagi tabel ini, lalu buat lagi objeknya.',
  },
  central_name_taken: {
    sentence:
      '{{table}} tidak bisa dibuat di kantor pusat: skema {{schema}} sudah punya hal lain dengan nama itu.',
    next: 'Lihat namanya di pesan teknis. Minta kantor pusat mengganti namanya, atau pilih skema lain untuk tabel sinkronisasi, lalu coba lagi tabel ini.',
  },
  central_table_shared: {
    sentence:
      '{{table}} di kantor pusat dibuat oleh {{other}} dan kolomnya lain, jadi tidak bisa sekaligus memuat baris {{connection}}.',
    next: 'Dua sistem memakai satu nama tabel untuk hal yang berbeda. Atur "layout": "schema" untuk kantor pusat di pengaturan, atau keluarkan tabel ini dari salah satunya.',
  },
  central_unstamped: {
    sentence:
      '{{table}} di kantor pusat tidak punya kolom {{column}}, jadi tidak bisa membedakan cabang seperti diminta tata letak "stamp" di pengaturan: tabel itu dibuat oleh sistem lain atau sistem lama. Tidak ada yang dikirim.',
    next: 'Agar tabel dipakai apa adanya, dengan baris yang dibagi antar cabang hanya menurut kuncinya, atur "layout": "auto" untuk kantor pusat di pengaturan; atau beri cabang "schema" tersendiri di sana. Agar cabang dibedakan dalam tabel ini, minta kantor pusat menjalankan ini (baris yang sudah ada diberi cabang {{unknown}}), lalu coba lagi tabelnya:\n{{sql}}',
  },
  central_partition_missing: {
    sentence:
      'Kantor pusat membagi {{schema}}.{{table}} per cabang (kolom {{column}}), dan belum ada bagian untuk {{connection}}. Branchline tidak berhak membuatnya di sana, jadi tidak ada yang dikirim.',
    next: 'Minta kantor pusat menjalankan ini, atau menjadikan pengguna yang dipakai Branchline sebagai pemilik {{schema}}.{{table}}, lalu coba lagi tabelnya:\n{{sql}}',
  },
  central_deletes_owned: {
    sentence:
      '{{other}} (komputer {{host}}) memegang hak menghapus di {{table}} di kantor pusat ("allowDeletes", tata letak "merge"), dan barisnya tidak menyebut milik siapa: baris {{connection}} akan ikut terhapus, jadi tidak ada yang dikirim.',
    next: 'Minta kantor pusat memakai tata letak "stamp" atau "schema", atau keluarkan {{table}} dari {{connection}}. Jika keduanya memang berbagi tabel itu, hapus "allowDeletes" tabel ini dari pengaturan {{other}} lalu sinkronkan sekali di sana. Hanya jika {{other}} tidak lagi disinkronkan, minta kantor pusat mencabut hak itu dengan menjalankan ini, lalu sinkronkan lagi:\n{{sql}}',
  },
  central_deletes_shared: {
    sentence:
      'Pengaturan mengizinkan {{connection}} menghapus di {{table}} di kantor pusat ("allowDeletes", tata letak "merge"), tetapi {{other}} juga pernah menulis di sana. Barisnya tidak menyebut milik siapa, jadi baris mereka akan terhapus; tidak ada yang dikirim.',
    next: 'Hapus "allowDeletes" untuk {{table}} dari pengaturan {{connection}}, atau minta kantor pusat memakai tata letak "stamp" atau "schema". Hanya jika data {{other}} di sana tidak diperlukan lagi (cabang itu dihapus, atau diganti nama menjadi {{connection}}), minta kantor pusat melupakannya dengan menjalankan ini, lalu sinkronkan lagi; baris yang tidak dimiliki {{connection}} akan dihapus:\n{{sql}}',
  },
  central_encoding: {
    sentence:
      'Basis data kantor pusat memakai encoding {{encoding}}, yang tidak punya suatu karakter di kolom {{column}} pada {{table}} di cabang {{connection}} (baris dengan {{key}}).',
    next: 'Minta kantor pusat memakai basis data dengan encoding UTF8, atau perbaiki baris itu di cabang, lalu coba lagi tabel ini.',
  },
  central_key_missing: {
    sentence:
      'Kantor pusat tidak punya kunci unik pada {{columns}} di {{table}}, jadi baris tidak bisa dicocokkan.',
    next: 'Minta kantor pusat menjalankan ini, lalu coba lagi tabel ini:\n{{sql}}',
  },
  central_key_duplicates: {
    sentence:
      'Kantor pusat tidak punya kunci untuk mencocokkan baris, dan kunci itu tidak dapat ditambahkan: beberapa baris {{table}} punya nilai {{columns}} yang sama.',
    next: 'Minta kantor pusat menentukan baris mana yang benar, lalu menghapus atau mengubah yang lain; kemudian coba lagi tabel ini. Perintah ini menampilkannya:\n{{sql}}',
  },
  central_key_partitioned: {
    sentence:
      'Kantor pusat tidak punya kunci unik atas {{columns}} pada {{table}}, dan kunci itu tidak dapat ditambahkan: tabel itu dipartisi menurut sesuatu yang bukan bagian dari kunci ini.',
    next: 'Minta kantor pusat membuat tabel itu tanpa partisi, atau mempartisinya menurut kolom kunci, lalu coba lagi tabel ini. Atau kecualikan tabel ini, atau beri cabang "schema" tersendiri di kantor pusat.',
  },
  central_key_deferrable: {
    sentence:
      'Kunci {{constraint}} pada {{table}} di kantor pusat bersifat deferrable, dan ON CONFLICT tidak bisa memakainya untuk mencocokkan baris.',
    next: 'Minta kantor pusat menambah kunci yang tidak deferrable, lalu coba lagi tabel ini:\n{{sql}}',
  },
  central_key_generated: {
    sentence:
      'Kolom kunci {{column}} pada {{table}} dihitung sendiri oleh kantor pusat (GENERATED), jadi kunci cabang tidak bisa ditulis di sana.',
    next: 'Minta kantor pusat menjalankan ini, yang mempertahankan nilainya dan menjadikannya kolom biasa, lalu coba lagi tabel ini:\n{{sql}}',
  },
  central_key_coarser: {
    sentence:
      'Kolom kunci {{column}} pada {{table}} di kantor pusat menganggap teks yang berbeda sebagai sama (collation-nya tidak deterministik, misalnya mengabaikan huruf besar dan kecil), sedangkan cabang membedakannya.',
    next: 'Minta kantor pusat menjalankan ini, lalu coba lagi tabel ini:\n{{sql}}',
  },
  central_not_a_table: {
    sentence: '{{table}} di kantor pusat adalah view atau hal lain yang tidak bisa ditulis.',
    next: 'Minta kantor pusat mengganti namanya, atau pilih skema lain untuk tabel sinkronisasi.',
  },
  central_table_untrusted: {
    sentence:
      '{{table}} di kantor pusat milik {{owner}}, dan setiap pengguna basis data itu boleh membuat tabel di skema {{schema}}: kode yang dipasang {{owner}} pada tabel itu akan berjalan dengan hak Branchline, jadi tidak ada yang dikirim.',
    next: 'Minta kantor pusat memeriksa tabel itu. Jika memang milik kantor pusat, minta pemilik skema menjalankan ini (di server baru, PostgreSQL 15, sudah begitu sejak awal), lalu coba lagi tabel ini; jika bukan, minta kantor pusat menghapus tabelnya dulu:\n{{sql}}',
  },
  central_needs_value: {
    sentence:
      'Kantor pusat mewajibkan isi untuk kolom {{column}} pada {{table}} (NOT NULL), padahal ada baris cabang yang tidak punya isinya.',
    next: 'Minta kantor pusat mengisi kolom itu dengan trigger, atau menjalankan ini; lalu coba lagi tabel ini:\n{{sql}}',
  },
  central_rewrites_tables: {
    sentence:
      'Trigger atau foreign key di kantor pusat mengubah baris {{tables}} milik cabang {{connection}} setiap kali baris {{table}} ditulis, dan mengubahnya lagi setiap kali diperbaiki.',
    next: 'Minta kantor pusat memeriksa trigger pada {{table}} dan {{tables}} agar kolom milik cabang tidak diubah; setelah itu sinkronkan lagi tabel-tabel ini.',
  },
  central_lacks_rows: {
    sentence:
      'Kantor pusat kekurangan {{rows}} baris {{table}} milik cabang {{connection}}, padahal semuanya sudah dikirim: sesuatu di sana menolak atau menghapusnya. Trigger, rule, dan policy pada tabel itu: {{causes}}.',
    next: 'Minta kantor pusat memeriksa mana yang menolak atau menghapus baris {{table}}, lalu mengubahnya; setelah itu sinkronkan lagi tabel ini.',
  },
  central_changes_rows: {
    sentence:
      '{{rows}} baris {{table}} milik cabang {{connection}} di kantor pusat tidak sama dengan yang dikirim: sesuatu di sana mengubah atau menolaknya. Trigger, rule, dan policy pada tabel itu: {{causes}}.',
    next: 'Minta kantor pusat memeriksa mana yang mengubah atau menolak baris {{table}}, agar kolom milik cabang tidak diubah; setelah itu sinkronkan lagi tabel ini.',
  },
  central_keeps_rows: {
    sentence:
      '{{rows}} baris {{table}} yang sudah tidak ada di cabang {{connection}} tidak bisa dihapus di kantor pusat: sesuatu di sana menahannya. Trigger, rule, dan policy pada tabel itu: {{causes}}.',
    next: 'Minta kantor pusat memeriksa mana yang menahan baris {{table}}, lalu mengubahnya; setelah itu sinkronkan lagi tabel ini.',
  },
  central_rules: {
    sentence:
      'Kantor pusat memasang rule pada {{table}}, dan PostgreSQL tidak bisa menulis baris cabang {{connection}} melaluinya: {{causes}}.',
    next: 'Minta kantor pusat menghapus rule itu, atau menggantinya dengan trigger; setelah itu sinkronkan lagi tabel ini.',
  },
  central_read_only: {
    sentence: 'Basis data kantor pusat sedang tidak menerima perubahan (hanya baca).',
    next: 'Tanyakan ke kantor pusat apakah sedang dirawat atau merupakan standby, lalu lanjutkan pengiriman.',
  },
  central_disk_full: {
    sentence: 'Disk basis data kantor pusat penuh.',
    next: 'Segera beri tahu kantor pusat. Lanjutkan pengiriman setelah ada ruang; tidak ada yang hilang.',
  },
  central_too_old: {
    sentence:
      'Basis data kantor pusat memakai PostgreSQL {{version}}; Branchline perlu {{oldest}} atau lebih baru.',
    next: 'Minta kantor pusat memutakhirkan PostgreSQL-nya.',
  },
  central_schema_owned: {
    sentence:
      'Skema {{schema}} di kantor pusat milik {{other}} (komputer {{host}}, instalasi {{installation}}). Cermin (mirror) menghapus semua yang tidak ada di cabangnya sendiri, jadi yang satu akan menghapus baris yang lain; tidak ada data {{connection}} yang dikirim.',
    next: 'Beri {{connection}} "targetSchema" tersendiri di pengaturan, atau minta kantor pusat memakai tata letak "stamp". Hanya jika {{other}} tidak lagi disinkronkan (dihapus, atau diganti nama menjadi {{connection}}), minta kantor pusat melepas skema itu dengan menjalankan ini, lalu sinkronkan lagi; baris yang tidak dimiliki {{connection}} akan dihapus di sana:\n{{sql}}',
  },
} as const;
