import { expandUrl } from '../../../../shared/endpointUrl.ts';
import type { SettingsFile } from '../../../../shared/settings.ts';
import { requiredOfSsh, SSH_DEFAULTS, SSH_FIELDS, sshFieldOfKey, sshFieldsOf } from './sshFields.ts';

/**
 * The endpoint being edited: head office, or the branch database with this id (null: a new one, which may begin
 * as a copy of another).
 */
export type Target =
  | { readonly kind: 'central' }
  | { readonly kind: 'source'; readonly id: string | null; readonly copyOf?: string };

/** The form's fields as typed. Tables and on/off are changed elsewhere. */
export const FIELDS = [
  'id',
  'label',
  'host',
  'port',
  'database',
  'user',
  'passwordFrom',
  'variable',
  'passfile',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'timeout',
  'schema',
  'layout',
  'distribution',
  'targetSchema',
  'encoding',
  ...SSH_FIELDS,
] as const;
export type FieldName = (typeof FIELDS)[number];
export type Fields = Readonly<Record<FieldName, string>>;

/** `kept`: Branchline stores it, or finds it where libpq would. */
export type PasswordFrom = 'kept' | 'variable' | 'passfile';

export type Raw = Readonly<Record<string, unknown>>;

/** The schema's defaults, which apply where nothing is written. */
export const DEFAULTS: Fields = {
  id: '',
  label: '',
  host: '',
  port: '5432',
  database: '',
  user: '',
  passwordFrom: 'kept',
  variable: '',
  passfile: '',
  sslmode: 'prefer',
  sslrootcert: '',
  sslcert: '',
  sslkey: '',
  timeout: '15',
  schema: 'public',
  layout: 'auto',
  distribution: 'auto',
  targetSchema: '',
  encoding: '',
  ...SSH_DEFAULTS,
};

/** The name of each field in the file. */
export const KEYS: Readonly<Partial<Record<FieldName, string>>> = {
  id: 'id',
  label: 'label',
  host: 'host',
  port: 'port',
  database: 'database',
  user: 'user',
  variable: 'password',
  passfile: 'passfile',
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
  sslcert: 'sslcert',
  sslkey: 'sslkey',
  timeout: 'connectTimeoutSeconds',
  schema: 'schema',
  layout: 'layout',
  distribution: 'distribution',
  targetSchema: 'targetSchema',
  encoding: 'encoding',
};

/** An endpoint as shown in the form. A `url` is shown as its fields. */
export function fieldsOf(raw: Raw): Fields {
  const read = 'url' in raw ? expandUrl(raw).fields : raw;
  const entries = Object.entries(KEYS).map(([field, key]) => {
    const value = read[key];
    return [field, value === undefined || value === null ? DEFAULTS[field as FieldName] : String(value)];
  });
  const fields: Fields = { ...DEFAULTS, ...Object.fromEntries(entries), ...sshFieldsOf(read.ssh) };
  return {
    ...fields,
    variable: fields.variable.replace(/^\$\{(.*)\}$/, '$1'),
    passwordFrom: 'password' in read ? 'variable' : 'passfile' in read ? 'passfile' : 'kept',
  };
}

/**
 * The initial contents of a new form. Head office is reached over the internet, so its default is a verified
 * certificate.
 */
export function startOf(target: Target): Fields {
  return target.kind === 'central' ? { ...DEFAULTS, sslmode: 'verify-full' } : DEFAULTS;
}

/** The endpoint as in the file; null if it is new. */
export function rawOf(document: SettingsFile | null, target: Target): Raw | null {
  if (document === null) return null;
  if (target.kind === 'central') return recordOrNull(document.central);
  return recordOrNull(connectionsOf(document).find((one) => one.id === target.id));
}

/** What a new endpoint is written into: all that the one which it is a copy of has in common with it. */
export function modelOf(document: SettingsFile | null, target: Target): Raw {
  const own = rawOf(document, target);
  if (own !== null) return own;
  if (target.kind === 'central' || target.copyOf === undefined) return {};
  const copied = rawOf(document, { kind: 'source', id: target.copyOf }) ?? {};
  const read = 'url' in copied ? expandUrl(copied).fields : copied;
  const { id: _, label: __, targetSchema: ___, enabled: ____, ...common } = read;
  return common;
}

/** In an invalid file this may not be a list. */
export function connectionsOf(document: SettingsFile | null): SettingsFile['connections'] {
  const listed: unknown = document?.connections;
  return Array.isArray(listed) ? listed.filter((one) => recordOrNull(one) !== null) : [];
}

function recordOrNull(value: unknown): Raw | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : null;
}

const REQUIRED = {
  central: ['host', 'database', 'user'],
  source: ['label', 'id', 'host', 'database', 'user'],
} as const satisfies Record<Target['kind'], readonly FieldName[]>;

/** The fields that must be filled in before a test. */
export function missingIn(fields: Fields, kind: Target['kind']): readonly FieldName[] {
  const required: readonly FieldName[] = [...REQUIRED[kind], ...requiredOfSsh(fields)];
  return required.filter((field) => fields[field].trim() === '');
}

/** The field that shows the problem of this path; null if none does. */
export function fieldOfPath(path: string): FieldName | null {
  const key = path.replace(/^(central|connections\[\d+\]|connection)\.?/, '');
  // A URL holds four fields; the first shows its problem.
  if (key === 'url') return 'host';
  if (key.startsWith('ssh')) return sshFieldOfKey(key);
  const found = Object.entries(KEYS).find(([, name]) => name === key);
  return found === undefined ? null : (found[0] as FieldName);
}

/** Whether another endpoint in the settings uses the same account as this connection, and so needs its password. */
export function accountShared(document: SettingsFile | null, id: string): boolean {
  const own = rawOf(document, { kind: 'source', id });
  if (own === null) return false;
  const others = [
    rawOf(document, { kind: 'central' }),
    ...connectionsOf(document)
      .filter((one) => one.id !== id)
      .map((one): Raw => ({ ...one })),
  ];
  return others.some((other) => other !== null && accountOf(other) === accountOf(own));
}

function accountOf(raw: Raw): string {
  const { host, port, database, user, sshHost, sshPort } = fieldsOf(raw);
  return JSON.stringify([host, port, database, user, sshHost, sshPort]);
}
