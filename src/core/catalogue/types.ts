import { oneLine } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { digestOf, digestSql, type ShapeMemory } from './memory.ts';
import type { OwnType, RangeType, TypeField, TypeUse } from './shape.ts';

/** Object ids below this come with PostgreSQL itself (FirstNormalObjectId). */
export const FIRST_USER_OID = 16384;

/** A use of a type as a catalogue query gives it. */
export interface RawUse {
  readonly type: string;
  readonly oid: number;
}

/** SQL of a {@link RawUse}: the arguments of json_build_object. */
export function rawUse(oid: string, typmod: string): string {
  return `'type', format_type(${oid}, ${typmod}), 'oid', ${oid}::int8`;
}

/** What format_type adds to the name of a type for its modifier, `(Point,4326)`; empty where it adds nothing. */
function modifierOf(type: string): string {
  return /(\([^()]*\))(?:\[\])?$/.exec(type)?.[1] ?? '';
}

/** A type of a database's own, as the queries below give it; what does not apply to it is left out. */
interface RawType {
  readonly oid: number;
  readonly nspname: string;
  readonly typname: string;
  readonly typtype: string;
  readonly relkind?: string;
  readonly extension?: string;
  readonly element?: RawUse;
  readonly base?: RawUse;
  readonly labels?: readonly string[];
  readonly fields?: readonly (RawUse & { readonly name: string })[];
  readonly subtype?: RawUse;
  readonly portable?: boolean;
  readonly collation?: string;
  readonly multirange?: string;
  readonly range?: number;
}

/** A database's own types, as far as they were read. */
export class Types {
  readonly #rows: ReadonlyMap<number, RawType>;

  constructor(rows: readonly RawType[]) {
    this.#rows = new Map(rows.map((row) => [row.oid, row]));
  }

  /** The types that were asked for themselves, and those that they are made of. */
  all(): readonly OwnType[] {
    return [...this.#rows.keys()].map((oid) => this.#own(oid, ''));
  }

  use({ type, oid }: RawUse, modifier = modifierOf(type)): TypeUse {
    return { type, own: oid < FIRST_USER_OID ? null : this.#own(oid, modifier) };
  }

  #own(oid: number, modifier: string): OwnType {
    const row = this.#rows.get(oid);
    const names = { schema: row?.nspname ?? '', name: row?.typname ?? String(oid) };
    if (row?.element !== undefined) return { kind: 'array', element: this.use(row.element, modifier) };
    if (row?.extension !== undefined)
      return { kind: 'extension', ...names, extension: row.extension, modifier };
    switch (row?.typtype) {
      case 'e':
        return { kind: 'enum', ...names, labels: row.labels ?? [] };
      case 'd':
        if (row.base === undefined) break;
        return { kind: 'domain', base: this.use(row.base) };
      case 'c':
        if (row.relkind !== 'c') break;
        return { kind: 'composite', ...names, fields: this.#fields(row.fields ?? []) };
      case 'r':
        if (row.subtype === undefined) break;
        return this.#range(row, row.subtype, names);
      case 'm': {
        const range = this.#own(row.range ?? 0, '');
        if (range.kind === 'range') return { kind: 'multirange', ...names, range };
      }
    }
    return { kind: 'opaque', ...names };
  }

  #fields(raw: NonNullable<RawType['fields']>): readonly TypeField[] {
    return raw.map((one) => ({ name: one.name, ...this.use(one) }));
  }

  #range(row: RawType, subtype: RawUse, names: { schema: string; name: string }): RangeType {
    return {
      kind: 'range',
      ...names,
      subtype: this.use(subtype),
      collation: row.collation ?? null,
      portable: row.portable === true,
      multirange: row.multirange ?? null,
    };
  }
}

/**
 * Reads types and all that they are made of. Asks the server nothing where there is nothing to ask.
 *
 * @param all whether these are all that the schema's tables have: what is remembered of others is of no more use
 */
