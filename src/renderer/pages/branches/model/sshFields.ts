import type { FieldName, Fields, Raw } from './fields.ts';

/** The fields of the SSH server before an endpoint. `ssh` and `sshCompress` are `yes` or empty. */
export const SSH_FIELDS = [
  'ssh',
  'sshHost',
  'sshPort',
  'sshUser',
  'sshSignIn',
  'sshKeyFile',
  'sshHostKey',
  'sshCompress',
] as const;
export type SshFieldName = (typeof SSH_FIELDS)[number];

export const SSH_DEFAULTS: Readonly<Record<SshFieldName, string>> = {
  ssh: '',
  sshHost: '',
  sshPort: '22',
  sshUser: '',
  sshSignIn: 'key',
  sshKeyFile: '',
  sshHostKey: '',
  sshCompress: 'yes',
};

/** Under which name a field stands in the file's `ssh`. */
const SSH_KEYS = {
  sshHost: 'host',
  sshPort: 'port',
  sshUser: 'user',
  sshKeyFile: 'keyFile',
  sshHostKey: 'hostKey',
} as const;

/** The fields as the file has them. */
export function sshFieldsOf(raw: unknown): Readonly<Record<SshFieldName, string>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return SSH_DEFAULTS;
  const ssh: Raw = { ...raw };
  const typed = Object.entries(SSH_KEYS).map(([field, key]) => [
    field,
    ssh[key] === undefined ? SSH_DEFAULTS[field as SshFieldName] : String(ssh[key]),
  ]);
  return {
    ...SSH_DEFAULTS,
    ...Object.fromEntries(typed),
    ssh: 'yes',
    sshSignIn: ssh.keyFile !== undefined ? 'key' : ssh.agent === true ? 'agent' : 'password',
    sshCompress: ssh.compress === false ? '' : 'yes',
  };
}

/** What belongs to one way to sign in; another way takes it out of the file. */
const OF_WAY = { key: ['keyFile', 'passphrase'], agent: ['agent'], password: ['password'] } as const;
type Way = keyof typeof OF_WAY;

/** The file's `ssh` for these fields; undefined without an SSH server. Keys that the form does not know stay. */
export function writeSsh(raw: unknown, fields: Fields): Raw | undefined {
  if (fields.ssh !== 'yes') return undefined;
  const next: Record<string, unknown> = { ...(typeof raw === 'object' ? raw : {}) };
  for (const way of ['key', 'agent', 'password'] satisfies Way[])
    if (way !== fields.sshSignIn) for (const key of OF_WAY[way]) delete next[key];
  for (const [field, key] of Object.entries(SSH_KEYS)) {
    const text = fields[field as SshFieldName].trim();
    const kept = key === 'host' || key === 'user' || text !== SSH_DEFAULTS[field as SshFieldName];
    if (!kept || (key === 'keyFile' && fields.sshSignIn !== 'key')) delete next[key];
    else next[key] = key === 'port' && /^\d+$/.test(text) ? Number(text) : text;
  }
  if (fields.sshSignIn === 'agent') next.agent = true;
  if (fields.sshCompress === 'yes') delete next.compress;
  else next.compress = false;
  return next;
}

/** What must be filled in of an SSH server. */
export function requiredOfSsh(fields: Fields): readonly FieldName[] {
  if (fields.ssh !== 'yes') return [];
  return fields.sshSignIn === 'key' ? ['sshHost', 'sshUser', 'sshKeyFile'] : ['sshHost', 'sshUser'];
}

/** The field that shows a problem of `ssh.…`; null where none does. */
export function sshFieldOfKey(key: string): SshFieldName | null {
  const name = key.replace(/^ssh\.?/, '');
  if (name === 'agent' || name === 'password') return 'sshSignIn';
  const found = Object.entries(SSH_KEYS).find(([, one]) => one === name);
  return found === undefined ? null : (found[0] as SshFieldName);
}
