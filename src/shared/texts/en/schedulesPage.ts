/** What the window's page Schedules says. */
export const schedulesPage = {
  add: 'Add a schedule',
} as const;
