import type { RelationKind } from '../../shared/discovery.ts';
import type { Recoding } from '../postgres/recoding.ts';
import type { KeyColumn } from './keyIndex.ts';

/** A type as a column, an attribute or a domain uses it. */
export interface TypeUse {
  /** As format_type writes it: `numeric(10,0)`, `adempiere.mood[]`. */
  readonly type: string;
  /** What it is made of; null for a type that comes with every PostgreSQL. */
  readonly own: OwnType | null;
}

/** A type of a database's own. Names are without schema; `schema` is where it lies in that database. */
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
      /** `(Point,4326)`; empty where there is none. */
      readonly modifier: string;
    }
  /** Base types that somebody made, and the row types of tables: only their text can be carried. */
  | { readonly kind: 'opaque'; readonly schema: string; readonly name: string };

export interface TypeField extends TypeUse {
  readonly name: string;
}

export interface RangeType {
  readonly kind: 'range';
  readonly schema: string;
  readonly name: string;
  readonly subtype: TypeUse;
  /** `C` or `POSIX`; null where the subtype has no collation. */
  readonly collation: string | null;
  /** Whether another server can have the same: no function, operator class or collation of its own, nor the database's. */
  readonly portable: boolean;
  /** Null before PostgreSQL 14. */
  readonly multirange: string | null;
}

export interface ColumnShape extends TypeUse {
  readonly name: string;
  /** Its place in the table; a column dropped and added again has another one. */
  readonly number: number;
  readonly notNull: boolean;
  /** GENERATED ALWAYS AS (…), stored or virtual. */
  readonly generated: boolean;
  /** The same, and no value is stored (PostgreSQL 18). */
  readonly virtual: boolean;
  readonly defaultExpression: string | null;
  /** Whether a value appears by itself where none is given: a default or an identity. */
  readonly fillsItself: boolean;
  /**
   * Whether values sort by a collation that may differ between servers, or by the bytes of an encoding that may.
   * Of types that have no collation see {@link sortsAlike}.
   */
  readonly collated: boolean;
}

/** A table as its database's catalogue has it. */
export interface TableShape {
  /** Of the server that it was read from, as `server_version_num`: 150018 is 15.18. */
  readonly version: number;
  /** How its texts are to be read; null where as its server declares them. */
  readonly recoding: Recoding | null;
  readonly schema: string;
  readonly name: string;
  readonly oid: string;
  readonly kind: RelationKind;
  readonly columns: readonly ColumnShape[];
  /** Columns of the primary key, else of the smallest unique index over NOT NULL columns; else null. */
  readonly key: readonly string[] | null;
  /** How the index of `key` compares; empty where there is none. */
  readonly keyColumns: readonly KeyColumn[];
  /** Name of the primary key's constraint. */
  readonly primaryKey: string | null;
  /** Digest of the relation's oid and columns: it changes when any of them does. */
  readonly shapeDigest: string;
  /** Columns of every unique index that ON CONFLICT can name. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** The same, with how each compares; and its constraint's name where the table has a deferrable key besides. */
  readonly uniqueIndexes: readonly {
    readonly columns: readonly KeyColumn[];
    readonly constraint: string | null;
  }[];
  /** Unique keys that ON CONFLICT cannot name because they are DEFERRABLE. */
  readonly deferrableKeys: readonly { readonly constraint: string; readonly columns: readonly string[] }[];
  /** Tables that inherit from it, over all levels; they are tables of their own. None of a partitioned table. */
  readonly children: readonly {
    readonly schema: string;
    readonly name: string;
    readonly foreign: boolean;
  }[];
  /** What of it a crash of the server empties: itself, or partitions of it. None where nobody asked: see factsSql. */
  readonly unlogged: readonly { readonly schema: string; readonly name: string }[];
  /** Whether there are unique indexes besides: partial ones, over expressions, or deferrable. */
  readonly otherUnique: boolean;
  /** Unique keys beside `key`, or triggers (foreign keys are triggers too): no COPY straight into such a table. */
  readonly otherConstraints: boolean;
  /** Whether triggers of its own for INSERT or UPDATE, rules or row security may change or drop what is written. */
  readonly interferes: boolean;
  /**
   * Policies of row-level security that bind our role; null where none does, since it is off, or the table is our own.
   * Of a source nothing is asked: there the server itself refuses to hide rows.
   */
  readonly policies: readonly string[] | null;
  /** Its owner, where any user of head office's database may have made it; null of a source. See {@link STRANGER}. */
  readonly stranger: string | null;
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

/** The built-in type of a column, through domains, without its modifier. */
export function plainType(use: TypeUse): string {
  const base = use.own?.kind === 'domain' ? plainType(use.own.base) : use.type;
  return base.replace(/\(\d+(,-?\d+)?\)/, '');
}

/** Whether a type is, or is made of, a built-in type that fits: in domains, arrays, composites and ranges, at any depth. */
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

/** Types whose values are object ids, and are written as the names that the objects have at that moment. */
const NAMES_OF_OBJECTS =
  /^(reg(class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)|aclitem)(\[\])*$/;

/** Whether values of a type change their text when an object of the database is renamed. */
export function namesObjects(use: TypeUse): boolean {
  return hasBuiltin(use, (type) => NAMES_OF_OBJECTS.test(type));
}
