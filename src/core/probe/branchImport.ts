import { type BranchColumn, type BranchRow, readBranchTable } from '../../shared/branchTable.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { idFromLabel } from '../../shared/naming.ts';
import { readPastedAddress } from '../../shared/pastedAddress.ts';
import type { ConnectionFile, SettingsFile } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { PasswordStore, type StoredPlace } from '../secrets/passwordStore.ts';
import type { SettingsStore } from '../settings/change.ts';
import { readSettingsDocument, writeSettingsDocument } from '../settings/document.ts';
import { type Reason, type ReasonValues, sayReason } from '../settings/reasons.ts';
import { checkDraft, endpointOf } from './draft.ts';

/** What is wrong with a cell, or a line. */
export interface BranchProblem {
  /** Null: with the line. */
  readonly column: BranchColumn | null;
  readonly reason: string;
}

/** A branch that a table would add. */
export interface PlannedBranch {
  readonly line: number;
  readonly connection: ConnectionFile;
  /** Kept where passwords are kept, never in the settings. */
  readonly password: string | null;
  /** `exists`: the settings have a branch with this id, which stays as it is. */
  readonly state: 'new' | 'exists' | 'wrong';
  readonly problems: readonly BranchProblem[];
}

export interface BranchPlan {
  /** Null if the text has no line with the names of columns. */
  readonly columns: readonly BranchColumn[] | null;
  readonly unused: readonly string[];
  readonly branches: readonly PlannedBranch[];
}

/** What came of a line. */
export interface BranchOutcome {
  readonly line: number;
  readonly id: string;
  readonly outcome: 'added' | 'exists' | 'wrong' | 'password_refused';
  /** Where its password is now; null if it has none of its own. */
  readonly place: StoredPlace | null;
}

/** A line that a person has chosen, with the schema that a test has found instead of the one in the table. */
export interface ChosenLine {
  readonly line: number;
  readonly schema?: string | undefined;
}

/**
 * Reads a table of branches. Writes nothing.
 *
 * @param folder the data folder; what its settings have already is not added again
 * @param language of the problems
 */
export function planBranches(folder: string, text: string, language: Language = 'en'): BranchPlan {
  const { columns, unused, rows } = readBranchTable(text);
  const known = new Set(readSettingsDocument(folder, language).document?.connections?.map(({ id }) => id));
  const lineOf = new Map<string, number>();
  const taken = new Set(['central', ...known]);
  const branches = rows.map((row): PlannedBranch => {
    const { connection, password, problems } = branchOf(row, [...taken], language);
    const { id } = connection;
    const say = (reason: Reason, values?: ReasonValues): string => sayReason(language, reason, values);
    const found: BranchProblem[] = [
      ...row.formulas.map((column) => ({ column, reason: say('table_formula') })),
      ...problems,
    ];
    const first = lineOf.get(id);
    if (first !== undefined) found.push({ column: 'id', reason: say('table_twice', { id, line: first }) });
    else if (id !== '') lineOf.set(id, row.line);
    taken.add(id);
    if (found.length === 0 && !known.has(id)) found.push(...refusedBy(folder, connection, language));
    const state = found.length > 0 ? 'wrong' : known.has(id) ? 'exists' : 'new';
    return { line: row.line, connection, password, state, problems: found };
  });
  return { columns, unused, branches };
}

/**
 * Adds branches to the settings, all with one write, after their passwords were stored.
 *
 * @param chosen other lines are left out
 * @throws UsageError `settings_missing`, `settings_invalid`, `settings_changed`, and what the store throws
 */
export async function importBranches(
  folder: string,
  { branches }: Pick<BranchPlan, 'branches'>,
  chosen: readonly ChosenLine[],
  store: SettingsStore,
  language: Language = 'en',
): Promise<readonly BranchOutcome[]> {
  const schemas = new Map(chosen.map(({ line, schema }) => [line, schema]));
  const passwords = new PasswordStore(folder);
  const added: ConnectionFile[] = [];
  const outcomes: BranchOutcome[] = [];
  for (const branch of branches) {
    if (!schemas.has(branch.line)) continue;
    const { line, state, password } = branch;
    const schema = schemas.get(line);
    const connection = schema === undefined ? branch.connection : { ...branch.connection, schema };
    const outcome = { line, id: connection.id };
    if (state !== 'new') {
      outcomes.push({ ...outcome, outcome: state, place: null });
      continue;
    }
    try {
      const endpoint = endpointOf(checkDraft(folder, { kind: 'source', connection }, language));
      const place = password === null ? null : (await passwords.set(endpoint, password)).place;
      added.push(connection);
      outcomes.push({ ...outcome, outcome: 'added', place });
    } catch (error) {
      if (!(error instanceof UsageError) || error.code !== UsageCode.PasswordUnfit) throw error;
      outcomes.push({ ...outcome, outcome: 'password_refused', place: null });
    }
  }
  if (added.length > 0) write(folder, added, store, language);
  return outcomes;
}

