/** See the English ones: why an export cannot be written or read. */
export const exportUsages = {
  export_exists: {
    what: '{{file}} sudah ada.',
    means: 'Ekspor tidak pernah menimpa berkas. Tidak ada yang ditulis.',
    next: 'Pilih nama lain untuk --to, atau hapus berkas itu beserta bagian-bagiannya yang lain.',
  },
  export_missing: {
    what: 'Berkas {{file}} tidak ada.',
    means: 'Tidak ada yang diimpor.',
    next: 'Berikan bagian pertama ekspor, yaitu yang namanya tidak berakhir dengan angka. Semua bagian harus ada di satu folder.',
  },
  export_unfinished: {
    what: 'Ekspor {{file}} belum selesai.',
    means: 'Masih ada tabel atau baris yang kurang. Tidak ada yang diimpor.',
    next: 'Jalankan lagi "branchline export" yang sama di cabang: ekspor diteruskan dari titik terakhir.',
  },
  export_part_missing: {
    what: 'Ada bagian ekspor yang hilang: {{part}}. Atau bagian sebelumnya terpotong.',
    means: 'Tanpa bagian itu ekspor tidak bisa dipakai.',
    next: 'Salin lagi semua bagian {{file}} ke satu folder, lalu bandingkan ukurannya dengan yang ada di cabang.',
  },
  export_part_other: {
    what: '{{part}} bukan bagian {{number}} dari ekspor {{file}}.',
    means:
      'Nama bagiannya berubah, atau bagian-bagiannya berasal dari ekspor yang berbeda. Tidak ada yang diimpor.',
    next: 'Salin lagi semua bagian dengan nama yang sama seperti di cabang.',
  },
  export_foreign: {
    what: '{{file}} bukan hasil ekspor Branchline.',
    means: 'Awal berkasnya berbeda. Tidak ada yang dibaca darinya.',
    next: 'Berikan berkas yang ditulis oleh "branchline export".',
  },
  export_newer: {
    what: '{{file}} ditulis oleh versi Branchline yang lebih baru (format {{format}}; yang ini mengenal {{known}}).',
    means: 'Versi ini tidak bisa membacanya. Tidak ada yang diimpor.',
    next: 'Perbarui Branchline di komputer ini, lalu impor lagi berkasnya.',
  },
  export_damaged: {
    what: '{{file}} rusak ({{place}}).',
    means: 'Isinya tidak lagi seperti saat ditulis: ada bita yang berubah, hilang, atau tertukar urutannya.',
    next: 'Salin lagi dari cabang. Jika yang di cabang juga rusak, hapus lalu ekspor lagi.',
  },
  export_unreadable: {
    what: '{{file}} tidak bisa dibaca: {{reason}}.',
    means: 'Tidak ada yang diimpor.',
    next: 'Periksa disk dan hak akses berkasnya, lalu coba lagi.',
  },
  export_disk_full: {
    what: 'Tidak ada ruang lagi di tempat {{file}} ditulis.',
    means: 'Yang sudah tertulis tetap tersimpan.',
    next: 'Kosongkan ruang di sana, lalu jalankan perintah yang sama: ekspor diteruskan dari titik terakhir.',
  },
  export_unwritable: {
    what: '{{file}} tidak bisa ditulis: {{reason}}.',
    means: 'Yang sudah tertulis tetap tersimpan.',
    next: 'Periksa disk dan hak akses foldernya, lalu jalankan perintah yang sama. Flash disk dengan FAT32 tidak menerima bagian sebesar 4 GB atau lebih (--part-size).',
  },
  export_passphrase_wrong: {
    what: 'Frasa sandi itu tidak membuka {{file}}.',
    means: 'Frasa sandinya berbeda dari yang dipakai saat ekspor dimulai.',
    next: 'Tanyakan frasa sandinya kepada cabang, lalu coba lagi.',
  },
  export_passphrase_unfit: {
    what: 'Frasa sandinya terlalu pendek.',
    means:
      'Siapa pun yang menemukan disk itu bisa menebak secepat yang ia mau. Paling sedikit {{least}} karakter.',
    next: 'Pilih yang lebih panjang, misalnya lima kata.',
  },
  export_connection_other: {
    what: '{{file}} adalah ekspor koneksi "{{found}}", bukan "{{connection}}".',
    means: 'Tidak ada yang diubah.',
    next: 'Berikan berkas dari cabang itu, atau id "{{found}}".',
  },
  export_place_other: {
    what: 'Cabang {{connection}} menulis ke skema "{{schema}}" dengan tata letak "{{layout}}"; menurut pengaturan di sini skemanya "{{ownSchema}}" dengan tata letak "{{ownLayout}}".',
    means:
      'Barisnya akan masuk ke tempat yang tidak dilihat oleh sinkronisasi cabang berikutnya. Tidak ada yang diimpor.',
    next: 'Samakan "layout" dan "schema" pada "central" di pengaturan sini dengan pengaturan cabang, lalu impor lagi.',
  },
  export_source_changed: {
    what: 'Basis data {{connection}} bukan lagi yang dipakai saat ekspor {{file}} dimulai.',
    means: 'Ekspor tidak bisa diteruskan dengannya.',
    next: 'Jika memang seharusnya begitu, mulai ekspor baru dengan nama lain.',
  },
  export_path_relative: {
    what: '{{file}} bukan jalur lengkap.',
    means: 'Branchline tidak punya folder aktif sebagai titik awal. Tidak ada yang ditulis atau dibaca.',
    next: 'Berikan jalur lengkapnya, misalnya /media/stick atau E:\\.',
  },
  export_path_reserved: {
    what: '{{file}} berada di folder tempat Branchline menyimpan berkas-berkasnya sendiri.',
    means: 'Ekspor di sana dapat mengganggu berkas-berkas itu. Tidak ada yang ditulis.',
    next: 'Pilih folder lain, di disk yang akan dibawa.',
  },
  export_path_not_chosen: {
    what: '{{file}} tidak dipilih di dialog jendela ini.',
    means: 'Tidak ada yang ditulis atau dibaca.',
    next: 'Pilih folder atau berkas dengan tombolnya.',
  },
  batch_imported: {
    what: 'Pengiriman {{batch}} adalah impor dari {{file}}.',
    means:
      'Barisnya berasal dari berkas itu, bukan dari server cabang, jadi pengiriman ini tidak dapat dilanjutkan. Tidak ada yang dijalankan.',
    next: 'Impor berkas itu lagi: tabel yang sudah selesai dibiarkan.',
  },
} as const;

