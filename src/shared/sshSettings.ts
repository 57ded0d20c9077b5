import { z } from 'zod';
import { environmentVariable, text } from './settingsText.ts';

/** A key as OpenSSH writes it, `ssh-ed25519 AAAA…`, or a fingerprint, `SHA256:…`. */
const HOST_KEY = /^(?:SHA256:[A-Za-z0-9+/]{43}|(?:ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/]{32,}={0,2}(?: .*)?)$/;

/** How an endpoint is reached through an SSH server (docs/far-links.md). */
export const sshSchema = z.lazy(() =>
  z
    .strictObject({
      host: text.refine((host) => /^[^\s,/[\]@]+$/.test(host), {
        error: 'must be one name or address of an SSH server',
        params: { reason: 'ssh_host' },
      }),
      port: z.int().min(1).max(65535).default(22),
      user: text,
      /** A private key. Relative to the settings file. */
      keyFile: text.optional(),
      /** Whether keys come from the SSH agent of whoever runs this. */
      agent: z.boolean().optional(),
      /** `${ENV_NAME}`. Without it: the keychain. For signing in with a password. */
      password: environmentVariable.optional(),
      /** `${ENV_NAME}`. Without it: the keychain. Of the private key. */
      passphrase: environmentVariable.optional(),
      /** The server's key or its fingerprint. Without it the key that is seen first is pinned. */
      hostKey: z
        .string()
        .refine((key) => HOST_KEY.test(key), {
          error: 'must be a fingerprint (SHA256:…) or a public key (ssh-ed25519 AAAA…)',
          params: { reason: 'ssh_host_key' },
        })
        .optional(),
      /** Whether the key that is seen first is pinned. Else a person has to accept it beforehand. */
      trustFirstUse: z.boolean().default(true),
      compress: z.boolean().default(true),
      keepAliveSeconds: z.int().min(1).max(600).default(15),
    })
    .superRefine(({ keyFile, agent, password }, context) => {
      const ways = [keyFile !== undefined, agent === true, password !== undefined].filter(Boolean);
      if (ways.length <= 1) return;
      context.addIssue({
        code: 'custom',
        path: [keyFile !== undefined && agent === true ? 'agent' : 'password'],
        message: 'name one way to sign in: "keyFile", "agent" or "password"',
        params: { reason: 'ssh_one_way' },
      });
    }),
);

export type SshSettings = z.output<typeof sshSchema>;

/** How a person is known to an SSH server. */
export type SshSignIn = 'key' | 'agent' | 'password';

/** How the settings say that a server is signed in to. */
export function sshSignIn({ keyFile, agent }: Pick<SshSettings, 'keyFile' | 'agent'>): SshSignIn {
  if (keyFile !== undefined) return 'key';
  return agent === true ? 'agent' : 'password';
}
