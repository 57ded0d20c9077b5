/** What the window's page History says. */
export const historyPage = {
  empty: 'No batch has run yet',
} as const;
