import { z } from 'zod';

/**
 * Our own reasons carry `params.reason`, which src/core/settings/reasons.ts translates; the message here is
 * English, for users of the schema alone.
 */
export const environmentVariable = z.string().refine((one) => /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(one), {
  error: 'write ${NAME}, the name of an environment variable; a password itself never stands in this file',
  params: { reason: 'password_literal' },
});

/** PostgreSQL's protocol and files end a text at NUL, and would read the rest as something else. */
export const text = z
  .string()
  .min(1)
  .refine((one) => !one.includes('\0'), {
    error: 'must not have a null character',
    params: { reason: 'null_character' },
  });
