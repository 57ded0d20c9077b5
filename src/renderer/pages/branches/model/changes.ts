import { expandUrl, PLACE_FIELDS } from '../../../../shared/endpointUrl.ts';
import type { ConnectionFile, Draft, SettingsFile } from '../../../../shared/settings.ts';
import {
  connectionsOf,
  DEFAULTS,
  FIELDS,
  type FieldName,
  type Fields,
  KEYS,
  modelOf,
  type Raw,
  type Target,
} from './fields.ts';
import { SSH_FIELDS, writeSsh } from './sshFields.ts';

/** A person's edit in the form: its initial and current contents. */
export interface Edit {
  readonly target: Target;
  readonly initial: Fields;
  readonly fields: Fields;
}

/** Writes the changes made in the form, and nothing else. */
export function withEdit(document: SettingsFile, { target, initial, fields }: Edit): SettingsFile {
  const written = writeFields(modelOf(document, target), initial, fields, target.kind);
  if (target.kind === 'central') return { ...document, central: written as SettingsFile['central'] };
  const connections = connectionsOf(document);
  // The schema reports its problems when saving.
  const connection = written as ConnectionFile;
  const known = connections.some((one) => one.id === target.id);
  return {
    ...document,
    connections: known
      ? connections.map((one) => (one.id === target.id ? connection : one))
      : [...connections, connection],
  };
}

/** The form's contents as a draft, to be tested before saving. */
export function draftOf(document: SettingsFile | null, { target, initial, fields }: Edit): Draft {
  const written = writeFields(modelOf(document, target), initial, fields, target.kind);
  return target.kind === 'central'
    ? { kind: 'central', central: written as SettingsFile['central'] }
    : { kind: 'source', connection: written as ConnectionFile };
}

/** Switches a connection on or off. On is the default and is not written. */
export function withEnabled(document: SettingsFile, id: string, enabled: boolean): SettingsFile {
  return changeConnection(document, id, ({ enabled: _, ...rest }) =>
    enabled ? rest : { ...rest, enabled: false },
  );
}

/** Sets where the tables of a connection are at the branch. */
export function withSchema(document: SettingsFile, id: string, schema: string): SettingsFile {
  return changeConnection(document, id, ({ schema: _, ...rest }) =>
    schema === DEFAULTS.schema ? rest : { ...rest, schema },
  );
}

export function withoutConnection(document: SettingsFile, id: string): SettingsFile {
  return { ...document, connections: connectionsOf(document).filter((one) => one.id !== id) };
}

/** Sets which tables of a connection are copied. All is the default and is not written. */
export function withTables(
  document: SettingsFile,
  id: string,
  { tables, exclude, schema }: TablesEdit,
): SettingsFile {
  return changeConnection(document, id, ({ tables: _, exclude: __, schema: ___, ...rest }) => ({
    ...rest,
    ...(schema === DEFAULTS.schema ? {} : { schema }),
    ...(tables.length === 1 && tables[0] === '*' ? {} : { tables: [...tables] }),
    ...(exclude.length === 0 ? {} : { exclude: [...exclude] }),
  }));
}

export interface TablesEdit {
  readonly schema: string;
  readonly tables: Readonly<NonNullable<ConnectionFile['tables']>>;
  readonly exclude: readonly string[];
}

function changeConnection(
  document: SettingsFile,
  id: string,
  change: (connection: ConnectionFile) => Raw,
): SettingsFile {
  return {
    ...document,
    connections: connectionsOf(document).map((one) =>
      one.id === id ? (change(one) as ConnectionFile) : one,
    ),
  };
}

function writeFields(raw: Raw, initial: Fields, fields: Fields, kind: Target['kind']): Raw {
  const changed = FIELDS.filter((field) => initial[field] !== fields[field]);
  const next: Record<string, unknown> = { ...splitUrl(raw, changed) };
  for (const field of changed) {
    const key = KEYS[field];
    if (key === undefined || isPasswordField(field) || !isOf(field, kind)) continue;
    const value = writtenAs(field, fields[field]);
    if (value === undefined) delete next[key];
    else next[key] = value;
  }
  if (changed.some(isSshField)) {
    const ssh = writeSsh(raw.ssh, fields);
    if (ssh === undefined) delete next.ssh;
    else next.ssh = ssh;
  }
  if (changed.some(isPasswordField)) {
    const { passwordFrom, variable, passfile } = fields;
    delete next.password;
    delete next.passfile;
    if (passwordFrom === 'variable') next.password = `\${${variable.trim()}}`;
    if (passwordFrom === 'passfile') next.passfile = passfile.trim();
  }
  return next;
}

/** Replaces a `url` by single fields if its parts were changed; otherwise it stays. */
function splitUrl(raw: Raw, changed: readonly FieldName[]): Raw {
  if (!('url' in raw)) return raw;
  const { fields, expanded } = expandUrl(raw);
  const touched = changed.some((field) => expanded.has(KEYS[field] ?? ''));
  if (!touched) return raw;
  const entries = Object.entries(fields);
  const places: readonly string[] = PLACE_FIELDS;
  return Object.fromEntries([
    ...entries.filter(([key]) => key === 'id' || key === 'label'),
    ...entries.filter(([key]) => places.includes(key)),
    ...entries.filter(([key]) => key !== 'id' && key !== 'label' && !places.includes(key)),
  ]);
}

function isPasswordField(field: FieldName): boolean {
  return field === 'passwordFrom' || field === 'variable' || field === 'passfile';
}

function isSshField(field: FieldName): boolean {
  return SSH_FIELDS.some((one) => one === field);
}

const OF_SOURCE: readonly FieldName[] = ['id', 'label', 'targetSchema', 'encoding'];

function isOf(field: FieldName, kind: Target['kind']): boolean {
  if (field === 'layout' || field === 'distribution') return kind === 'central';
  if (OF_SOURCE.includes(field)) return kind === 'source';
  return true;
}

/** Required fields are written even if empty, so that the refusal names them. */
const ALWAYS: readonly FieldName[] = ['id', 'host', 'database', 'user'];
const NUMBERS: readonly FieldName[] = ['port', 'timeout'];

/** The value to write; undefined to leave it out. */
function writtenAs(field: FieldName, typed: string): string | number | undefined {
  const text = typed.trim();
  if (ALWAYS.includes(field)) return text;
  if (text === '' || text === DEFAULTS[field]) return undefined;
  // A text that is not a number is written as it is, and refused with a reason.
  return NUMBERS.includes(field) && /^\d+$/.test(text) ? Number(text) : text;
}
