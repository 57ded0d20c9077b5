import type { Language } from '../../shared/texts/language.ts';

/** Values that a reason names. None of them is ever a text out of the file: it might be a password. */
export type ReasonValues = Readonly<Record<string, string | number>>;

const english = {
  missing: 'is missing',
  type: 'must be {expected}, not {found}',
  choice: 'must be one of {choices}',
  at_least: 'must be at least {limit}',
  at_most: 'must be at most {limit}',
  empty: 'must not be empty',
  null_character: 'must not have a null character (\\u0000)',
  too_short: 'must have at least {limit} characters',
  too_long: 'must have at most {limit} characters',
  too_few: 'must have at least {limit} entry',
  web_address: 'must be a web address (https://…)',
  unknown: 'is no setting that Branchline knows',
  unknown_nearest: 'is no setting that Branchline knows; did you mean "{nearest}"?',
  invalid: 'is not right: {message}',
  password_literal:
    'must be ${NAME}, the name of an environment variable; a password itself never stands in this file',
  connection_id: 'must be letters, digits and _ only, starting with a letter, at most 40 characters',
  duplicate_id: 'is there twice: "{id}"',
  schema_reserved:
    'the schema "{schema}" at central belongs to Branchline or to PostgreSQL itself, and cannot hold a branch\'s tables; choose another name',
  mirror_shared:
    'the schema "{schema}" at central already belongs to connection "{other}": each would remove the other\'s rows. Give each connection a "targetSchema" of its own, or use layout "stamp"',
  host_list: 'names no host before or behind a comma: write hosts as "a,b" or "a:5432,b:5433"',
  beside_url: 'is said by "url" already: keep one of the two',
  url_invalid: 'must look like postgres://user@host:5432/database',
  url_password:
    'must not hold a password: write it as "password": "${NAME}" beside the URL, or use a password file',
  url_part_missing: 'names no {part}: it must look like postgres://user@host:5432/database',
  url_parameter_unknown: 'has a parameter "{name}" that is not known here; known are {known}',
  system_ca_weak:
    'must be verify-full with "sslrootcert": "system", since anyone can get a certificate of a public CA',
  cron_fields: 'must have five fields, such as "30 8 * * *" (minute, hour, day of month, month, day of week)',
  cron_field: 'is wrong in the field "{field}"',
  cron_often: 'must have one number as its second: at most one run a minute',
  cron_never: 'never comes: there is no such date',
  timezone: 'must be a time zone that this computer knows, such as Asia/Jakarta',
  not_text: 'is no text in UTF-8: it may be damaged',
  not_a_file: 'it is not a plain file (a folder, a pipe or a device)',
  too_large: 'it is larger than {limit} MB',
  json_too_deep: 'has more than {limit} brackets inside each other',
  json_ends: 'the file ends here, too early (was it cut off?); expected {expected}',
  json_unexpected: 'found {found}, expected {expected}',
  json_duplicate: 'the name "{found}" stands here for the second time',
} as const;

export type Reason = keyof typeof english;

const indonesian: Readonly<Record<Reason, string>> = {
  missing: 'belum ada',
  type: 'harus berupa {expected}, bukan {found}',
  choice: 'harus salah satu dari {choices}',
  at_least: 'paling sedikit {limit}',
  at_most: 'paling banyak {limit}',
  empty: 'tidak boleh kosong',
  null_character: 'tidak boleh memuat karakter null (\\u0000)',
  too_short: 'paling sedikit {limit} karakter',
  too_long: 'paling banyak {limit} karakter',
  too_few: 'paling sedikit {limit} isi',
  web_address: 'harus alamat web (https://…)',
  unknown: 'bukan pengaturan yang dikenal Branchline',
  unknown_nearest: 'bukan pengaturan yang dikenal Branchline; maksudnya "{nearest}"?',
  invalid: 'tidak benar: {message}',
  password_literal:
    'harus ${NAMA}, yaitu nama variabel lingkungan; kata sandi tidak pernah ditulis di berkas ini',
  connection_id: 'harus terdiri dari huruf, angka, dan _ saja, diawali huruf, paling banyak 40 karakter',
  duplicate_id: 'ada dua kali: "{id}"',
  schema_reserved:
    'skema "{schema}" di pusat milik Branchline atau PostgreSQL sendiri, jadi tidak dapat menampung tabel cabang; pilih nama lain',
  mirror_shared:
    'skema "{schema}" di pusat sudah dipakai koneksi "{other}": keduanya akan saling menghapus baris. Beri setiap koneksi "targetSchema" sendiri, atau pakai layout "stamp"',
  host_list:
    'ada koma tanpa host di depan atau di belakangnya: tulis host sebagai "a,b" atau "a:5432,b:5433"',
  beside_url: 'sudah disebut oleh "url": pakai salah satu saja',
  url_invalid: 'harus seperti postgres://user@host:5432/database',
  url_password:
    'tidak boleh memuat kata sandi: tulis "password": "${NAMA}" di samping URL, atau pakai berkas kata sandi',
  url_part_missing: 'tidak menyebut {part}: harus seperti postgres://user@host:5432/database',
  url_parameter_unknown: 'memuat parameter "{name}" yang tidak dikenal; yang dikenal: {known}',
  system_ca_weak:
    'harus verify-full bila "sslrootcert": "system", sebab siapa pun bisa mendapat sertifikat CA umum',
  cron_fields:
    'harus terdiri dari lima kolom, seperti "30 8 * * *" (menit, jam, tanggal, bulan, hari dalam minggu)',
  cron_field: 'salah di kolom "{field}"',
  cron_often: 'kolom detiknya harus satu angka: paling sering sekali semenit',
  cron_never: 'tidak pernah tiba: tanggal itu tidak ada',
  timezone: 'harus zona waktu yang dikenal komputer ini, seperti Asia/Jakarta',
  not_text: 'bukan teks UTF-8: mungkin rusak',
  not_a_file: 'ini bukan berkas biasa (melainkan folder, pipa atau perangkat)',
  too_large: 'ukurannya lebih dari {limit} MB',
  json_too_deep: 'memuat lebih dari {limit} kurung yang bersarang',
  json_ends: 'berkas berakhir di sini, terlalu awal (terpotong?); seharusnya ada {expected}',
  json_unexpected: 'ada {found}, seharusnya {expected}',
  json_duplicate: 'nama "{found}" ditulis untuk kedua kalinya di sini',
};

const WORDS: Readonly<Record<string, string>> = {
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
};

/** Whether a schema's own reason is one of these. */
export function isReason(text: unknown): text is Reason {
  return typeof text === 'string' && Object.hasOwn(english, text);
}

/** A reason as a person reads it after the name of the setting. */
export function sayReason(language: Language, reason: Reason, values: ReasonValues = {}): string {
  const template: string = language === 'id' ? indonesian[reason] : english[reason];
  return template.replace(/(?<!\$)\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? '?';
    return language === 'id' ? (WORDS[value] ?? String(value)) : String(value);
  });
}
