import { type TableName, type TableRow, UNKNOWN_TABLES } from '../../../shared/contract.ts';
import { FailureCode } from '../../../shared/errors.ts';
import { type FailureGroup, failureOfRow, groupByReason } from '../../../shared/texts/failureGroups.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { sayFailure } from '../../words/refusal.ts';
import { CENTRAL } from '../connectionsPlace.ts';

export type { FailureGroup } from '../../../shared/texts/failureGroups.ts';

/**
 * Failed tables by their reasons, in the window's words.
 *
 * @param rows of a batch; those that have not failed are passed over
 * @param labelOf the name of a connection by its id
 * @returns the reason of most tables first
 */
export function groupFailures(
  rows: readonly TableRow[],
  t: Translate,
  labelOf: (connection: string) => string,
): readonly FailureGroup[] {
  return groupByReason(rows, t, (failure) => sayFailure(failure, t, labelOf));
}

/** Whether the sentence itself says which table it is about, so that a list of one need not. */
export function namesItsTable({ rows, sentence }: FailureGroup): boolean {
  const [row] = rows;
  if (rows.length !== 1 || row === undefined || row.table_name === UNKNOWN_TABLES) return false;
  return sentence.split(/[\s,.;:()]+/).includes(row.table_name);
}

/**
 * What tables are called in a list of them: with their connection only where several have a table of that name in
 * the list.
 */
export function namesInGroup(
  rows: readonly TableRow[],
  labelOf: (connection: string) => string,
  t: Translate,
): readonly string[] {
  const times = new Map<string, number>();
  for (const { table_name } of rows) times.set(table_name, (times.get(table_name) ?? 0) + 1);
  return rows.map(({ table_name, connection }) => {
    if (table_name === UNKNOWN_TABLES) return t('troubles.allOf', { connection: labelOf(connection) });
    return (times.get(table_name) ?? 0) > 1 ? `${table_name} (${labelOf(connection)})` : table_name;
  });
}

/** What is mended where head office is set up, whichever database it happened at. */
const AT_CENTRAL: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FailureCode.CentralUnreachable,
  FailureCode.CentralSignIn,
  FailureCode.CentralPermission,
  FailureCode.CentralReadOnly,
  FailureCode.CentralNotATable,
  FailureCode.CentralSetUpUntrusted,
  FailureCode.CentralTableUntrusted,
  // The layout is head office's.
  FailureCode.StampColumnTaken,
  FailureCode.TooManyColumns,
  FailureCode.TooManyNewColumns,
  FailureCode.ReplaceUnsafe,
  FailureCode.ReplaceCascades,
  FailureCode.CascadeHidden,
  FailureCode.CentralUnstamped,
  FailureCode.CentralDeletesOwned,
  FailureCode.CentralLacksRows,
  FailureCode.CentralChangesRows,
  FailureCode.CentralKeepsRows,
  FailureCode.CentralRules,
  FailureCode.CentralNeedsValue,
  FailureCode.CentralRewritesTables,
  FailureCode.ParentLacking,
]);

/** The database that a failure leads to: the id of a connection, or head office. */
export function endOf(row: TableRow): string {
  const { code, params } = failureOfRow(row);
  return AT_CENTRAL.has(code) || params.side === 'central' ? CENTRAL : row.connection;
}

/** What a person can click on because of a failure, besides trying again. */
type Step =
  | 'test_connection'
  | 'open_connections'
  | 'open_settings'
  | 'allow_deletes'
  | 'accept_source'
  | 'answer_copy';

const STEPS: Partial<Readonly<Record<FailureCode, Step>>> = {
  [FailureCode.SourceUnreachable]: 'test_connection',
  [FailureCode.CentralUnreachable]: 'test_connection',
  [FailureCode.SourceSignIn]: 'test_connection',
  [FailureCode.CentralSignIn]: 'test_connection',
  [FailureCode.DatabaseMissing]: 'test_connection',
  [FailureCode.Tls]: 'test_connection',
  [FailureCode.PasswordMissing]: 'test_connection',
  [FailureCode.CleartextRefused]: 'test_connection',
  [FailureCode.SignInMethod]: 'test_connection',
  [FailureCode.NotPostgres]: 'test_connection',
  [FailureCode.AnswerTooLarge]: 'test_connection',
  [FailureCode.ConnectionLost]: 'test_connection',
  [FailureCode.ConnectionEnded]: 'test_connection',
  [FailureCode.ConnectionFrozen]: 'test_connection',
  [FailureCode.ServerStarting]: 'test_connection',
  [FailureCode.SourcePermission]: 'test_connection',
  [FailureCode.CentralPermission]: 'test_connection',
  [FailureCode.CentralReadOnly]: 'test_connection',
  // Tables, layout and schema are chosen where the connections are.
  [FailureCode.SourceTableMissing]: 'open_connections',
  [FailureCode.CentralNotATable]: 'open_connections',
  [FailureCode.StampColumnTaken]: 'open_connections',
  [FailureCode.TooManyColumns]: 'open_connections',
  [FailureCode.TooManyNewColumns]: 'open_connections',
  [FailureCode.ReplaceUnsafe]: 'open_connections',
  [FailureCode.CentralUnstamped]: 'open_connections',
  [FailureCode.CentralDeletesOwned]: 'open_connections',
  [FailureCode.CentralDeletesShared]: 'open_connections',
  [FailureCode.OwnedElsewhere]: 'open_connections',
  [FailureCode.CentralSchemaOwned]: 'open_connections',
  // How much runs at once, and the bundle for support.
  [FailureCode.TooManyConnections]: 'open_settings',
  [FailureCode.JournalFailed]: 'open_settings',
  [FailureCode.LocalDiskFull]: 'open_settings',
  [FailureCode.NoProgress]: 'open_settings',
  [FailureCode.Internal]: 'open_settings',
  [FailureCode.TooManyDeletes]: 'allow_deletes',
  [FailureCode.TooManyDeletesInAll]: 'allow_deletes',
  [FailureCode.SourceIdentityChanged]: 'accept_source',
  [FailureCode.SourceIdentityHidden]: 'accept_source',
  [FailureCode.FolderCopied]: 'answer_copy',
  [FailureCode.FolderPrevious]: 'answer_copy',
  [FailureCode.FolderCopyAtWork]: 'answer_copy',
};

/** Null: trying again is all there is, once what the sentence asks for is done. */
export function stepFor(code: FailureCode): Step | null {
  return STEPS[code] ?? null;
}

/** Whether trying again without a person's consent would only fail again. */
export function needsConsent(code: FailureCode): boolean {
  const step = stepFor(code);
  return step === 'allow_deletes' || step === 'accept_source' || step === 'answer_copy';
}

export function refOf(row: TableRow): TableName {
  return { connection: row.connection, table: row.table_name };
}
