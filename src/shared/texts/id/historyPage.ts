/** See the English one. */
export const historyPage = {
  empty: 'Belum ada batch yang berjalan',
} as const;
