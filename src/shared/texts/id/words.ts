export const words = {
  batch: {
    running: 'berjalan',
    completed: 'selesai',
    failed: 'gagal',
    interrupted: 'terhenti',
  },
  table: {
    pending: 'menunggu',
    in_progress: 'diproses',
    completed: 'selesai',
    failed: 'gagal',
    skipped: 'dilewati',
  },
  reason: {
    crash: 'program atau komputer mati mendadak',
    shutdown: 'program diminta berhenti',
    user: 'dihentikan oleh orang',
    lost_lease: 'komputer lain mengambil alih',
    superseded: 'batch berikutnya sudah mengerjakan tabelnya',
  },
  trigger: {
    cli: 'baris perintah',
    tray: 'aplikasi tray',
    schedule: 'jadwal',
    agent: 'layanan latar belakang',
  },
  verify: {
    equal: 'sama',
    behind: 'belum disinkronkan',
    differs: 'berbeda',
    repaired: 'diperbaiki',
    not_compared: 'tidak dibandingkan',
    failed: 'gagal',
  },
  server: {
    source: 'basis data cabang {{connection}}',
    central: 'basis data kantor pusat',
    unknown: 'basis data',
  },
  nearest: 'Maksud Anda {{nearest}}?',
  yes: 'ya',
  no: 'tidak',
} as const;
