/** What the window's page Batch says. */
export const batchPage = {
  title: 'Batch of {{time}}',
} as const;
