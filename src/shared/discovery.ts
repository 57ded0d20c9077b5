/** What a table is to PostgreSQL. */
export type RelationKind = 'table' | 'partitioned' | 'view' | 'materialized_view' | 'foreign_table';

/** A table that a connection could copy. */
export interface DiscoveredTable {
  readonly table: string;
  readonly model: string;
  readonly kind: RelationKind;
  /** As the catalogue has it, scaled to today's size; 0 where it knows nothing (never analysed, a view). */
  readonly estimatedRows: number;
  /** With indexes and out-of-line storage; of a partitioned table all of it. */
  readonly bytes: number;
  /** Whether rows can be told apart: a primary key, or a unique index over NOT NULL columns. */
  readonly hasKey: boolean;
  readonly readable: boolean;
  /** Whether the draft's `tables` and `exclude` select it. */
  readonly selected: boolean;
}

export interface Discovery {
  /** Every schema that has tables, by name; PostgreSQL's own and ours are left out. */
  readonly schemas: readonly { readonly schema: string; readonly tables: number }[];
  /** Of the draft's schema, by name. */
  readonly tables: readonly DiscoveredTable[];
}
