import type { RelationKind } from '../../shared/contract.ts';
import type { Recoding } from '../postgres/recoding.ts';
import type { KeyColumn } from './keyIndex.ts';

/** A type as used by a column, an attribute or a domain. */
export interface TypeUse {
  /** As written by format_type: `numeric(10,0)`, `adempiere.mood[]`. */
  readonly type: string;
  /** Its definition; null for a built-in type. */
  readonly own: OwnType | null;
}

/** A user-defined type. Names are without schema; `schema` is the type's schema in its database. */
export type OwnType =
  | {
      readonly kind: 'enum';
      readonly schema: string;
      readonly name: string;
      readonly labels: readonly string[];
    }
  | { readonly kind: 'domain'; readonly base: TypeUse }
  | { readonly kind: 'array'; readonly element: TypeUse }
  | {
      readonly kind: 'composite';
      readonly schema: string;
      readonly name: string;
      readonly fields: readonly TypeField[];
    }
  | RangeType
  | { readonly kind: 'multirange'; readonly schema: string; readonly name: string; readonly range: RangeType }
  | {
      readonly kind: 'extension';
      readonly schema: string;
      readonly name: string;
      readonly extension: string;
      /** `(Point,4326)`; empty if there is none. */
      readonly modifier: string;
    }
  /** User-defined base types and row types of tables: only their text can be copied. */
  | { readonly kind: 'opaque'; readonly schema: string; readonly name: string };

export interface TypeField extends TypeUse {
  readonly name: string;
}

export interface RangeType {
  readonly kind: 'range';
  readonly schema: string;
  readonly name: string;
  readonly subtype: TypeUse;
  /** `C` or `POSIX`; null if the subtype has no collation. */
  readonly collation: string | null;
  /**
   * Whether the range can exist on another server: it uses no user-defined function, operator class or
   * collation, and not the database's default collation.
   */
  readonly portable: boolean;
  /** Null before PostgreSQL 14. */
  readonly multirange: string | null;
}

export interface ColumnShape extends TypeUse {
  readonly name: string;
  /** Column number; a column that was dropped and added again has a new one. */
  readonly number: number;
  readonly notNull: boolean;
  /** GENERATED ALWAYS AS (…), stored or virtual. */
  readonly generated: boolean;
  /** GENERATED ALWAYS AS (…) without a stored value (PostgreSQL 18). */
  readonly virtual: boolean;
  readonly defaultExpression: string | null;
  /** Whether the server fills in a value if none is given: a default or an identity. */
  readonly fillsItself: boolean;
  /**
   * Whether values sort by a collation, or by an encoding's bytes, that may differ between servers. For types
   * without a collation see {@link sortsAlike}.
   */
  readonly collated: boolean;
}

/** A table as described by its database's catalogue. */
export interface TableShape {
  /** The server's version, as `server_version_num`: 150018 is 15.18. */
  readonly version: number;
  /** How to read its texts; null if the server's declared encoding is right. */
  readonly recoding: Recoding | null;
  readonly schema: string;
  readonly name: string;
  readonly oid: string;
  readonly kind: RelationKind;
  readonly columns: readonly ColumnShape[];
  /** Columns of the primary key, or else of the smallest unique index over NOT NULL columns; null without either. */
  readonly key: readonly string[] | null;
  /** How the index of `key` compares; empty if there is none. */
  readonly keyColumns: readonly KeyColumn[];
  /** Name of the primary key constraint. */
  readonly primaryKey: string | null;
  /** Digest of the relation's oid and columns: changes if any of them does. */
  readonly shapeDigest: string;
  /** Columns of every unique index that ON CONFLICT can use. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** The same, with how each compares; and the constraint's name if the table also has a deferrable key. */
  readonly uniqueIndexes: readonly {
    readonly columns: readonly KeyColumn[];
    readonly constraint: string | null;
  }[];
  /** Unique keys that ON CONFLICT cannot use because they are DEFERRABLE. */
  readonly deferrableKeys: readonly { readonly constraint: string; readonly columns: readonly string[] }[];
  /** Tables that inherit from it, at all levels; they are separate tables. Empty for a partitioned table. */
  readonly children: readonly {
    readonly schema: string;
    readonly name: string;
    readonly foreign: boolean;
  }[];
  /** The parts that a server crash empties: the table or its partitions. Empty if this was not read: see factsSql. */
  readonly unlogged: readonly { readonly schema: string; readonly name: string }[];
  /** Whether there are other unique indexes: partial, over expressions, or deferrable. */
  readonly otherUnique: boolean;
  /**
   * Whether there are unique keys besides `key`, or triggers (foreign keys are triggers too): then COPY
   * cannot go straight into the table.
   */
  readonly otherConstraints: boolean;
  /** Whether triggers for INSERT or UPDATE, rules or row security may change or drop written rows. */
  readonly interferes: boolean;
  /**
   * Row-level security policies that apply to our role; null if none does, because it is off or our role owns
   * the table. Not read at a source, where the server itself refuses to hide rows.
   */
  readonly policies: readonly string[] | null;
  /** Its owner, where any user of head office's database may have made it; null of a source. See {@link UNTRUSTED_OWNER}. */
  readonly untrustedOwner: string | null;
  /** Whether it is a table of Citus: distributed, a reference table or one of a distributed schema. Only read at central. */
  readonly distributed: boolean;
  /** The catalogue's estimate, scaled to the current size; null if it has none. */
  readonly estimatedRows: number | null;
  readonly bytes: number;
}

/** The column of a table by name. */
export function column(shape: TableShape, name: string): ColumnShape {
  const found = shape.columns.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${shape.name} has no column ${name}`);
  return found;
}

/** The built-in type behind a column's domains, without its modifier. */
export function plainType(use: TypeUse): string {
  const base = use.own?.kind === 'domain' ? plainType(use.own.base) : use.type;
  return base.replace(/\(\d+(,-?\d+)?\)/, '');
}

/**
 * Whether a type is, or contains, a built-in type that fits: in domains, arrays, composites and ranges, at
 * any depth.
 */
export function hasBuiltin({ type, own }: TypeUse, fits: (type: string) => boolean): boolean {
  switch (own?.kind) {
    case undefined:
      return fits(type);
    case 'domain':
      return hasBuiltin(own.base, fits);
    case 'array':
      return hasBuiltin(own.element, fits);
    case 'composite':
      return own.fields.some((field) => hasBuiltin(field, fits));
    case 'range':
      return hasBuiltin(own.subtype, fits);
    case 'multirange':
      return hasBuiltin(own.range.subtype, fits);
    default:
      return false;
  }
}

/** Types whose values are object ids but are written as the objects' current names. */
const NAMES_OF_OBJECTS =
  /^(reg(class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)|aclitem)(\[\])*$/;

/** Whether values of a type change their text when an object of the database is renamed. */
export function namesObjects(use: TypeUse): boolean {
  return hasBuiltin(use, (type) => NAMES_OF_OBJECTS.test(type));
}
