/**
 * Why a table (or a whole batch) failed. The journal stores the code; its sentence and next step are looked
 * up in `texts` under `failure.<code>`, so that old failures are shown in the current language.
 */
export const FailureCode = {
  SourceUnreachable: 'source_unreachable',
  CentralUnreachable: 'central_unreachable',
  SourceSignIn: 'source_sign_in',
  CentralSignIn: 'central_sign_in',
  /** The server has no database with that name. */
  DatabaseMissing: 'database_missing',
  Tls: 'tls',
  /** The server has TLS switched off, and the settings insist on it. */
  TlsNotOffered: 'tls_not_offered',
  /** The client certificate of the settings, or its key, cannot be used. */
  ClientCertificate: 'client_certificate',
  PasswordMissing: 'password_missing',
  CleartextRefused: 'cleartext_refused',
  SignInMethod: 'sign_in_method',
  NotPostgres: 'not_postgres',
  AnswerTooLarge: 'answer_too_large',
  SshUnreachable: 'ssh_unreachable',
  SshHandshake: 'ssh_handshake',
  SshHostKeyChanged: 'ssh_host_key_changed',
  /** It is not the one that the settings name. */
  SshHostKeyOther: 'ssh_host_key_other',
  SshHostKeyUnknown: 'ssh_host_key_unknown',
  SshSignIn: 'ssh_sign_in',
  SshKeyFile: 'ssh_key_file',
  SshPassphrase: 'ssh_passphrase',
  SshPasswordMissing: 'ssh_password_missing',
  SshAgent: 'ssh_agent',
  SshForwardingRefused: 'ssh_forwarding_refused',
  SshTunnelLost: 'ssh_tunnel_lost',
  ConnectionLost: 'connection_lost',
  ConnectionEnded: 'connection_ended',
  ConnectionFrozen: 'connection_frozen',
  NoProgress: 'no_progress',
  ServerStarting: 'server_starting',
  TooManyConnections: 'too_many_connections',
  ServerOverloaded: 'server_overloaded',
  Contention: 'contention',
  /** Others hold the lock that DDL at central needs. */
  CentralDdlLocked: 'central_ddl_locked',
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
  /** An untrusted role owns it, or has added triggers to it. */
  CentralSetUpUntrusted: 'central_set_up_untrusted',
  CentralTriggerFailed: 'central_trigger_failed',
  CentralShapeRefused: 'central_shape_refused',
  CentralNameTaken: 'central_name_taken',
  CentralTableShared: 'central_table_shared',
  CentralUnstamped: 'central_unstamped',
  /** Head office has partitioned the table by branch, and our role may not add this branch's partition. */
  CentralPartitionMissing: 'central_partition_missing',
  CentralDeletesOwned: 'central_deletes_owned',
  CentralDeletesShared: 'central_deletes_shared',
  SourceTableMissing: 'source_table_missing',
  SourceTableUnknown: 'source_table_unknown',
  SourceSchemaMissing: 'source_schema_missing',
  SourceSchemaEmpty: 'source_schema_empty',
  SourceEncoding: 'source_encoding',
  /** A branch's catalogue contains text that is invalid in its database's declared encoding. */
  SourceCatalogueEncoding: 'source_catalogue_encoding',
  /** A table or column name has bytes that cannot be used in a statement. */
  SourceNameEncoding: 'source_name_encoding',
  /** The settings set an encoding for a branch whose database already enforces its declared one. */
  SourceEncodingSetting: 'source_encoding_setting',
  /** The server's answer about its tables is not one that PostgreSQL gives. */
  CatalogueUnreadable: 'catalogue_unreadable',
  SourceUnlogged: 'source_unlogged',
  CentralEncoding: 'central_encoding',
  CursorColumnMissing: 'cursor_column_missing',
  SourceShapeChanged: 'source_shape_changed',
  CentralKeyMissing: 'central_key_missing',
  /** Central lacks the key, and it cannot be added: rows there have duplicate keys. */
  CentralKeyDuplicates: 'central_key_duplicates',
  /** Central lacks the key, and it cannot be added: the table is partitioned by another column. */
  CentralKeyPartitioned: 'central_key_partitioned',
  CentralKeyDeferrable: 'central_key_deferrable',
  CentralKeyGenerated: 'central_key_generated',
  CentralKeyCoarser: 'central_key_coarser',
  CentralNotATable: 'central_not_a_table',
  /** Any user of head office's database may have created it. */
  CentralTableUntrusted: 'central_table_untrusted',
  ColumnIncompatible: 'column_incompatible',
  /** An attribute of a composite type has a different type at central. */
  AttributeIncompatible: 'attribute_incompatible',
  /** A composite type has different attributes at central. */
  AttributesDiffer: 'attributes_differ',
  /** Ranges of a column cannot be stored: central has the labels of its enum in a different order. */
  ColumnSortsOtherwise: 'column_sorts_otherwise',
  TypeUnreadable: 'type_unreadable',
  StampColumnTaken: 'stamp_column_taken',
  TooManyColumns: 'too_many_columns',
  /** One branch would add too many columns to a table that others share. */
  TooManyNewColumns: 'too_many_new_columns',
  ConstraintViolated: 'constraint_violated',
  ParentMissing: 'parent_missing',
  /** Rows of the parent are missing at central, although it was just synced. */
  ParentLacking: 'parent_lacking',
  StillReferenced: 'still_referenced',
  /** Head office's column is NOT NULL, but the branch has no value. */
  CentralNeedsValue: 'central_needs_value',
  /** Triggers at central change tables in a cycle. */
  CentralRewritesTables: 'central_rewrites_tables',
  ReplaceUnsafe: 'replace_unsafe',
  ReplaceCascades: 'replace_cascades',
  CascadeHidden: 'cascade_hidden',
  TooManyDeletes: 'too_many_deletes',
  /** The same for all tables of a connection together. */
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
  /** The connection is served by the installation that this data folder was copied from. */
  FolderPrevious: 'folder_previous',
  FolderCopyAtWork: 'folder_copy_at_work',
  LostLease: 'lost_lease',
  DataRejected: 'data_rejected',
  /** A value was refused; the column and the row are known. */
  ValueRefused: 'value_refused',
  ServerLimit: 'server_limit',
  DatabaseDamaged: 'database_damaged',
  JournalFailed: 'journal_failed',
  LocalDiskFull: 'local_disk_full',
  /** Rows of an exported file are not what was written. */
  ExportedRowsDamaged: 'exported_rows_damaged',
  ExportedRowsUnreadable: 'exported_rows_unreadable',
  /** An exported file would have to be compared with rows that are at central already. */
  ExportedFirstLoadOnly: 'exported_first_load_only',
  Internal: 'internal',
} as const;
export type FailureCode = (typeof FailureCode)[keyof typeof FailureCode];

