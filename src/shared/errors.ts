/**
 * Why a table (or a whole batch) failed. The code is kept in the journal; the sentence for a person
 * and the next step are looked up in `texts` under `failure.<code>`, so that an old failure reads in
 * today's language.
 */
export const FailureCode = {
  SourceUnreachable: 'source_unreachable',
  CentralUnreachable: 'central_unreachable',
  SourceSignIn: 'source_sign_in',
  CentralSignIn: 'central_sign_in',
  /** The server has no database of that name. */
  DatabaseMissing: 'database_missing',
  Tls: 'tls',
  PasswordMissing: 'password_missing',
  CleartextRefused: 'cleartext_refused',
  SignInMethod: 'sign_in_method',
  NotPostgres: 'not_postgres',
  AnswerTooLarge: 'answer_too_large',
  ConnectionLost: 'connection_lost',
  ConnectionEnded: 'connection_ended',
  ConnectionFrozen: 'connection_frozen',
  NoProgress: 'no_progress',
  ServerStarting: 'server_starting',
  TooManyConnections: 'too_many_connections',
  ServerOverloaded: 'server_overloaded',
  Contention: 'contention',
  SourceSnapshotCancelled: 'source_snapshot_cancelled',
  SourcePermission: 'source_permission',
  SourceRowSecurity: 'source_row_security',
  SourceDenied: 'source_denied',
  SourceQueryFailed: 'source_query_failed',
  SourceNotPopulated: 'source_not_populated',
  CentralPermission: 'central_permission',
  CentralRowSecurity: 'central_row_security',
  CentralPolicyForeign: 'central_policy_foreign',
  CentralDenied: 'central_denied',
  CentralSetUpDenied: 'central_set_up_denied',
  /** Somebody who is not trusted owns it, or has put triggers on it. */
  CentralSetUpUntrusted: 'central_set_up_untrusted',
  CentralTriggerFailed: 'central_trigger_failed',
  CentralShapeRefused: 'central_shape_refused',
  CentralNameTaken: 'central_name_taken',
  CentralTableShared: 'central_table_shared',
  CentralUnstamped: 'central_unstamped',
  CentralDeletesOwned: 'central_deletes_owned',
  CentralDeletesShared: 'central_deletes_shared',
  SourceTableMissing: 'source_table_missing',
  SourceTableUnknown: 'source_table_unknown',
  SourceSchemaMissing: 'source_schema_missing',
  SourceSchemaEmpty: 'source_schema_empty',
  SourceEncoding: 'source_encoding',
  /** The catalogue of a branch has texts that are not valid in the encoding that its database declares. */
  SourceCatalogueEncoding: 'source_catalogue_encoding',
  /** The name of a table or a column has bytes that no statement of ours can have. */
  SourceNameEncoding: 'source_name_encoding',
  /** The settings say an encoding of a branch whose database looks at all its texts by the one that it declares. */
  SourceEncodingSetting: 'source_encoding_setting',
  /** The server's answer about its tables is none that PostgreSQL gives. */
  CatalogueUnreadable: 'catalogue_unreadable',
  SourceUnlogged: 'source_unlogged',
  CentralEncoding: 'central_encoding',
  CursorColumnMissing: 'cursor_column_missing',
  SourceShapeChanged: 'source_shape_changed',
  CentralKeyMissing: 'central_key_missing',
  /** The same, and none can be added: rows of central's have the same key. */
  CentralKeyDuplicates: 'central_key_duplicates',
  /** The same, and none can be added: the table is partitioned by something else. */
  CentralKeyPartitioned: 'central_key_partitioned',
  CentralKeyDeferrable: 'central_key_deferrable',
  CentralKeyGenerated: 'central_key_generated',
  CentralKeyCoarser: 'central_key_coarser',
  CentralNotATable: 'central_not_a_table',
  /** Any user of head office's database may have put it there. */
  CentralTableUntrusted: 'central_table_untrusted',
  ColumnIncompatible: 'column_incompatible',
  /** An attribute of a composite type has another type at central. */
  AttributeIncompatible: 'attribute_incompatible',
  /** A composite type has other attributes at central. */
  AttributesDiffer: 'attributes_differ',
  /** Ranges of a column cannot be kept: central has the labels of the enum behind them in another order. */
  ColumnSortsOtherwise: 'column_sorts_otherwise',
  TypeUnreadable: 'type_unreadable',
  StampColumnTaken: 'stamp_column_taken',
  TooManyColumns: 'too_many_columns',
  /** One branch would take too much of a table that others share. */
  TooManyNewColumns: 'too_many_new_columns',
  ConstraintViolated: 'constraint_violated',
  ParentMissing: 'parent_missing',
  /** The parent's table has just been brought up to date. */
  ParentLacking: 'parent_lacking',
  StillReferenced: 'still_referenced',
  /** NOT NULL of head office's, where the branch has no value. */
  CentralNeedsValue: 'central_needs_value',
  /** Triggers that change tables in a ring. */
  CentralRewritesTables: 'central_rewrites_tables',
  ReplaceUnsafe: 'replace_unsafe',
  ReplaceCascades: 'replace_cascades',
  CascadeHidden: 'cascade_hidden',
  TooManyDeletes: 'too_many_deletes',
  /** The same of all tables of a connection together. */
  TooManyDeletesInAll: 'too_many_deletes_in_all',
  CentralLacksRows: 'central_lacks_rows',
  CentralChangesRows: 'central_changes_rows',
  CentralKeepsRows: 'central_keeps_rows',
  CentralRules: 'central_rules',
  CentralReadOnly: 'central_read_only',
  SourceDiskFull: 'source_disk_full',
  CentralDiskFull: 'central_disk_full',
  CentralTooOld: 'central_too_old',
  SourceTooOld: 'source_too_old',
  SourceIdentityChanged: 'source_identity_changed',
  SourceIdentityHidden: 'source_identity_hidden',
  OwnedElsewhere: 'owned_elsewhere',
  CentralSchemaOwned: 'central_schema_owned',
  FolderCopied: 'folder_copied',
  /** The installation that this one was copied from has the connection. */
  FolderPrevious: 'folder_previous',
  FolderCopyAtWork: 'folder_copy_at_work',
  LostLease: 'lost_lease',
  DataRejected: 'data_rejected',
  /** The same where the column and the row are known. */
  ValueRefused: 'value_refused',
  ServerLimit: 'server_limit',
  DatabaseDamaged: 'database_damaged',
  JournalFailed: 'journal_failed',
  LocalDiskFull: 'local_disk_full',
  Internal: 'internal',
} as const;
export type FailureCode = (typeof FailureCode)[keyof typeof FailureCode];

