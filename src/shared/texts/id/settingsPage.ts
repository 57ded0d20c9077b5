/** See the English one. */
export const settingsPage = {
  language: 'Bahasa',
} as const;
