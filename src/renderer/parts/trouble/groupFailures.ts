import type { TableName, TableRow } from '../../../shared/contract.ts';
import { FailureCode, needsConsent } from '../../../shared/errors.ts';
import { type FailureGroup, failureOfRow, groupByReason } from '../../../shared/texts/failureGroups.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { sayFailure } from '../../words/refusal.ts';
import { CENTRAL } from '../branchesPlace.ts';

export type { FailureGroup } from '../../../shared/texts/failureGroups.ts';
export { needsConsent };

/**
 * Groups failed tables by reason, in the window's words.
 *
 * @param rows of a batch; rows that have not failed are ignored
 * @param labelOf a connection's display name
 * @returns the most frequent reason first
 */
export function groupFailures(
  rows: readonly TableRow[],
  t: Translate,
  labelOf: (connection: string) => string,
): readonly FailureGroup[] {
  return groupByReason(rows, t, (failure) => sayFailure(failure, t, labelOf));
}

/** Whether the sentence already names its only table, so that a list is not needed. */
export function namesItsTable({ rows, sentence }: FailureGroup): boolean {
  const [row] = rows;
  if (rows.length !== 1 || row === undefined || row.all_tables) return false;
  return sentence.split(/[\s,.;:()]+/).includes(row.table_name);
}

/** Names of tables in a list, with their connection only if several in the list have a table of that name. */
export function namesInGroup(
  rows: readonly TableRow[],
  labelOf: (connection: string) => string,
  t: Translate,
): readonly string[] {
  const times = new Map<string, number>();
  for (const { table_name } of rows) times.set(table_name, (times.get(table_name) ?? 0) + 1);
  return rows.map(({ table_name, all_tables, connection }) => {
    if (all_tables) return t('troubles.allOf', { connection: labelOf(connection) });
    return (times.get(table_name) ?? 0) > 1 ? `${table_name} (${labelOf(connection)})` : table_name;
  });
}

/** Failures that are fixed in head office's settings, even if they happened at a branch. */
const AT_CENTRAL: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FailureCode.CentralUnreachable,
  FailureCode.CentralSignIn,
  FailureCode.CentralPermission,
  FailureCode.CentralReadOnly,
  FailureCode.CentralNotATable,
  FailureCode.CentralSetUpUntrusted,
  FailureCode.CentralTableUntrusted,
  // The layout is a setting of head office.
  FailureCode.StampColumnTaken,
  FailureCode.TooManyColumns,
  FailureCode.TooManyNewColumns,
  FailureCode.ReplaceUnsafe,
  FailureCode.ReplaceCascades,
  FailureCode.CascadeHidden,
  FailureCode.CentralUnstamped,
  FailureCode.CentralPartitionMissing,
  FailureCode.CentralDeletesOwned,
  FailureCode.CentralLacksRows,
  FailureCode.CentralChangesRows,
  FailureCode.CentralKeepsRows,
  FailureCode.CentralRules,
  FailureCode.CentralNeedsValue,
  FailureCode.CentralRewritesTables,
  FailureCode.ParentLacking,
]);

/** The database that a failure leads to: a connection's id, or head office. */
export function endOf(row: TableRow): string {
  const { code, params } = failureOfRow(row);
  return AT_CENTRAL.has(code) || params.side === 'central' ? CENTRAL : row.connection;
}

/** What a person can click after a failure, besides retrying. */
type Step =
  | 'test_connection'
  | 'open_branches'
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
  [FailureCode.TlsNotOffered]: 'test_connection',
  [FailureCode.ClientCertificate]: 'test_connection',
  [FailureCode.PasswordMissing]: 'test_connection',
  [FailureCode.CleartextRefused]: 'test_connection',
  [FailureCode.SignInMethod]: 'test_connection',
  [FailureCode.NotPostgres]: 'test_connection',
  [FailureCode.AnswerTooLarge]: 'test_connection',
  [FailureCode.SshUnreachable]: 'test_connection',
  [FailureCode.SshHandshake]: 'test_connection',
  [FailureCode.SshHostKeyChanged]: 'test_connection',
  [FailureCode.SshHostKeyOther]: 'test_connection',
  [FailureCode.SshHostKeyUnknown]: 'test_connection',
  [FailureCode.SshSignIn]: 'test_connection',
  [FailureCode.SshKeyFile]: 'test_connection',
  [FailureCode.SshPassphrase]: 'test_connection',
  [FailureCode.SshPasswordMissing]: 'test_connection',
  [FailureCode.SshAgent]: 'test_connection',
  [FailureCode.SshForwardingRefused]: 'test_connection',
  [FailureCode.SshTunnelLost]: 'test_connection',
  [FailureCode.ConnectionLost]: 'test_connection',
  [FailureCode.ConnectionEnded]: 'test_connection',
  [FailureCode.ConnectionFrozen]: 'test_connection',
  [FailureCode.ServerStarting]: 'test_connection',
  [FailureCode.SourcePermission]: 'test_connection',
  [FailureCode.CentralPermission]: 'test_connection',
  [FailureCode.CentralPartitionMissing]: 'test_connection',
  [FailureCode.CentralReadOnly]: 'test_connection',
  // Tables, layout and schema are set on the Branches page.
  [FailureCode.SourceTableMissing]: 'open_branches',
  [FailureCode.CentralNotATable]: 'open_branches',
  [FailureCode.StampColumnTaken]: 'open_branches',
  [FailureCode.TooManyColumns]: 'open_branches',
  [FailureCode.TooManyNewColumns]: 'open_branches',
  [FailureCode.ReplaceUnsafe]: 'open_branches',
  [FailureCode.CentralUnstamped]: 'open_branches',
  [FailureCode.CentralDeletesOwned]: 'open_branches',
  [FailureCode.CentralDeletesShared]: 'open_branches',
  [FailureCode.OwnedElsewhere]: 'open_branches',
  [FailureCode.CentralSchemaOwned]: 'open_branches',
  // Settings: the number of parallel runs, and the support bundle.
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

/** Null if a retry is the only step, after what the sentence asks for. */
export function stepFor(code: FailureCode): Step | null {
  return STEPS[code] ?? null;
}

/** Who can mend a failure: the person here, or the administrator of one of the databases. */
export function whoActs({ code, rows: [row] }: FailureGroup): 'you' | 'branch' | 'office' {
  if (needsConsent(code) || stepFor(code) === 'open_settings' || HERE.has(code)) return 'you';
  if (row !== undefined && endOf(row) === CENTRAL) return 'office';
  return code.startsWith('central_') || TO_CENTRAL.has(code) ? 'office' : 'branch';
}

/** What is mended in this program's settings. */
const HERE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FailureCode.PasswordMissing,
  FailureCode.SshPasswordMissing,
  FailureCode.SshPassphrase,
  FailureCode.SshHostKeyUnknown,
  FailureCode.CursorColumnMissing,
  FailureCode.LostLease,
]);

/** Failures of writing, whose codes do not name the side. */
const TO_CENTRAL: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FailureCode.ConstraintViolated,
  FailureCode.ParentMissing,
  FailureCode.StillReferenced,
  FailureCode.OwnedElsewhere,
  FailureCode.ColumnIncompatible,
]);

export function refOf(row: TableRow): TableName {
  return { connection: row.connection, table: row.table_name };
}
