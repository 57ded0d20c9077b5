/** Hal yang perlu diketahui meski tidak ada yang gagal. */
export const notices = {
  cursor_beyond:
    '{{about}}: {{rows}} baris punya nilai {{column}} di masa depan, tak hingga, atau bukan angka. Baris itu dibaca pada setiap batch dan tidak dihitung sebagai data terbaru; perbaiki di cabang.',
  large_objects:
    '{{about}}: {{columns}} menunjuk ke large object basis data cabang (pg_largeobject). Nomornya disalin, isinya tidak. Bila kantor pusat memerlukan isinya, ERP perlu menyimpannya dalam kolom bertipe bytea.',
  old_transaction:
    '{{about}}: ada transaksi di cabang yang terbuka selama {{duration}} atau lebih (proses {{pid}}, pengguna {{user}}, basis data {{database}}, aplikasi {{application}}, keadaan {{state}}). Selama belum selesai, baris yang ditulis sejak transaksi itu mulai dibaca ulang pada setiap batch; tidak ada yang hilang. Bila tidak diperlukan, pengelola basis data cabang dapat mengakhirinya: {{sql}}',
  old_prepared:
    '{{about}}: transaksi tersiap (prepared) {{gid}} milik pengguna {{user}} di basis data {{database}} terbuka di cabang selama {{duration}} atau lebih. Selama belum selesai, baris yang ditulis sejak transaksi itu mulai dibaca ulang pada setiap batch; tidak ada yang hilang. Bila tidak akan di-commit, pengelola dapat mengakhirinya di basis data itu: {{sql}}',
  computed_at_central:
    '{{about}}: kantor pusat menghitung sendiri {{columns}} (kolom GENERATED), jadi nilai dari cabang tidak ditulis di sana. Verifikasi menunjukkan apakah nilainya sama. Agar nilai cabang yang dipakai, jadikan kolom itu kolom biasa di kantor pusat.',
  merged_tables:
    '{{about}}: tabel berikut di kantor pusat tidak punya kolom source_connection, jadi baris antar cabang dibagi hanya menurut kuncinya (tata letak "merge"): {{tables}}. Baris yang dihapus di cabang tetap ada di sana, dan bila dua cabang memakai kunci yang sama, yang belakangan menimpa yang lebih dulu. Agar cabang dibedakan, pakai tata letak "stamp" atau "schema".',
  not_null_dropped:
    '{{about}}: di kantor pusat {{columns}} tidak lagi wajib diisi (NOT NULL dicabut), karena baris cabang boleh kosong di sana. Yang membaca kolom itu di kantor pusat perlu siap menerima NULL.',
  central_unlogged:
    '{{about}}: {{schema}}.{{table}} di kantor pusat bersifat UNLOGGED, jadi isinya hilang bila server di sana mati mendadak. Barisnya dihitung pada setiap batch dan dikirim lagi bila hilang. Agar tidak hilang: {{sql}}',
  rewritten_outside:
    '{{about}}: waktu tabel ini ditulis, kantor pusat sendiri (sebuah foreign key atau trigger di sana) mengubah baris di {{tables}}, yang tidak ikut disalin kali ini. Tabel itu dibandingkan dan diperbaiki waktu disalin berikutnya.',
  left_behind:
    '{{about}}: tabel berikut tidak ada lagi di cabang (dihapus atau diganti namanya di sana), dan kantor pusat menyimpan barisnya seperti semula; tidak ada yang dihapus: {{tables}}. Baris tabel yang diganti namanya disalin ulang dengan nama barunya. Bila baris itu tidak diperlukan, hapus baris atau tabelnya di kantor pusat. Bila akan disimpan, tambahkan tabel itu ke "exclude" pada {{connection}} di pengaturan. Tabel yang muncul lagi akan diteruskan.',
  slow_source:
    '{{about}}: database cabang sudah {{duration}} mengerjakan satu perintah, dan selama itu belum ada baris yang datang. Branchline menunggunya. Kalau terus begini, periksa database cabang: mungkin sebuah view atau query terlalu lama, atau servernya kelebihan beban.',
  slow_central:
    '{{about}}: database kantor pusat sudah {{duration}} mengerjakan satu perintah tanpa jawaban. Branchline menunggunya. Kalau terus begini, kantor pusat perlu memeriksa databasenya: mungkin sebuah trigger terlalu lama, atau servernya kelebihan beban.',
  children_left_out:
    '{{about}}: hanya barisnya sendiri yang disalin. Tabel yang mewarisinya (INHERITS) adalah tabel tersendiri dan tidak dipilih: {{tables}}. Agar ikut disalin, tambahkan ke "tables" di pengaturan.',
};
