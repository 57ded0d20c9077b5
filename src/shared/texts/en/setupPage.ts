/** What the window's page First set-up says. */
export const setupPage = {
  begin: 'Begin',
} as const;