export const exportFailures = {
  exported_rows_damaged: {
    sentence: 'Berkas ekspor {{file}} rusak ({{place}}). Baris sebelum itu sudah sampai.',
    next: 'Salin lagi berkasnya dari cabang, lalu impor lagi: impor diteruskan setelah baris-baris itu.',
  },
  exported_rows_unreadable: {
    sentence: 'Berkas ekspor {{connection}} tidak bisa dibaca lebih jauh. Baris sebelum itu sudah sampai.',
    next: 'Periksa disk tempatnya, lalu impor lagi: impor diteruskan setelah baris-baris itu.',
  },
  exported_first_load_only: {
    sentence:
      'Kantor pusat punya baris {{table}} yang tidak berasal dari berkas ini, dan berkas tidak bisa dibandingkan dengannya. Berkas hanya untuk muatan pertama.',
    next: 'Biarkan cabang {{connection}} menyinkronkan: sync-all berikutnya membandingkan tabel itu jika perlu, lalu mengirim yang berbeda.',
  },
} as const;

export const exportCli = {
  passphrase: 'Frasa sandi ekspor: ',
  passphraseAgain: 'Sekali lagi: ',
  passphrasesDiffer: 'kedua frasa sandi berbeda',
  passphraseFile: 'tidak bisa dibaca: {{reason}}',
  partSize: 'harus berupa ukuran seperti 2GB atau 700MB, paling kecil 8MB',
  written_one: '1 tabel diekspor, {{rows}} baris, ke {{file}} ({{bytes}}).',
  written_other: '{{count}} tabel diekspor, {{rows}} baris, ke {{file}} ({{bytes}}).',
  parts_one: 'Semuanya dalam satu berkas.',
  parts_other:
    'Ada {{count}} bagian: {{file}} sampai {{last}}. Kantor pusat memerlukan semuanya di satu folder.',
  next: 'Bawa ke kantor pusat, lalu impor di sana dengan:',
  stopped: 'Berhenti sebelum selesai. Yang sudah tertulis tetap ada di {{file}}.',
  failed_one: '1 tabel tidak bisa diekspor, jadi {{file}} belum lengkap.',
  failed_other: '{{count}} tabel tidak bisa diekspor, jadi {{file}} belum lengkap.',
  goOn: 'Teruskan dengan:',
  leaveOut:
    'Tabel yang tidak bisa dibaca bisa dilewati: tambahkan ke "exclude" di pengaturan, lalu jalankan perintah yang sama.',
  imported: 'Sinkronisasi cabang berikutnya hanya mengirim yang berubah di sana sejak {{at}}.',
  again: 'Impor lagi berkas itu di sini untuk meneruskan: tabel yang sudah selesai dibiarkan.',
} as const;