export async function readTypes(
  session: Session,
  version: number,
  oids: readonly number[],
  memory: ShapeMemory,
  all: boolean,
): Promise<Types> {
  const own = [...new Set(oids.filter((oid) => oid >= FIRST_USER_OID))].sort((a, b) => a - b);
  if (own.length === 0) return new Types([]);
  const roots = 'SELECT json_array_elements_text($1::json)::oid';
  const asked = JSON.stringify(own);
  // Those of one table alone are remembered apart from those of all tables.
  const name = digestOf(asked);
  const known = memory.recall('types').get(name);
  const result = await session.query(
    oneLine(`SELECT CASE WHEN $2::text IS DISTINCT FROM ${digestSql('facts')} THEN facts END AS facts
     FROM (${factsQuery(version, roots)} OFFSET 0) y`),
    [asked, known === undefined ? null : digestOf(known)],
  );
  const fresh = result.rows[0]?.facts ?? null;
  if (fresh !== null) {
    const gone = all ? [...memory.recall('types').keys()].filter((one) => one !== name) : [];
    memory.keep('types', new Map([[name, fresh]]), gone);
  }
  return new Types(parsed(fresh ?? known));
}

function parsed(facts: string | null | undefined): readonly RawType[] {
  return (JSON.parse(facts ?? '[]') ?? []) as readonly RawType[];
}

/** Reads the types of these names that lie in a schema; and, in any schema, those of an extension. */
export async function readNamedTypes(
  session: Session,
  version: number,
  schema: string,
  names: readonly string[],
): Promise<Types> {
  const roots = `SELECT t.oid FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typname IN (SELECT json_array_elements_text($1::json)) AND t.oid >= ${FIRST_USER_OID}
      AND (n.nspname = $2 OR EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'))`;
  const result = await session.query(factsQuery(version, roots), [JSON.stringify(names), schema]);
  return new Types(parsed(result.rows[0]?.facts));
}

/** SQL of {@link RawType}s as one JSON text: of these and all that they are made of. */
function factsQuery(version: number, roots: string): string {
  return `SELECT json_strip_nulls(json_agg(x ORDER BY x.oid))::text AS facts FROM (${typesQuery(version, roots)}) x`;
}

function typesQuery(version: number, roots: string): string {
  const multirange =
    version >= 140000
      ? {
          part: 'UNION ALL SELECT g.rngtypid FROM pg_range g WHERE g.rngmultitypid = t.oid',
          range: '(SELECT g.rngtypid::int8 FROM pg_range g WHERE g.rngmultitypid = t.oid)',
          name: '(SELECT m.typname FROM pg_type m WHERE m.oid = r.rngmultitypid)',
        }
      : { part: '', range: 'NULL::int8', name: 'NULL::name' };
  return `
WITH RECURSIVE wanted(oid) AS (
  ${roots}
  UNION
  SELECT part.oid FROM wanted w JOIN pg_type t ON t.oid = w.oid, LATERAL (
    SELECT t.typbasetype
    UNION ALL SELECT e.oid FROM pg_type e WHERE e.typarray = t.oid
    UNION ALL SELECT a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.oid = t.typrelid AND c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT g.rngsubtype FROM pg_range g WHERE g.rngtypid = t.oid
    ${multirange.part}
  ) AS part(oid) WHERE part.oid >= ${FIRST_USER_OID}
)
SELECT t.oid::int8, n.nspname, t.typname, t.typtype, c.relkind,
  (SELECT x.extname FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
   WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e') AS extension,
  (SELECT json_build_object(${rawUse('e.oid', 'NULL')}) FROM pg_type e WHERE e.typarray = t.oid) AS element,
  CASE WHEN t.typtype = 'd' THEN json_build_object(${rawUse('t.typbasetype', 't.typtypmod')}) END AS base,
  (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid) AS labels,
  (SELECT json_agg(json_build_object('name', a.attname, ${rawUse('a.atttypid', 'a.atttypmod')}) ORDER BY a.attnum)
   FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS fields,
  CASE WHEN r.rngtypid IS NOT NULL THEN json_build_object(${rawUse('r.rngsubtype', 'NULL')}) END AS subtype,
  r.rngcanonical = 0 AND (o.opcdefault OR o.oid IS NULL)
    AND (r.rngcollation = 0 OR l.collname IN ('C', 'POSIX')) AS portable,
  l.collname AS collation, ${multirange.name} AS multirange, ${multirange.range} AS range
FROM wanted w JOIN pg_type t ON t.oid = w.oid JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_opclass o ON o.oid = r.rngsubopc
LEFT JOIN pg_collation l ON l.oid = r.rngcollation`;
}
