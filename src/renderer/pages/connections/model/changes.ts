import { expandUrl, PLACE_FIELDS } from '../../../../shared/endpointUrl.ts';
import type { ConnectionFile, Draft, SettingsFile } from '../../../../shared/settings.ts';
import {
  connectionsOf,
  DEFAULTS,
  FIELDS,
  type FieldName,
  type Fields,
  KEYS,
  type Raw,
  rawOf,
  type Target,
} from './fields.ts';

/** What a person did in the form: from what it began with, to what stands there now. */
export interface Edit {
  readonly target: Target;
  readonly initial: Fields;
  readonly fields: Fields;
}

/** Writes what was changed in the form, and nothing else. */
export function withEdit(document: SettingsFile, { target, initial, fields }: Edit): SettingsFile {
  const written = writeFields(rawOf(document, target) ?? {}, initial, fields, target.kind);
  if (target.kind === 'central') return { ...document, central: written as SettingsFile['central'] };
  const connections = connectionsOf(document);
  // What the schema says about it is said when it is saved.
  const connection = written as ConnectionFile;
  const known = connections.some((one) => one.id === target.id);
  return {
    ...document,
    connections: known
      ? connections.map((one) => (one.id === target.id ? connection : one))
      : [...connections, connection],
  };
}

/** What the form stands for, to be tried before it is saved. */
export function draftOf(document: SettingsFile | null, { target, initial, fields }: Edit): Draft {
  const written = writeFields(rawOf(document, target) ?? {}, initial, fields, target.kind);
  return target.kind === 'central'
    ? { kind: 'central', central: written as SettingsFile['central'] }
    : { kind: 'source', connection: written as ConnectionFile };
}

/** Switches a connection on or off. On is the default, and stays unwritten. */
export function withEnabled(document: SettingsFile, id: string, enabled: boolean): SettingsFile {
  return changeConnection(document, id, ({ enabled: _, ...rest }) =>
    enabled ? rest : { ...rest, enabled: false },
  );
}

export function withoutConnection(document: SettingsFile, id: string): SettingsFile {
  return { ...document, connections: connectionsOf(document).filter((one) => one.id !== id) };
}

/** Writes which tables of a connection are copied. All of them is the default, and stays unwritten. */
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
  if (changed.some(isPasswordField)) {
    const { passwordFrom, variable, passfile } = fields;
    delete next.password;
    delete next.passfile;
    if (passwordFrom === 'variable') next.password = `\${${variable.trim()}}`;
    if (passwordFrom === 'passfile') next.passfile = passfile.trim();
  }
  return next;
}

/** A `url` whose parts were changed gives way to single fields; one that was not touched stays. */
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

const OF_SOURCE: readonly FieldName[] = ['id', 'label', 'targetSchema', 'encoding'];

function isOf(field: FieldName, kind: Target['kind']): boolean {
  if (field === 'layout') return kind === 'central';
  if (OF_SOURCE.includes(field)) return kind === 'source';
  return true;
}

/** These must be there: an empty one is written too, so that it is refused by its name. */
const ALWAYS: readonly FieldName[] = ['id', 'host', 'database', 'user'];
const NUMBERS: readonly FieldName[] = ['port', 'timeout'];

/** As it is written; undefined where it is better left out. */
function writtenAs(field: FieldName, typed: string): string | number | undefined {
  const text = typed.trim();
  if (ALWAYS.includes(field)) return text;
  if (text === '' || text === DEFAULTS[field]) return undefined;
  // What is no number goes as it is, and is refused with a reason.
  return NUMBERS.includes(field) && /^\d+$/.test(text) ? Number(text) : text;
}
