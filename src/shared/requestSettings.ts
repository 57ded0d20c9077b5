import { z } from 'zod';
import { REQUEST_ACTIONS } from './officeRequests.ts';
import { text } from './settingsText.ts';

/** Bytes of an Ed25519 public key. */
const KEY_BYTES = 32;

const publicKey = z.string().refine((key) => /^[A-Za-z0-9+/]{43}=$/.test(key) && !isZero(key), {
  error: `must be a public key of ${KEY_BYTES} bytes in base64, as "branchline request keygen" prints it`,
  params: { reason: 'request_key' },
});

/** A placeholder left in a copied example: under this point of small order anybody can make up signatures. */
function isZero(key: string): boolean {
  return /^A+=$/.test(key);
}

/** Whether and from whom this branch takes requests of head office (docs/requests.md). */
export const requestsSchema = z
  .strictObject({
    enabled: z.boolean().default(false),
    /** How often head office is asked, also when nothing runs. */
    everyMinutes: z.number().min(0.1).max(1440).default(10),
    /** Settings are not among them unless the branch says so. */
    allow: z.array(z.enum(REQUEST_ACTIONS)).default(['run', 'verify', 'pause', 'resume', 'retry']),
    keys: z
      .array(z.strictObject({ name: text.max(60), key: publicKey }))
      .max(8)
      .default([]),
  })
  .superRefine(({ enabled, keys }, context) => {
    // Records say the name alone.
    if (new Set(keys.map((one) => one.name)).size < keys.length) {
      const message = 'must have a name of its own for each key';
      context.addIssue({ code: 'custom', path: ['keys'], message, params: { reason: 'request_key_names' } });
    }
    if (!enabled || keys.length > 0) return;
    const message = 'is needed where requests are enabled: the public key of head office';
    context.addIssue({ code: 'custom', path: ['keys'], message, params: { reason: 'request_keys' } });
  });

export type RequestSettings = z.output<typeof requestsSchema>;