/** What the engine does about a failure. */
export const FailureKind = {
  /** Tried again with back-off. */
  Transient: 'transient',
  /** The whole connection is down: its other tables fail at once instead of waiting one by one. */
  Unreachable: 'unreachable',
  /** A person has to do something. */
  Permanent: 'permanent',
} as const;
export type FailureKind = (typeof FailureKind)[keyof typeof FailureKind];

/** Values that the sentence of an error names: host, table, column, …. Never a secret. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/** A failure of one table or connection, classified once. */
export interface FailureDetail {
  readonly code: FailureCode;
  readonly kind: FailureKind;
  /** The server's or system's own message, for an administrator. */
  readonly message: string;
  /** SQLSTATE, where a server said so. */
  readonly sqlstate?: string;
  readonly params: ErrorParams;
}

/** Thrown where a table cannot go on. */
export class SyncFailure extends Error {
  override readonly name = 'SyncFailure';
  readonly detail: FailureDetail;

  constructor(detail: FailureDetail, options?: ErrorOptions) {
    super(detail.message, options);
    this.detail = detail;
  }
}

/**
 * Wrong use, a missing thing, a refusal: what a person asked for cannot be done as asked. Its three
 * sentences are in `texts` under `usage.<code>`.
 */
export const UsageCode = {
  SettingsMissing: 'settings_missing',
  SettingsInvalid: 'settings_invalid',
  SettingsUnreadable: 'settings_unreadable',
  SettingsChanged: 'settings_changed',
  ConnectionUnknown: 'connection_unknown',
  ConnectionExists: 'connection_exists',
  PasswordNamed: 'password_named',
  PasswordUnfit: 'password_unfit',
  NoConnections: 'no_connections',
  NoTables: 'no_tables',
  TableUnknown: 'table_unknown',
  TableNotInBatch: 'table_not_in_batch',
  BatchUnknown: 'batch_unknown',
  BatchRunning: 'batch_running',
  NoBatches: 'no_batches',
  LeaseHeld: 'lease_held',
  ServiceRunning: 'service_running',
  AgentNotRunning: 'agent_not_running',
  PortTaken: 'port_taken',
  RunStopped: 'run_stopped',
  DataFolderUnusable: 'data_folder_unusable',
  DataFolderFull: 'data_folder_full',
  DataFolderReadOnly: 'data_folder_read_only',
  InstallationCopied: 'installation_copied',
  InstallationBusy: 'installation_busy',
  JournalNewer: 'journal_newer',
  PlatformUnsupported: 'platform_unsupported',
  OptionInvalid: 'option_invalid',
  DemoRunning: 'demo_running',
  DemoNotRunning: 'demo_not_running',
  DemoFailed: 'demo_failed',
  DemoNotHere: 'demo_not_here',
  DemoNotShipped: 'demo_not_shipped',
} as const;
export type UsageCode = (typeof UsageCode)[keyof typeof UsageCode];

/** See {@link UsageCode}. `params.nearest` holds the nearest right name, where there is one. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code: UsageCode;
  readonly params: ErrorParams;

  constructor(code: UsageCode, params: ErrorParams = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.code = code;
    this.params = params;
  }
}

/** What central holds cannot be brought up to date this way. */
export function centralRefusal(
  code: FailureCode,
  params: Record<string, string | number>,
  message: string = code,
): SyncFailure {
  return new SyncFailure({ code, kind: FailureKind.Permanent, message, params });
}

/** Whether a person has to allow deletes at head office that the brake has stopped. */
export function asksForDeletes(code: string | undefined): boolean {
  return code === FailureCode.TooManyDeletes || code === FailureCode.TooManyDeletesInAll;
}
