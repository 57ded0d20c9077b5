/** See the English one. */
export const tablesPage = {
  empty: 'Belum ada tabel yang disalin',
} as const;