function write(
  folder: string,
  added: readonly ConnectionFile[],
  store: SettingsStore,
  language: Language,
): void {
  const { document, revision, problem } = readSettingsDocument(folder, language);
  if (document === null || problem !== null)
    throw new UsageError(problem?.code ?? UsageCode.SettingsMissing, problem?.params ?? {});
  const next: SettingsFile = { ...document, connections: [...document.connections, ...added] };
  writeSettingsDocument(folder, next, revision, store, language);
}

/** The settings' own rules for one branch. */
function refusedBy(folder: string, connection: ConnectionFile, language: Language): BranchProblem[] {
  try {
    checkDraft(folder, { kind: 'source', connection }, language);
    return [];
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== UsageCode.SettingsInvalid) throw error;
    return String(error.params.problems ?? '')
      .split('\n')
      .map((line) => {
        const [, key = '', reason = line] = /^connections\[0\]\.?([\w.]*)[^:]*: (.*)$/.exec(line) ?? [];
        return { column: COLUMN_OF_KEY[key] ?? null, reason };
      });
  }
}

const COLUMN_OF_KEY: Readonly<Record<string, BranchColumn>> = {
  id: 'id',
  label: 'label',
  host: 'host',
  port: 'port',
  database: 'database',
  user: 'user',
  password: 'passwordEnv',
  passfile: 'passfile',
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
  schema: 'schema',
  tables: 'tables',
  exclude: 'exclude',
  targetSchema: 'targetSchema',
  'ssh.host': 'sshHost',
  'ssh.port': 'sshPort',
  'ssh.user': 'sshUser',
  'ssh.keyFile': 'sshKeyFile',
};

const REQUIRED = ['host', 'database', 'user'] as const;

function branchOf({ cells }: BranchRow, taken: readonly string[], language: Language) {
  const problems: BranchProblem[] = [];
  const refuse = (column: BranchColumn, reason: Reason): void => {
    problems.push({ column, reason: sayReason(language, reason) });
  };
  const address = cells.url === undefined ? null : readPastedAddress(cells.url);
  if (cells.url !== undefined && address === null) refuse('url', 'table_url');
  // A cell of its own says more than the address.
  const read = { ...address?.fields, ...cells };
  for (const column of REQUIRED) if (read[column] === undefined) refuse(column, 'table_required');
  const label = cells.label ?? cells.id ?? '';
  const id = cells.id ?? idFromLabel(label, taken);
  if (id === '') refuse('id', 'table_required');
  const enabled = readSwitch(cells.enabled);
  if (enabled === null) refuse('enabled', 'table_switch');
  const password = cells.password ?? address?.password ?? null;
  const ssh = {
    host: cells.sshHost,
    port: numberOf(cells.sshPort),
    user: cells.sshUser,
    keyFile: cells.sshKeyFile,
  };
  const written = {
    id,
    label: label === id ? undefined : label,
    host: read.host ?? '',
    port: numberOf(read.port),
    database: read.database ?? '',
    user: read.user ?? '',
    password: cells.passwordEnv === undefined ? undefined : `\${${variableName(cells.passwordEnv)}}`,
    passfile: read.passfile,
    sslmode: read.sslmode,
    sslrootcert: read.sslrootcert,
    ssh: cells.sshHost === undefined ? undefined : withoutGaps(ssh),
    schema: read.schema,
    tables: listOf(cells.tables),
    exclude: listOf(cells.exclude),
    targetSchema: cells.targetSchema,
    enabled: enabled === false ? false : undefined,
  };
  // The schema checks it where it is used.
  const connection = withoutGaps(written) as ConnectionFile;
  return { connection, password, problems };
}

function withoutGaps(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

/** A text that is no number stays as it is, and is refused with a reason. */
function numberOf(cell: string | undefined): number | string | undefined {
  return cell !== undefined && /^\d{1,9}$/.test(cell) ? Number(cell) : cell;
}

function listOf(cell: string | undefined): readonly string[] | undefined {
  const names = cell?.split(/[\s,;|]+/).filter((one) => one !== '');
  return names === undefined || names.length === 0 ? undefined : names;
}

function variableName(cell: string): string {
  return cell.replace(/^\$\{(.*)\}$/, '$1');
}

const ON = new Set(['1', 'yes', 'y', 'true', 'on', 'ya', 'aktif', 'benar']);
const OFF = new Set(['0', 'no', 'n', 'false', 'off', 'tidak', 'nonaktif', 'salah']);

/** Null if the cell says neither. */
function readSwitch(cell: string | undefined): boolean | null {
  if (cell === undefined || ON.has(cell.toLowerCase())) return true;
  return OFF.has(cell.toLowerCase()) ? false : null;
}
