import { expandUrl } from '../../../../shared/endpointUrl.ts';
import type { SettingsFile } from '../../../../shared/settings.ts';

/** Which endpoint is edited: head office, or the branch database of this id (null: a new one). */
export type Target = { readonly kind: 'central' } | { readonly kind: 'source'; readonly id: string | null };

/** The fields of the form, as a person types them. Tables and on/off are changed elsewhere. */
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
  'timeout',
  'schema',
  'layout',
  'targetSchema',
  'encoding',
] as const;
export type FieldName = (typeof FIELDS)[number];
export type Fields = Readonly<Record<FieldName, string>>;

/** `kept`: Branchline keeps it, or finds it where libpq looks. */
export type PasswordFrom = 'kept' | 'variable' | 'passfile';

export type Raw = Readonly<Record<string, unknown>>;

/** What counts where nothing is written; the schema's defaults. */
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
  timeout: '15',
  schema: 'public',
  layout: 'auto',
  targetSchema: '',
  encoding: '',
};

/** Under which name a field stands in the file. */
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
  timeout: 'connectTimeoutSeconds',
  schema: 'schema',
  layout: 'layout',
  targetSchema: 'targetSchema',
  encoding: 'encoding',
};

/** An endpoint as the form shows it. A `url` shows as the fields that it stands for. */
export function fieldsOf(raw: Raw): Fields {
  const read = 'url' in raw ? expandUrl(raw).fields : raw;
  const entries = Object.entries(KEYS).map(([field, key]) => {
    const value = read[key];
    return [field, value === undefined || value === null ? DEFAULTS[field as FieldName] : String(value)];
  });
  const fields: Fields = { ...DEFAULTS, ...Object.fromEntries(entries) };
  return {
    ...fields,
    variable: fields.variable.replace(/^\$\{(.*)\}$/, '$1'),
    passwordFrom: 'password' in read ? 'variable' : 'passfile' in read ? 'passfile' : 'kept',
  };
}

/** What a form for something new begins with. The way to head office leads through the internet: it asks for proof. */
export function startOf(target: Target): Fields {
  return target.kind === 'central' ? { ...DEFAULTS, sslmode: 'verify-full' } : DEFAULTS;
}

/** The endpoint as the file has it; null where it is new. */
export function rawOf(document: SettingsFile | null, target: Target): Raw | null {
  if (document === null) return null;
  if (target.kind === 'central') return recordOrNull(document.central);
  return recordOrNull(connectionsOf(document).find((one) => one.id === target.id));
}

/** A file that is not right yet may have no list there. */
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

/** What must be filled in before anything can be tried. */
export function missingIn(fields: Fields, kind: Target['kind']): readonly FieldName[] {
  return REQUIRED[kind].filter((field) => fields[field].trim() === '');
}

/** Which field shows the problem of this path; null where none does. */
export function fieldOfPath(path: string): FieldName | null {
  const key = path.replace(/^(central|connections\[\d+\]|connection)\.?/, '');
  // One address that holds four fields: the first of them says what is wrong with it.
  if (key === 'url') return 'host';
  const found = Object.entries(KEYS).find(([, name]) => name === key);
  return found === undefined ? null : (found[0] as FieldName);
}

/** Whether another end of the settings signs in with the same account as this connection, so that both need its password. */
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
  const { host, port, database, user } = fieldsOf(raw);
  return JSON.stringify([host, port, database, user]);
}
