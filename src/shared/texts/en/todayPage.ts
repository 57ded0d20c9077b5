/** What the window's page Today says. */
export const todayPage = {
  title: 'How things stand',
} as const;
