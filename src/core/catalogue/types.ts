import type { Session, TextRow } from '../postgres/session.ts';
import type { OwnType, RangeType, TypeField, TypeUse } from './shape.ts';

/** Object ids below this come with PostgreSQL itself (FirstNormalObjectId). */
export const FIRST_USER_OID = 16384;

/** A use of a type as a catalogue query gives it. */
export interface RawUse {
  readonly type: string;
  readonly oid: number;
  /** What format_type adds for the type modifier. */
  readonly modifier: string;
}

/** SQL of a {@link RawUse}: the arguments of json_build_object. */
export function rawUse(oid: string, typmod: string): string {
  return `'type', format_type(${oid}, ${typmod}), 'oid', ${oid}::int8,
    'modifier', replace(format_type(${oid}, ${typmod}), format_type(${oid}, NULL), '')`;
}

/** A database's own types, as far as they were read. */
export class Types {
  readonly #rows: ReadonlyMap<number, TextRow>;

  constructor(rows: readonly TextRow[]) {
    this.#rows = new Map(rows.map((row) => [Number(row.oid), row]));
  }

  /** The types that were asked for themselves, and those that they are made of. */
  all(): readonly OwnType[] {
    return [...this.#rows.keys()].map((oid) => this.#own(oid, ''));
  }

  use(raw: RawUse): TypeUse {
    return { type: raw.type, own: raw.oid < FIRST_USER_OID ? null : this.#own(raw.oid, raw.modifier) };
  }

  #own(oid: number, modifier: string): OwnType {
    const row = this.#rows.get(oid) ?? {};
    const names = { schema: row.nspname ?? '', name: row.typname ?? String(oid) };
    if (row.element != null) return { kind: 'array', element: this.#parsed(row.element, modifier) };
    if (row.extension != null) return { kind: 'extension', ...names, extension: row.extension, modifier };
    switch (row.typtype) {
      case 'e':
        return { kind: 'enum', ...names, labels: JSON.parse(row.labels ?? '[]') as string[] };
      case 'd':
        return { kind: 'domain', base: this.#parsed(row.base) };
      case 'c':
        if (row.relkind !== 'c') break;
        return { kind: 'composite', ...names, fields: this.#fields(row.fields) };
      case 'r':
        return this.#range(row, names);
      case 'm': {
        const range = this.#own(Number(row.range), '');
        if (range.kind === 'range') return { kind: 'multirange', ...names, range };
      }
    }
    return { kind: 'opaque', ...names };
  }

  #parsed(json: string | null | undefined, modifier?: string): TypeUse {
    const raw = JSON.parse(json ?? '{}') as RawUse;
    return this.use(modifier === undefined ? raw : { ...raw, modifier });
  }

  #fields(json: string | null | undefined): readonly TypeField[] {
    const raw = JSON.parse(json ?? '[]') as readonly (RawUse & { readonly name: string })[];
    return raw.map((one) => ({ name: one.name, ...this.use(one) }));
  }

  #range(row: TextRow, names: { schema: string; name: string }): RangeType {
    return {
      kind: 'range',
      ...names,
      subtype: this.#parsed(row.subtype),
      collation: row.collation ?? null,
      portable: row.portable === 't',
      multirange: row.multirange ?? null,
    };
  }
}

/** Reads types and all that they are made of. Asks the server nothing where there is nothing to ask. */
export async function readTypes(session: Session, version: number, oids: readonly number[]): Promise<Types> {
  const own = [...new Set(oids.filter((oid) => oid >= FIRST_USER_OID))];
  if (own.length === 0) return new Types([]);
  const roots = 'SELECT json_array_elements_text($1::json)::oid';
  return new Types((await session.query(typesQuery(version, roots), [JSON.stringify(own)])).rows);
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
  return new Types((await session.query(typesQuery(version, roots), [JSON.stringify(names), schema])).rows);
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
SELECT t.oid, n.nspname, t.typname, t.typtype, c.relkind,
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
LEFT JOIN pg_collation l ON l.oid = r.rngcollation
ORDER BY t.oid`;
}