/** How the engine handles a failure. */
export const FailureKind = {
  /** Retried with back-off. */
  Transient: 'transient',
  /** The whole connection is down: its other tables fail at once instead of each waiting. */
  Unreachable: 'unreachable',
  /** A person has to act. */
  Permanent: 'permanent',
} as const;
export type FailureKind = (typeof FailureKind)[keyof typeof FailureKind];

/** Values in an error's sentence: host, table, column, …. Never a secret. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/** A failure of one table or connection, classified once. */
export interface FailureDetail {
  readonly code: FailureCode;
  readonly kind: FailureKind;
  /** The original message of the server or system, for administrators. */
  readonly message: string;
  /** SQLSTATE, if a server reported the error. */
  readonly sqlstate?: string;
  readonly params: ErrorParams;
}

/** Thrown if a table cannot continue. */
export class SyncFailure extends Error {
  override readonly name = 'SyncFailure';
  readonly detail: FailureDetail;

  constructor(detail: FailureDetail, options?: ErrorOptions) {
    super(detail.message, options);
    this.detail = detail;
  }
}

/**
 * Wrong use, a missing thing, a refusal: a person's request cannot be carried out. Its three sentences are in
 * `texts` under `usage.<code>`.
 */
export const UsageCode = {
  SettingsMissing: 'settings_missing',
  SettingsInvalid: 'settings_invalid',
  SettingsUnreadable: 'settings_unreadable',
  SettingsChanged: 'settings_changed',
  /** Only the file itself may change what runs after a batch. */
  HooksByHand: 'hooks_by_hand',
  ConnectionUnknown: 'connection_unknown',
  ConnectionExists: 'connection_exists',
  PasswordNamed: 'password_named',
  PasswordUnfit: 'password_unfit',
  /** Head office has none of the tables in which branches report. */
  FleetMissing: 'fleet_missing',
  /** Head office's tables are those of an older version. */
  FleetOutdated: 'fleet_outdated',
  /** Our role may not read them. */
  FleetDenied: 'fleet_denied',
  /** This is not a call of this window: head office's, or a branch's. */
  OtherWindow: 'other_window',
  /** The settings do not say where head office is. */
  FleetNotSetUp: 'fleet_not_set_up',
  /** Another process serves head office's window of this folder. */
  FleetServed: 'fleet_served',
  /** No process serves head office's window of this folder. */
  FleetNotServed: 'fleet_not_served',
  /** Head office knows no such branch (any more). */
  FleetBranchUnknown: 'fleet_branch_unknown',
  /** Our role has no reason to trust their owner. */
  FleetUntrusted: 'fleet_untrusted',
  /** Head office has no table of requests to branches. */
  RequestsMissing: 'requests_missing',
  /** Our role may not write into it. */
  RequestsDenied: 'requests_denied',
  RequestTooBig: 'request_too_big',
  /** The branch would refuse these settings. */
  RequestForbidden: 'request_forbidden',
  RequestKeyExists: 'request_key_exists',
  RequestKeyUnusable: 'request_key_unusable',
  /** Others may read the private key. */
  RequestKeyOpen: 'request_key_open',
  /** Its passphrase is another one. */
  RequestKeyLocked: 'request_key_locked',
  /** No SSH server stands before the database. */
  SshNotSet: 'ssh_not_set',
  /** The settings say which host key is right. */
  SshHostKeyNamed: 'ssh_host_key_named',
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
  /** A file of this name is there already. */
  ExportExists: 'export_exists',
  ExportMissing: 'export_missing',
  /** It was interrupted and not continued. */
  ExportUnfinished: 'export_unfinished',
  ExportPartMissing: 'export_part_missing',
  /** Another part of the export, or one of another export. */
  ExportPartOther: 'export_part_other',
  /** Not made by Branchline. */
  ExportForeign: 'export_foreign',
  ExportNewer: 'export_newer',
  ExportDamaged: 'export_damaged',
  ExportUnreadable: 'export_unreadable',
  ExportDiskFull: 'export_disk_full',
  ExportUnwritable: 'export_unwritable',
  ExportPassphraseWrong: 'export_passphrase_wrong',
  ExportPassphraseUnfit: 'export_passphrase_unfit',
  ExportConnectionOther: 'export_connection_other',
  /** The settings here lead to another schema or layout than those of the branch. */
  ExportPlaceOther: 'export_place_other',
  ExportSourceChanged: 'export_source_changed',
  /** A path that says nothing without a current folder. */
  ExportPathRelative: 'export_path_relative',
  /** In the user-data folder, whose files mean something. */
  ExportPathReserved: 'export_path_reserved',
  /** The tray application takes only paths that a person has chosen in its dialog. */
  ExportPathNotChosen: 'export_path_not_chosen',
  /** A batch whose source was a file cannot be resumed over the link. */
  BatchImported: 'batch_imported',
} as const;
export type UsageCode = (typeof UsageCode)[keyof typeof UsageCode];

/** See {@link UsageCode}. `params.nearest` is the most similar valid name, if there is one. */
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

/** A permanent failure: central's table cannot be brought up to date this way. */
export function centralRefusal(
  code: FailureCode,
  params: Record<string, string | number>,
  message: string = code,
): SyncFailure {
  return new SyncFailure({ code, kind: FailureKind.Permanent, message, params });
}

/** Failures that end with a person's answer: another attempt without it fails again. */
const NEEDS_CONSENT: ReadonlySet<string> = new Set<FailureCode>([
  FailureCode.TooManyDeletes,
  FailureCode.TooManyDeletesInAll,
  FailureCode.SourceIdentityChanged,
  FailureCode.SourceIdentityHidden,
  FailureCode.FolderCopied,
  FailureCode.FolderPrevious,
  FailureCode.FolderCopyAtWork,
]);

/** Whether a failed table waits for a decision that only a person can make. */
export function needsConsent(code: string | null | undefined): boolean {
  return code != null && NEEDS_CONSENT.has(code);
}

/** Whether a person must allow deletes at head office that the delete brake stopped. */
export function asksForDeletes(code: string | undefined): boolean {
  return code === FailureCode.TooManyDeletes || code === FailureCode.TooManyDeletesInAll;
}
