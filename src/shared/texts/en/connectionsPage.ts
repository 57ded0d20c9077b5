/** What the window's page Connections says. */
export const connectionsPage = {
  add: 'Add a branch database',
} as const;
