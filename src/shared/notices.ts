/** Something a person should know about a table or connection although nothing failed. */
export const NoticeCode = {
  /** Rows whose cursor value is in the future, infinite or not a number are read in every pass. */
  CursorBeyond: 'cursor_beyond',
  /** Columns point to large objects, whose contents are not copied. */
  LargeObjects: 'large_objects',
  /** A transaction at the branch has been open for long, so everything written since is read again in each batch. */
  OldTransaction: 'old_transaction',
  /** The same for a prepared transaction. */
  OldPrepared: 'old_prepared',
  /** Tables that inherit from a selected one are not selected. */
  ChildrenLeftOut: 'children_left_out',
  /** Tables at head office that branches share by key alone, since they have no column for the branch. */
  MergedTables: 'merged_tables',
  /** Head office computes these columns itself, so the branch's values are not written there. */
  ComputedAtCentral: 'computed_at_central',
  /** NOT NULL was dropped from columns at central, because the branch's columns allow NULL. */
  NotNullDropped: 'not_null_dropped',
  /** Head office has made a table UNLOGGED. */
  CentralUnlogged: 'central_unlogged',
  /** Tables of head office's own inherit from one of our tables. */
  CentralChildren: 'central_children',
  /** Columns that no longer exist at the branch; head office keeps them. */
  ColumnsKept: 'columns_kept',
  /** Head office's triggers or foreign keys changed tables that are not part of the run. */
  RewrittenOutside: 'rewritten_outside',
  /** Tables that were copied but no longer exist at the branch. */
  LeftBehind: 'left_behind',
  /** A connection that this installation has copied but that is no longer in the settings. */
  FormerConnection: 'former_connection',
  /** The known differences were lost with the journal. */
  CompareDue: 'compare_due',
  /** The branch's server has worked on one statement for minutes without sending a byte. */
  SlowSource: 'slow_source',
  /** The same for head office's server. */
  SlowCentral: 'slow_central',
  /** Our role may not write the tables in which branches tell head office how they are. */
  ReportDenied: 'report_denied',
  /** Those tables belong to a role that head office does not trust. */
  ReportUntrusted: 'report_untrusted',
  /** Our role may not read the requests of head office, or not answer them. */
  RequestsDenied: 'requests_denied',
  /** Their table belongs to a role that head office does not trust. */
  RequestsUntrusted: 'requests_untrusted',
} as const;
export type NoticeCode = (typeof NoticeCode)[keyof typeof NoticeCode];

export interface Notice {
  readonly code: NoticeCode;
  /** The values in its sentence. */
  readonly params: Readonly<Record<string, string | number>>;
}
