/** What the window's page Settings says. */
export const settingsPage = {
  language: 'Language',
} as const;
