/** See the English one. */
export const batchPage = {
  title: 'Batch {{time}}',
} as const;
