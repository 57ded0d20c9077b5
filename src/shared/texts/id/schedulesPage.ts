/** See the English one. */
export const schedulesPage = {
  add: 'Tambah jadwal',
} as const;
