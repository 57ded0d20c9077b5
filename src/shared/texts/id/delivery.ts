/** See the English one. */
export const delivery = {
  body: {
    failed: '{{names}}. Buka Branchline di komputer itu untuk melihat sebabnya dan apa yang harus dilakukan.',
    asking:
      '{{names}}. Tabel ini tidak disalin sampai ada yang memutuskan. Buka Branchline di komputer itu untuk melihat pertanyaannya dan menjawabnya.',
    interrupted: '{{reason}}. Buka Branchline di komputer itu untuk melihat apa yang tersisa.',
    collides:
      '{{names}}. Mungkin cabang lain memakai kunci yang sama di kantor pusat, atau ada yang mengubah baris di sana. Buka Branchline di komputer itu untuk melihat apa yang perlu dilakukan.',
    differs:
      '{{names}}. Mungkin ada yang mengubah baris di kantor pusat. Branchline di komputer itu dapat memperbaikinya.',
    hookFailed: '{{failure}} Selengkapnya ada di catatan pengiriman, di Branchline pada komputer itu.',
    noSuccess: '{{connections}}: tabel terakhir selesai pada {{time}}. Periksa komputer itu dan jaringannya.',
  },
  fact: {
    branches: 'Cabang',
    tables: 'Tabel',
    time: 'Waktu',
    computer: 'Komputer',
    batch: 'Pengiriman',
  },
  footer: 'Dikirim oleh Branchline, karena saluran ini ada di "notifications" dalam pengaturannya.',
  test: {
    title: 'Notifikasi percobaan',
    body: 'Beginilah Branchline memberi tahu jika sebuah cabang memerlukan orang. Tidak ada masalah.',
    none: 'Pengaturan tidak menyebut "webhook", "email", "telegram", maupun "ping" di "notifications", jadi tidak ada yang dapat dicoba.',
    notSet: 'Pengaturan tidak menyebut "{{channel}}" di "notifications".',
    sent: 'Percobaan diterima.',
  },
  channel: { webhook: 'Webhook', email: 'Email', telegram: 'Telegram', ping: 'Ping' },
  password: {
    keychain: 'Rahasia saluran "{{channel}}" disimpan di gantungan kunci sistem.',
    file: 'Rahasia saluran "{{channel}}" disimpan di {{folder}}, dalam berkas yang hanya dapat Anda baca, karena gantungan kunci sistem tidak dapat dipakai: {{reason}}',
    removed: 'Rahasia saluran "{{channel}}" yang tersimpan sudah dihapus.',
    nothing: 'Tidak ada rahasia saluran "{{channel}}" yang tersimpan.',
    noAccount: 'Pengaturan tidak menyebut "user" di "notifications.email", jadi kata sandi tidak dipakai.',
    prompt: 'Rahasia saluran "{{channel}}": ',
  },
  reason: {
    timeout: 'Tidak terkirim: penerima tidak menjawab tepat waktu. Periksa alamat dan firewall.',
    unreachable:
      'Tidak terkirim: penerima tidak dapat dihubungi ({{detail}}). Periksa host, port, dan jaringan.',
    tls: 'Tidak terkirim: koneksi terenkripsi gagal dibuat ({{detail}}). Periksa sertifikat, "caFile" dan, untuk email, "security".',
    status: 'Tidak terkirim: penerima menolak dengan status HTTP {{detail}}.',
    redirect:
      'Tidak terkirim: penerima mengalihkan ke alamat lain (status HTTP {{detail}}), dan itu tidak diikuti. Tulis alamat akhirnya di pengaturan.',
    sign_in: 'Tidak terkirim: server email menolak pengguna atau kata sandi ({{detail}}).',
    refused: 'Tidak terkirim: server email menolak pengirim atau semua penerima ({{detail}}).',
    refused_some: 'Terkirim, tetapi tidak ke semua: server email menolak {{detail}} penerima.',
    not_accepted:
      'Tidak terkirim: penerima menjawab, tetapi tidak menerimanya. Periksa alamat, token, dan nomor tujuannya.',
    bot_token:
      'Tidak terkirim: ini bukan token bot, atau Telegram tidak mengenalnya {{detail}}. Minta token dari @BotFather.',
    chat: 'Tidak terkirim: Telegram menolak chat itu ({{detail}}). Periksa "chatId", dan pastikan bot ada di chat itu serta boleh menulis di sana.',
    chat_moved: 'Tidak terkirim: nomor chat itu sudah berubah. Tulis "chatId": {{detail}} di pengaturan.',
    secret_missing:
      'Tidak terkirim: rahasianya tidak ditemukan ({{detail}}). Isi variabelnya, atau simpan dengan "branchline notify password".',
    ca_file: 'Tidak terkirim: sertifikat di "{{detail}}" tidak dapat dibaca.',
    stopped: 'Tidak terkirim: dihentikan.',
    failed: 'Tidak terkirim: gagal di dalam Branchline {{detail}}.',
  },
} as const;
