/**
 * What libpq means by each of these; see src/core/postgres/tls.ts. In a file of its own: the window shows them, and
 * the schema's library, which tries to make code out of text, is refused by the window's content security policy.
 */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];
