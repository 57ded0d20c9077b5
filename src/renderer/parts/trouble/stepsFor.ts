import type { TableName, TableRow } from '../../../shared/contract.ts';
import { FailureCode } from '../../../shared/errors.ts';

/** What a person can click on because of a failure, besides trying again. */
export type Step =
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
