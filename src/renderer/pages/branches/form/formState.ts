import { SSL_MODES } from '../../../../shared/endpointUrl.ts';
import { idFromLabel } from '../../../../shared/naming.ts';
import type { PastedAddress } from '../../../../shared/pastedAddress.ts';
import type { SettingsFile } from '../../../../shared/settings.ts';
import type { SettingsBase } from '../../../data/settingsProblems.ts';
import {
  connectionsOf,
  DEFAULTS,
  FIELDS,
  type FieldName,
  type Fields,
  fieldsOf,
  modelOf,
  rawOf,
  startOf,
  type Target,
} from '../model/fields.ts';

/** A form of one endpoint. */
export interface FormState {
  readonly target: Target;
  /** What the form was filled from; sent back when saving. */
  readonly base: SettingsBase;
  readonly initial: Fields;
  readonly fields: Fields;
  /** Never part of the settings. Empty keeps the stored one. */
  readonly password: string;
  /** The SSH server's password or its key's passphrase, likewise. */
  readonly sshSecret: string;
  /** Whether the person typed the id, so that it no longer follows the name. */
  readonly idTyped: boolean;
}

export function beginForm(base: SettingsBase, target: Target): FormState {
  const isNew = rawOf(base.document, target) === null;
  const isCopy = target.kind === 'source' && target.copyOf !== undefined;
  const initial = isNew && !isCopy ? DEFAULTS : fieldsOf(modelOf(base.document, target));
  const fields = isNew && !isCopy ? startOf(target) : initial;
  return { target, base, initial, fields, password: '', sshSecret: '', idTyped: !isNew };
}

/** Changes a field. The id of a new connection follows its name until a person types one. */
export function setField(form: FormState, field: FieldName, value: string): FormState {
  const fields = { ...form.fields, [field]: value };
  if (field === 'id') return { ...form, fields, idTyped: value !== '' };
  if (field !== 'label' || form.idTyped) return { ...form, fields };
  return { ...form, fields: { ...fields, id: idFromLabel(value, idsOf(form.base.document)) } };
}

/** Fills in what a pasted address says. Its password goes where typed passwords go. */
export function setPasted(form: FormState, { fields, password }: PastedAddress): FormState {
  // Without a port it means the usual one, and not the one of the address before.
  const place = fields.host === undefined ? {} : { port: DEFAULTS.port };
  const known = SSL_MODES.some((mode) => mode === fields.sslmode) ? {} : { sslmode: form.fields.sslmode };
  const from =
    password !== null ? 'kept' : fields.passfile === undefined ? form.fields.passwordFrom : 'passfile';
  return {
    ...form,
    fields: { ...form.fields, ...place, ...fields, ...known, passwordFrom: from },
    password: password ?? form.password,
  };
}

/** Whether the schema of a new branch is still the proposed one, so that a test may choose the right one. */
export function mayGuessSchema({ target, base, fields }: FormState): boolean {
  return (
    target.kind === 'source' && rawOf(base.document, target) === null && fields.schema === DEFAULTS.schema
  );
}

/** Applies newer settings: what was typed stays, untouched fields take the new values. */
export function rebase(form: FormState, base: SettingsBase): FormState {
  const begun = beginForm(base, form.target);
  const typed = FIELDS.filter((field) => form.fields[field] !== form.initial[field]);
  const changes = Object.fromEntries(typed.map((field) => [field, form.fields[field]]));
  return { ...form, base, initial: begun.initial, fields: { ...begun.initial, ...changes } };
}

/** Whether closing the form would lose typed text. */
export function isTouched(form: FormState): boolean {
  const begun = beginForm(form.base, form.target).fields;
  return (
    form.password !== '' ||
    form.sshSecret !== '' ||
    FIELDS.some((field) => form.fields[field] !== begun[field])
  );
}

/** Fields that cannot affect whether the database works. */
const HARMLESS: readonly FieldName[] = ['id', 'label', 'layout', 'distribution', 'targetSchema', 'timeout'];

/** Whether the changes must be tested before saving. */
export function needsTest({ target, base, initial, fields, password, sshSecret }: FormState): boolean {
  if (rawOf(base.document, target) === null || password !== '' || sshSecret !== '') return true;
  return FIELDS.some((field) => !HARMLESS.includes(field) && fields[field] !== initial[field]);
}

/** Whether the form still names the account of the stored password. Passwords are stored by account. */
export function sameAccount({ initial, fields }: FormState): boolean {
  const account = ['host', 'port', 'database', 'user', 'ssh', 'sshHost', 'sshPort'] as const;
  return account.every((field) => initial[field] === fields[field]);
}

/** The same for the SSH server's secret. */
export function sameSshAccount({ initial, fields }: FormState): boolean {
  const account = ['ssh', 'sshHost', 'sshPort', 'sshUser', 'sshSignIn'] as const;
  return account.every((field) => initial[field] === fields[field]);
}

/** The path of this form's problems in the file: `central`, `connections[2]`. */
export function pathOf(document: SettingsFile | null, target: Target): string {
  if (target.kind === 'central') return 'central';
  const connections = connectionsOf(document);
  const index = connections.findIndex(({ id }) => id === target.id);
  return `connections[${index < 0 ? connections.length : index}]`;
}

function idsOf(document: SettingsFile | null): readonly string[] {
  return ['central', ...connectionsOf(document).map(({ id }) => id)];
}
