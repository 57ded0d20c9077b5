/** Yang ditanyakan sebelum program berakhir. */
export const quit = {
  message: 'Branchline sedang menyalin.',
  detail:
    'Branchline bisa menyelesaikan bagian yang sedang dikerjakan, beberapa detik saja, lalu keluar. Sisanya dilanjutkan sendiri saat dimulai lagi.',
  finish: 'Selesaikan bagian ini lalu keluar',
  stay: 'Tetap berjalan',
  noTrayMessage: 'Desktop ini tidak menampilkan ikon baki sistem.',
  noTrayDetail:
    'Branchline bisa tetap berjalan di latar belakang; mulai lagi untuk melihat jendela ini. Atau keluar, dan tidak menyalin apa pun sampai Anda memulainya.',
  copiedDetail:
    'Bila komputer ini menggantikan yang lain, yang lain itu harus tetap dimatikan. Bila keduanya dipakai, komputer ini menjadi instalasi sendiri dan semua koneksinya dimatikan: hapus yang milik komputer lain itu, dan nyalakan yang tidak disinkronkan olehnya.',
  copiedKeep: 'Gantikan',
  copiedNew: 'Instalasi baru',
  goOn: 'Tetap di latar belakang',
  quit: 'Keluar',
} as const;
