import type { SettingsFile } from '../../../../shared/settings.ts';
import type { SettingsBase } from '../../../data/settingsProblems.ts';
import {
  connectionsOf,
  DEFAULTS,
  FIELDS,
  type FieldName,
  type Fields,
  fieldsOf,
  rawOf,
  startOf,
  type Target,
} from '../model/fields.ts';

/** A form of one endpoint. */
export interface FormState {
  readonly target: Target;
  /** What the form was filled from, and with which it is sent back. */
  readonly base: SettingsBase;
  readonly initial: Fields;
  readonly fields: Fields;
  /** Never part of the settings; empty: the one that is kept stays. */
  readonly password: string;
  /** A person has chosen the id; it no longer follows the name. */
  readonly idTyped: boolean;
}

export function beginForm(base: SettingsBase, target: Target): FormState {
  const raw = rawOf(base.document, target);
  const initial = raw === null ? DEFAULTS : fieldsOf(raw);
  const fields = raw === null ? startOf(target) : initial;
  return { target, base, initial, fields, password: '', idTyped: raw !== null };
}

/** One field was changed. The id of a new connection follows its name until somebody types one. */
export function setField(form: FormState, field: FieldName, value: string): FormState {
  const fields = { ...form.fields, [field]: value };
  if (field === 'id') return { ...form, fields, idTyped: value !== '' };
  if (field !== 'label' || form.idTyped) return { ...form, fields };
  return { ...form, fields: { ...fields, id: idFromLabel(value, idsOf(form.base.document)) } };
}

/** Newer settings come under the form: what was typed stays, what was not touched is theirs. */
export function rebase(form: FormState, base: SettingsBase): FormState {
  const begun = beginForm(base, form.target);
  const typed = FIELDS.filter((field) => form.fields[field] !== form.initial[field]);
  const changes = Object.fromEntries(typed.map((field) => [field, form.fields[field]]));
  return { ...form, base, initial: begun.initial, fields: { ...begun.initial, ...changes } };
}

/** Whether anything was typed that closing the form would lose. */
export function isTouched(form: FormState): boolean {
  const begun = beginForm(form.base, form.target).fields;
  return form.password !== '' || FIELDS.some((field) => form.fields[field] !== begun[field]);
}

/** What cannot change whether the database can be used. */
const HARMLESS: readonly FieldName[] = ['id', 'label', 'layout', 'targetSchema', 'timeout'];

/** Whether what was changed is to be tried before it is written. */
export function needsTest({ target, base, initial, fields, password }: FormState): boolean {
  if (rawOf(base.document, target) === null || password !== '') return true;
  return FIELDS.some((field) => !HARMLESS.includes(field) && fields[field] !== initial[field]);
}

/** Whether the form still names the account that the stored password belongs to. Passwords are stored by account. */
export function sameAccount({ initial, fields }: FormState): boolean {
  return (['host', 'port', 'database', 'user'] as const).every((field) => initial[field] === fields[field]);
}

/** Where in the file the problems of this form stand: `central`, `connections[2]`. */
export function pathOf(document: SettingsFile | null, target: Target): string {
  if (target.kind === 'central') return 'central';
  const connections = connectionsOf(document);
  const index = connections.findIndex(({ id }) => id === target.id);
  return `connections[${index < 0 ? connections.length : index}]`;
}

function idsOf(document: SettingsFile | null): readonly string[] {
  return ['central', ...connectionsOf(document).map(({ id }) => id)];
}

/** The longest that the settings take. */
const LONGEST = 40;

/**
 * The id of a new connection from the name that people see: `Lampung Raya` → `lampung_raya`.
 *
 * @param taken ids that are there already
 * @returns empty where the name has no letter or digit to make one of
 */
export function idFromLabel(label: string, taken: readonly string[]): string {
  const plain = label
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (plain === '') return '';
  const begun = /^[a-z]/.test(plain) ? plain : `branch_${plain}`;
  for (let count = 1; ; count++) {
    const end = count === 1 ? '' : `_${count}`;
    const id = begun.slice(0, LONGEST - end.length).replace(/_+$/, '') + end;
    if (!taken.includes(id)) return id;
  }
}
