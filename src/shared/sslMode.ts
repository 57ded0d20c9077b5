/**
 * What libpq means by each of these; see src/core/postgres/tls.ts. They stand apart from the schema of the settings,
 * so that the window can name them without it: it tries to compile code, which the window's policy forbids.
 */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];
