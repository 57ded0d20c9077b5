/** What kind of type a column has, as far as copying it is concerned. */
export type TypeKind =
  /** Comes with every PostgreSQL: the same name means the same bytes. */
  | 'builtin'
  | 'enum'
  | 'domain'
  /** Composite, range and extension types of a database's own, and arrays of such. */
  | 'other';

export interface ColumnShape {
  readonly name: string;
  /** As format_type writes it with an empty search path: `numeric(10,0)`, `adempiere.mood`. */
  readonly type: string;
  readonly kind: TypeKind;
  /** Of an enum: its name without schema, and its labels in order. */
  readonly enumName: string | null;
  readonly enumLabels: readonly string[];
  /** Of a domain over a built-in type: that type. */
  readonly baseType: string | null;
  readonly notNull: boolean;
  /** GENERATED ALWAYS AS (…): computed, so never copied. */
  readonly generated: boolean;
  readonly defaultExpression: string | null;
  /** Whether values sort by a collation that may differ between servers (not "C"). */
  readonly collated: boolean;
}

export type RelationKind = 'table' | 'partitioned' | 'view' | 'materialized_view' | 'foreign_table';

/** A table as its database's catalogue has it. */
export interface TableShape {
  readonly schema: string;
  readonly name: string;
  readonly oid: string;
  readonly kind: RelationKind;
  readonly columns: readonly ColumnShape[];
  /** Columns of the primary key, else of the smallest unique index over NOT NULL columns; else null. */
  readonly key: readonly string[] | null;
  /** Columns of every unique index that ON CONFLICT can name. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** Unique keys beside `key`, or triggers (foreign keys are triggers too): no COPY straight into such a table. */
  readonly otherConstraints: boolean;
  /** The catalogue's estimate, scaled to today's size; null where it has none. */
  readonly estimatedRows: number | null;
  readonly bytes: number;
}

/** The column of a table by name. */
export function column(shape: TableShape, name: string): ColumnShape {
  const found = shape.columns.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${shape.name} has no column ${name}`);
  return found;
}
