/** SQL and programs that run after a batch. */
export const hooks = {
  failing:
    'Setelah pengiriman, "{{hook}}" gagal sejak {{since}}. {{reason}} Akan dijalankan lagi setelah pengiriman berikutnya yang memerlukannya.',
  reason: {
    exit: 'Program berakhir dengan kode {{code}}.',
    signal: 'Program diakhiri oleh {{signal}}.',
    sql: 'Jawaban kantor pusat: {{message}}',
    sqlRefused: 'Kantor pusat menolak SQL itu.',
    notStarted: 'Program tidak bisa dijalankan.',
    ended: 'Program dihentikan.',
    timed_out: 'Belum selesai setelah {{duration}}, jadi dihentikan.',
    program: 'Program tidak bisa dijalankan ({{message}}).',
    stopped: 'Dihentikan, atau tidak dimulai, karena Branchline dihentikan.',
    cut_off:
      'Branchline sendiri terputus saat itu, jadi tidak diketahui sampai di mana prosesnya. Untuk pengiriman itu tidak diulangi; pengiriman berikutnya yang memerlukannya akan menjalankannya lagi.',
  },
} as const;
