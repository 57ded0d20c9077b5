/** What the window's page Tables says. */
export const tablesPage = {
  empty: 'No table has been copied yet',
} as const;
