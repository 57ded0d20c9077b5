/** See the English one. */
export const connectionsPage = {
  add: 'Tambah basis data cabang',
} as const;
