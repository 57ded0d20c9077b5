/** See the English one. */
export const todayPage = {
  title: 'Keadaan',
} as const;
