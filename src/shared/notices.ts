/** What a person should know of a table or a connection although nothing has failed. */
export const NoticeCode = {
  /** Rows whose cursor lies in the future, or is infinite or not a number, are read every time. */
  CursorBeyond: 'cursor_beyond',
  /** Columns point to large objects, whose contents are not copied. */
  LargeObjects: 'large_objects',
  /** A transaction has been open for long at the branch: what was written since is read again in each batch. */
  OldTransaction: 'old_transaction',
  /** The same of a prepared transaction. */
  OldPrepared: 'old_prepared',
  /** Tables that inherit from a selected one are not selected. */
  ChildrenLeftOut: 'children_left_out',
  /** Tables of head office that branches share by key alone, since they have no column for the branch. */
  MergedTables: 'merged_tables',
  /** Head office computes columns by expressions of its own, so that the branch's values are not written there. */
  ComputedAtCentral: 'computed_at_central',
  /** NOT NULL of columns at central was taken back, because the branch's own columns are not so. */
  NotNullDropped: 'not_null_dropped',
  /** Head office has made a table UNLOGGED. */
  CentralUnlogged: 'central_unlogged',
  /** Tables of head office's own inherit from a table of ours. */
  CentralChildren: 'central_children',
  /** Columns that the branch no longer has, and that head office keeps. */
  ColumnsKept: 'columns_kept',
  /** Head office itself changed tables that are not part of the run. */
  RewrittenOutside: 'rewritten_outside',
  /** Tables that were copied, and that the branch no longer has. */
  LeftBehind: 'left_behind',
  /** A connection that this installation has copied, and that the settings no longer have. */
  FormerConnection: 'former_connection',
  /** What was known to differ was lost with the journal. */
  CompareDue: 'compare_due',
  /** The branch's server has been at one statement for minutes, and no byte has come. */
  SlowSource: 'slow_source',
  /** The same of head office's server. */
  SlowCentral: 'slow_central',
} as const;
export type NoticeCode = (typeof NoticeCode)[keyof typeof NoticeCode];

export interface Notice {
  readonly code: NoticeCode;
  /** The values that its sentence names. */
  readonly params: Readonly<Record<string, string | number>>;
}
