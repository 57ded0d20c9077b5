/** See the English one. */
export const setupPage = {
  begin: 'Mulai',
} as const;
