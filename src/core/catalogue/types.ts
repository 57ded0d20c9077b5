import { z } from 'zod';
import { oneLine } from '../postgres/quote.ts';
import { readJson, STORED, serverName, serverType } from '../postgres/readJson.ts';
import { type Recoding, shown } from '../postgres/recoding.ts';
import type { Session } from '../postgres/session.ts';
import { digestOf, digestSql, type ShapeMemory } from './memory.ts';
import type { OwnType, RangeType, TypeField, TypeUse } from './shape.ts';

/** Lower object ids come with PostgreSQL itself (FirstNormalObjectId). */
export const FIRST_USER_OID = 16384;

/** A use of a type, as a catalogue query returns it. */
const rawUseForm = z.object({ type: serverType, oid: z.int() });
type RawUse = z.output<typeof rawUseForm>;

/** SQL arguments of json_build_object for a {@link RawUse}. */
export function rawUse(oid: string, typmod: string): string {
  return `'type', pg_catalog.format_type(${oid}, ${typmod}), 'oid', ${oid}::pg_catalog.int8`;
}

/** The modifier that format_type adds to a type's name, `(Point,4326)`; empty if there is none. */
function modifierOf(type: string): string {
  return /(\([^()]*\))(?:\[\])?$/.exec(type)?.[1] ?? '';
}

/** A user-defined type as the queries below return it, without fields that do not apply. */
const rawType = z.object({
  oid: z.int(),
  nspname: serverName,
  typname: serverName,
  typtype: serverName,
  relkind: serverName.optional(),
  extension: serverName.optional(),
  element: rawUseForm.optional(),
  base: rawUseForm.optional(),
  labels: z.array(serverName).optional(),
  fields: z.array(rawUseForm.extend({ name: serverName })).optional(),
  subtype: rawUseForm.optional(),
  portable: z.boolean().optional(),
  collation: serverName.optional(),
  multirange: serverName.optional(),
  range: z.int().optional(),
});
type RawType = z.output<typeof rawType>;
const rawTypes = z.array(rawType).nullable();

/**
 * Maximum number of parts of a type, each counted at every use; a larger type is copied as text. Types can be
 * nested so that each doubles the size: thirty of them would fill the memory.
 */
const MOST_PARTS = 20_000;

/** The user-defined types that were read. */
export class Types {
  readonly #rows: ReadonlyMap<number, RawType>;
  /** By oid. */
  readonly #sizes = new Map<number, number>();

  constructor(rows: readonly RawType[]) {
    this.#rows = new Map(rows.map((row) => [row.oid, row]));
  }

