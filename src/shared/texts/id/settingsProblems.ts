/** What is wrong with a setting, as a person reads it after the name of the setting. */
export const settingsProblems = {
  /** Where the text of the settings stops being JSON. */
  place: 'baris {{line}}, kolom {{column}}',
  reason: {
    missing: 'belum ada',
    type: 'harus berupa {{expected}}, bukan {{found}}',
    choice: 'harus salah satu dari {{choices}}',
    at_least: 'paling sedikit {{limit}}',
    at_most: 'paling banyak {{limit}}',
    empty: 'tidak boleh kosong',
    null_character: 'tidak boleh memuat karakter null (\\u0000)',
    too_short: 'paling sedikit {{limit}} karakter',
    too_long: 'paling banyak {{limit}} karakter',
    too_few: 'paling sedikit {{limit}} isi',
    web_address: 'harus alamat web (https://…)',
    unknown: 'bukan pengaturan yang dikenal Branchline',
    unknown_nearest: 'bukan pengaturan yang dikenal Branchline; maksudnya "{{nearest}}"?',
    invalid: 'tidak benar: {{message}}',
    password_literal:
      'harus ${NAMA}, yaitu nama variabel lingkungan; kata sandi tidak pernah ditulis di berkas ini',
    connection_id: 'harus terdiri dari huruf, angka, dan _ saja, diawali huruf, paling banyak 40 karakter',
    duplicate_id: 'ada dua kali: "{{id}}"',
    schema_reserved:
      'skema "{{schema}}" di pusat milik Branchline atau PostgreSQL sendiri, jadi tidak dapat menampung tabel cabang; pilih nama lain',
    mirror_shared:
      'skema "{{schema}}" di pusat sudah dipakai koneksi "{{other}}": keduanya akan saling menghapus baris. Beri setiap koneksi "targetSchema" sendiri, atau pakai layout "stamp"',
    request_key: 'harus berupa kunci publik kantor pusat, seperti yang dicetak "branchline request keygen"',
    request_key_names: 'harus memakai nama yang berbeda untuk setiap kunci',
    request_keys: 'harus memuat kunci publik kantor pusat bila permintaan diaktifkan',
    host_list:
      'ada koma tanpa host di depan atau di belakangnya: tulis host sebagai "a,b" atau "a:5432,b:5433"',
    ssh_host: 'harus satu nama atau alamat server SSH',
    ssh_host_key: 'harus sidik jari (SHA256:…) atau kunci publik (ssh-ed25519 AAAA…)',
    ssh_one_way: 'sebut satu cara masuk saja: "keyFile", "agent", atau "password"',
    address_hidden: 'memuat bagian yang disembunyikan di sini: tulis lagi alamat lengkapnya',
    webhook_http:
      'harus diawali https://; untuk alamat di jaringan sendiri, tulis "allowHttp": true di sampingnya',
    webhook_login:
      'tidak boleh memuat pengguna atau kata sandi: tulis {"Authorization": "${NAMA}"} di "headers"',
    webhook_header:
      'bukan header yang dapat ditambahkan: nama atau nilainya tidak diizinkan, atau sudah diisi Branchline',
    webhook_to:
      'diperlukan oleh templat "ntfy" (topiknya) dan "fonnte" (nomor seperti 6281234567890, dipisahkan koma), dan tidak dipakai oleh yang lain',
    webhook_template: 'sudah ditentukan oleh "template": pakai salah satu saja',
    webhook_body:
      'harus kelompok { … }; dengan "application/x-www-form-urlencoded" hanya berisi teks, dengan "text/plain" sebuah teks',
    webhook_placeholder: 'memuat nama dalam kurung kurawal ganda yang tidak dikenal; yang dikenal: {{known}}',
    telegram_chat: 'harus nomor sebuah chat, seperti -1001234567890, atau @nama saluran publik',
    telegram_api: 'harus diawali https://, tanpa pengguna, kata sandi, ? dan #',
    email_address: 'harus satu alamat email tanpa nama, seperti it@pusat.example',
    email_host: 'harus satu nama atau alamat server email',
    email_clear_password:
      'tidak boleh "none" jika ada "user": kata sandi akan dikirim tanpa enkripsi melalui jaringan',
    email_no_user: 'memerlukan "user" di sampingnya',
    beside_url: 'sudah disebut oleh "url": pakai salah satu saja',
    url_invalid: 'harus seperti postgres://user@host:5432/database',
    url_password:
      'tidak boleh memuat kata sandi: tulis "password": "${NAMA}" di samping URL, atau pakai berkas kata sandi',
    url_part_missing: 'tidak menyebut {{part}}: harus seperti postgres://user@host:5432/database',
    url_parameter_unknown: 'memuat parameter "{{name}}" yang tidak dikenal; yang dikenal: {{known}}',
    needs_beside: 'diperlukan bersama "{{given}}"',
    system_ca_weak:
      'harus verify-full jika "sslrootcert": "system", sebab siapa pun bisa mendapat sertifikat CA umum',
    cron_fields:
      'harus terdiri dari lima kolom, seperti "30 8 * * *" (menit, jam, tanggal, bulan, hari dalam minggu)',
    cron_field: 'salah di kolom "{{field}}"',
    cron_often: 'kolom detiknya harus satu angka: paling sering sekali semenit',
    cron_never: 'tidak pernah tiba: tanggal itu tidak ada',
    plan_missing: 'belum ada: tulis waktu jadwal di "times" atau di "cron"',
    plan_twice: 'tidak bisa bersama "{{given}}": pakai salah satu saja',
    time_of_day: 'harus berupa jam dengan empat angka, seperti 07:00',
    timezone: 'harus zona waktu yang dikenal komputer ini, seperti Asia/Jakarta',
    hook_one_of: 'perlu salah satu dari "sql" dan "command", bukan keduanya',
    hook_connection: 'menyebut koneksi yang tidak ada di pengaturan ini: "{{id}}"',
    hook_by_hand:
      'menjalankan SQL atau program setelah pengiriman, jadi hanya bisa diubah langsung di berkas settings.json komputer ini; hapus bagian ini dari yang Anda impor',
    not_text: 'bukan teks UTF-8: mungkin rusak',
    not_a_file: 'ini bukan berkas biasa (melainkan folder, pipa atau perangkat)',
    too_large: 'ukurannya lebih dari {{limit}} MB',
    json_too_deep: 'memuat lebih dari {{limit}} kurung yang bersarang',
    json_ends: 'berkas berakhir di sini, terlalu awal (terpotong?); seharusnya ada {{expected}}',
    json_unexpected: 'ada {{found}}, seharusnya {{expected}}',
    json_duplicate: 'nama "{{found}}" ditulis untuk kedua kalinya di sini',
  },
  /** Values that a reason names, by what they are called in English. */
  value: {
    second: 'detik',
    minute: 'menit',
    hour: 'jam',
    'day of month': 'tanggal',
    month: 'bulan',
    'day of week': 'hari dalam minggu',
    'a text': 'teks',
    'a number': 'angka',
    'a whole number': 'bilangan bulat',
    'true or false': 'true atau false',
    'a list [ … ]': 'daftar [ … ]',
    'a group { … }': 'kelompok { … }',
    'a table name, or a group { "name": … }': 'nama tabel, atau kelompok { "name": … }',
    'a value': 'sebuah nilai',
    'a name in double quotes': 'nama dalam tanda kutip ganda',
    'the closing double quote of the text': 'tanda kutip penutup teks',
    'the end of the file': 'akhir berkas',
    '"," or "}"': '"," atau "}"',
    '"," or "]"': '"," atau "]"',
  },
} as const;
