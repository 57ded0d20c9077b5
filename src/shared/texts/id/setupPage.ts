/** See the English one. */
export const setupPage = {
  path: 'Langkah penyiapan',
  stepDone: 'selesai',
  begin: 'Mulai',
  goOn: 'Lanjut',
  back: 'Kembali',
  language: 'Bahasa',
  step: {
    welcome: { name: 'Awal', title: 'Selamat datang di Branchline' },
    central: { name: 'Kantor pusat', title: 'Ke mana data dikirim?' },
    branch: { name: 'Cabang', title: 'Dari mana data berasal?' },
    tables: { name: 'Tabel', title: 'Tabel mana yang disalin?' },
    schedule: { name: 'Jadwal', title: 'Kapan disalin?' },
    first: { name: 'Penyalinan pertama', title: 'Penyalinan pertama' },
  },
  welcome:
    'Branchline menyalin tabel basis data cabang Anda ke kantor pusat, dan menjaganya tetap terbaru. Di cabang ia hanya membaca. Penyiapan ini perlu sekitar lima menit.',
  needed: 'Yang perlu Anda siapkan',
  neededCentral: 'Dari kantor pusat: server, basis data, pengguna, dan kata sandi basis data pusat',
  neededBranch:
    'Dari cabang: server, basis data, dan pengguna yang boleh membaca tabelnya, beserta kata sandinya',
  interrupted:
    'Anda boleh berhenti di langkah mana pun. Yang sudah selesai tetap tersimpan, dan Anda melanjutkan dari sana.',
  demo: 'Coba dengan data contoh',
  demoNote:
    'Data contoh memakai dua basis data kecil yang dibuat sendiri di komputer ini, agar semuanya bisa dilihat tanpa risiko.',
  demoStarting: 'Sedang membuat dua basis data kecil. Perlu sekitar satu menit.',
  centralNote:
    'Inilah basis data di kantor pusat, tempat setiap cabang mengirim tabelnya. Dicoba dulu sebelum ada yang disimpan.',
  branchNote:
    'Inilah basis data cabang Anda, sering kali milik ERP. Branchline hanya membaca di sana. Basis data cabang lain bisa ditambahkan nanti di halaman Koneksi.',
  testAndGoOn: 'Uji lalu lanjut',
  passwordTitle: 'Tempat menyimpan kata sandi',
  passwordNote:
    'Di penyimpan kunci milik pengguna komputer ini; bila tidak ada, di berkas yang tidak bisa dibaca orang lain. Kata sandi tidak pernah ada di pengaturan, di log, maupun muncul lagi di jendela ini.',
  passwordsAre: 'Kata sandi basis data ini disimpan {{places}}, tidak pernah di pengaturan maupun di log.',
  tablesNote:
    'Untuk kebanyakan cabang, semua tabel adalah pilihan yang tepat. Pertama kali semuanya disalin, setelah itu hanya yang berubah.',
  scheduleNote:
    'Waktunya menurut jam komputer ini. Bila komputer mati pada waktu itu, penyalinan yang terlewat disusul satu kali.',
  when: 'Salin otomatis',
  kind: {
    daily: 'Setiap hari pada jam tertentu',
    hours: 'Setiap beberapa jam',
    never: 'Tidak otomatis: hanya bila ada yang menekan “Jalankan sekarang”',
  },
  time: 'Pukul',
  every: 'Seberapa sering',
  hours_other: 'Setiap {{count}} jam',
  plan: '{{words}} ({{zone}}). Bisa mulai sampai lima menit lebih lambat, agar tidak semua cabang menghubungi pada saat yang sama.',
  planNever: 'Tidak ada yang dijadwalkan. Jadwal bisa ditambahkan kapan saja di halaman Jadwal.',
  noSchedule: 'tidak ada yang dijadwalkan',
  start: 'Mulai penyalinan pertama',
  again: 'Salin sekali lagi',
  starting: 'Melihat tabel di cabang…',
  mayLeave: 'Anda boleh menutup jendela ini; pekerjaan tetap berjalan.',
  progress: '{{done}} dari {{total}} tabel selesai',
  progressLabel: 'Kemajuan penyalinan pertama',
  soFar: '{{rows}} baris, {{size}} sejauh ini',
  eta: 'kira-kira {{duration}} lagi',
  completed: 'Kantor pusat kini memiliki semuanya.',
  failed_other: '{{tables}} tabel tidak bisa disalin. Yang lain sudah di kantor pusat.',
  interruptedRun: 'Terhenti di tengah jalan. Yang sudah disalin tetap tersimpan, dan dilanjutkan dari sana.',
  copied: '{{tables}} tabel, {{rows}} baris, {{size}}',
  toToday: 'Buka Hari ini',
  toBatch: 'Lihat sebabnya dan apa yang perlu dilakukan',
  startAtLogin: 'Jalankan Branchline saat saya masuk',
  startAtLoginNote: 'Branchline hanya menyalin selama ada yang masuk di komputer ini.',
  pinTitle: 'Agar ikonnya selalu terlihat',
  pinNote:
    'Windows menyembunyikan ikon baru. Ikon Branchline menunjukkan sekilas apakah semuanya baik, jadi tampilkanlah:',
  pinArrow: 'Klik tanda panah kecil (^) di ujung kanan bilah tugas, di samping jam.',
  pinDrag: 'Seret ikon Branchline dari sana ke bilah tugas.',
  pinSettings: 'Atau: Setelan → Personalisasi → Bilah tugas → Ikon baki sistem lainnya → Branchline: Aktif.',
} as const;