  /** The requested types and those that they contain. */
  all(): readonly OwnType[] {
    return [...this.#rows.keys()].map((oid) => this.#own(oid, ''));
  }

  use({ type, oid }: RawUse, modifier = modifierOf(type)): TypeUse {
    return { type, own: oid < FIRST_USER_OID ? null : this.#own(oid, modifier) };
  }

  #own(oid: number, modifier: string): OwnType {
    const row = this.#rows.get(oid);
    const names = { schema: row?.nspname ?? '', name: row?.typname ?? String(oid) };
    if (this.#size(oid) > MOST_PARTS) return { kind: 'opaque', ...names };
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

  /** Number of types in one, including itself; infinite if it contains itself. */
  #size(oid: number): number {
    const row = this.#rows.get(oid);
    if (row === undefined) return 1;
    const known = this.#sizes.get(oid);
    if (known !== undefined) return known;
    // Set while its parts are counted, so that a type that contains itself finds this value.
    this.#sizes.set(oid, Number.POSITIVE_INFINITY);
    const { element, base, subtype, fields = [], range } = row;
    const parts = [element?.oid, base?.oid, subtype?.oid, range, ...fields.map((one) => one.oid)];
    const size = parts.reduce((sum: number, part) => sum + (part === undefined ? 0 : this.#size(part)), 1);
    this.#sizes.set(oid, size);
    return size;
  }

  #fields(raw: NonNullable<RawType['fields']>): readonly TypeField[] {
    return raw.map((one) => ({ name: one.name, ...this.use(one) }));
  }

  #range(row: RawType, subtype: RawUse, names: { schema: string; name: string }): RangeType {
    const used = this.use(subtype);
    return {
      kind: 'range',
      ...names,
      subtype: used,
      collation: row.collation ?? null,
      portable: row.portable === true && !sortsByDatabase(used),
      multirange: row.multirange ?? null,
    };
  }
}

/** Types that contain texts but have no collation themselves. */
const BY_DATABASE = /^jsonb(\[\])?$/;
const TEXTS = /^(text|character|name)/;

/**
 * Whether values of a range's subtype sort by the database's default collation, so that the order may differ
 * on the other server. For texts themselves, the range has a collation.
 */
function sortsByDatabase({ type, own }: TypeUse, inRecord = false): boolean {
  switch (own?.kind) {
    case undefined:
      return BY_DATABASE.test(type) || (inRecord && TEXTS.test(type));
    case 'domain':
      return sortsByDatabase(own.base, inRecord);
    case 'array':
      return sortsByDatabase(own.element, inRecord);
    case 'composite':
      return own.fields.some((field) => sortsByDatabase(field, true));
    case 'range':
    case 'multirange':
    case 'enum':
      return false;
    case 'extension':
    case 'opaque':
      return inRecord;
  }
}

/**
 * Reads types and everything they contain. Sends no query if there is nothing to ask.
 *
 * @param all whether these are all types used in the schema: other stored ones are then dropped
 */
export async function readTypes(
  session: Session,
  version: number,
  oids: readonly number[],
  memory: ShapeMemory,
  all: boolean,
): Promise<TypesRead> {
  const own = [...new Set(oids.filter((oid) => oid >= FIRST_USER_OID))].sort((a, b) => a - b);
  if (own.length === 0) return { types: new Types([]), known: true };
  const roots = 'SELECT pg_catalog.json_array_elements_text($1::pg_catalog.json)::pg_catalog.oid';
  const asked = JSON.stringify(own);
  // Types of a single table are stored separately from those of all tables.
  const name = digestOf(asked);
  const known = memory.recall('types').get(name);
  const result = await session.query(
    oneLine(`SELECT CASE WHEN ($2::pg_catalog.text OPERATOR(pg_catalog.=) ${digestSql('facts')}) IS NOT TRUE THEN facts END AS facts
     FROM (${factsQuery(version, roots, session.recoding)} OFFSET 0) y`),
    [asked, known === undefined ? null : digestOf(known)],
  );
  const fresh = result.rows[0]?.facts ?? null;
  if (fresh !== null) {
    const gone = all ? [...memory.recall('types').keys()].filter((one) => one !== name) : [];
    memory.keep('types', new Map([[name, fresh]]), gone);
  }
  return { types: new Types(parsed(session, fresh ?? known)), known: fresh === null };
}

export interface TypesRead {
  readonly types: Types;
  /** Whether the stored text is still valid. */
  readonly known: boolean;
}

/** Types as {@link ShapeMemory} stores them. @throws SyncFailure `catalogue_unreadable` */
export function storedTypes(text: string | null): Types {
  return new Types(parsed(STORED, text));
}

function parsed(session: Pick<Session, 'failure'>, facts: string | null | undefined): readonly RawType[] {
  return facts == null ? [] : (readJson(session, rawTypes, facts, 'types') ?? []);
}

/** Reads the types with these names in a schema, and extensions' types with these names in any schema. */
export async function readNamedTypes(
  session: Session,
  version: number,
  schema: string,
  names: readonly string[],
): Promise<Types> {
  const roots = `SELECT t.oid FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
    WHERE t.typname OPERATOR(pg_catalog.=) ANY (SELECT pg_catalog.json_array_elements_text($1::pg_catalog.json)) AND t.oid OPERATOR(pg_catalog.>=) ${FIRST_USER_OID}
      AND (n.nspname OPERATOR(pg_catalog.=) $2 OR EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) t.oid AND d.deptype OPERATOR(pg_catalog.=) 'e'))`;
  const result = await session.query(factsQuery(version, roots, null), [JSON.stringify(names), schema]);
  return new Types(parsed(session, result.rows[0]?.facts));
}

/** SQL of {@link RawType}s as one JSON text: these types and everything they contain. */
function factsQuery(version: number, roots: string, recoding: Recoding | null): string {
  const facts = shown(
    'pg_catalog.json_strip_nulls(pg_catalog.json_agg(x ORDER BY x.oid))::pg_catalog.text',
    recoding,
  );
  return `SELECT ${facts} AS facts FROM (${typesQuery(version, roots)}) x`;
}

function typesQuery(version: number, roots: string): string {
  const multirange =
    version >= 140000
      ? {
          part: 'UNION ALL SELECT g.rngtypid FROM pg_catalog.pg_range g WHERE g.rngmultitypid OPERATOR(pg_catalog.=) t.oid',
          range:
            '(SELECT g.rngtypid::pg_catalog.int8 FROM pg_catalog.pg_range g WHERE g.rngmultitypid OPERATOR(pg_catalog.=) t.oid)',
          name: '(SELECT m.typname FROM pg_catalog.pg_type m WHERE m.oid OPERATOR(pg_catalog.=) r.rngmultitypid)',
        }
      : { part: '', range: 'NULL::pg_catalog.int8', name: 'NULL::pg_catalog.name' };
  return `
WITH RECURSIVE wanted(oid) AS (
  ${roots}
  UNION
  SELECT part.oid FROM wanted w JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) w.oid, LATERAL (
    SELECT t.typbasetype
    UNION ALL SELECT e.oid FROM pg_catalog.pg_type e WHERE e.typarray OPERATOR(pg_catalog.=) t.oid
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
      WHERE c.oid OPERATOR(pg_catalog.=) t.typrelid AND c.relkind OPERATOR(pg_catalog.=) 'c' AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
    UNION ALL SELECT g.rngsubtype FROM pg_catalog.pg_range g WHERE g.rngtypid OPERATOR(pg_catalog.=) t.oid
    ${multirange.part}
  ) AS part(oid) WHERE part.oid OPERATOR(pg_catalog.>=) ${FIRST_USER_OID}
)
SELECT t.oid::pg_catalog.int8, n.nspname, t.typname, t.typtype, c.relkind,
  (SELECT x.extname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension x ON x.oid OPERATOR(pg_catalog.=) d.refobjid
   WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) t.oid AND d.deptype OPERATOR(pg_catalog.=) 'e') AS extension,
  (SELECT pg_catalog.json_build_object(${rawUse('e.oid', 'NULL')}) FROM pg_catalog.pg_type e WHERE e.typarray OPERATOR(pg_catalog.=) t.oid) AS element,
  CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'd' THEN pg_catalog.json_build_object(${rawUse('t.typbasetype', 't.typtypmod')}) END AS base,
  (SELECT pg_catalog.json_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_catalog.pg_enum l WHERE l.enumtypid OPERATOR(pg_catalog.=) t.oid) AS labels,
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, ${rawUse('a.atttypid', 'a.atttypmod')}) ORDER BY a.attnum)
   FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) t.typrelid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped) AS fields,
  CASE WHEN r.rngtypid IS NOT NULL THEN pg_catalog.json_build_object(${rawUse('r.rngsubtype', 'NULL')}) END AS subtype,
  r.rngcanonical OPERATOR(pg_catalog.=) 0 AND (o.opcdefault OR o.oid IS NULL)
    AND (r.rngcollation OPERATOR(pg_catalog.=) 0 OR l.collname OPERATOR(pg_catalog.=) ANY ('{C,POSIX}')) AS portable,
  l.collname AS collation, ${multirange.name} AS multirange, ${multirange.range} AS range
FROM wanted w JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) w.oid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.typrelid
LEFT JOIN pg_catalog.pg_range r ON r.rngtypid OPERATOR(pg_catalog.=) t.oid
LEFT JOIN pg_catalog.pg_opclass o ON o.oid OPERATOR(pg_catalog.=) r.rngsubopc
LEFT JOIN pg_catalog.pg_collation l ON l.oid OPERATOR(pg_catalog.=) r.rngcollation`;
}
