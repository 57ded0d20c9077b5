import { sortAlike, typeFit, withoutDomains } from '../catalogue/compat.ts';
import type { OwnType, RangeType, TypeField, TypeUse } from '../catalogue/shape.ts';
import { TRUSTING, trusts } from '../catalogue/trusted.ts';
import { builtinSql, modifierSql } from '../catalogue/typeName.ts';
import { readNamedTypes } from '../catalogue/types.ts';
import { ident, literal, oneLine, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { extendType } from './drift.ts';

/** Used where no type at central can hold the values: as text nothing is lost but the type. */
const TEXT = 'pg_catalog.text';

/** Types whose values are only valid on their own server, or that accept no input. */
const SERVER_BOUND = /^(reg[a-z]+|aclitem|pg_node_tree|pg_ndistinct|pg_dependencies|pg_mcv_list|any[a-z]+)$/;
/** Types removed in PostgreSQL 12. */
const GONE = /^(abstime|reltime|tinterval|opaque)$/;
/** First version with multiranges. */
const MULTIRANGES = 140000;

type NamedType = Extract<OwnType, { kind: 'enum' | 'composite' | 'range' }>;

/** A name in use at central. */
export interface TakenName {
  /** The source's type that we made it for, from its comment; null without one, as in early versions of Branchline. */
  readonly origin: string | null;
  /** Whether our role may change the object of that name. */
  readonly ours: boolean;
  /** Whether the object's owner is trusted ({@link trusts}), who can change a type, or drop it with our columns. */
  readonly trusted: boolean;
}

/** A type that is renamed because a new table needs its name: see {@link makeRoom}. */
export interface RenamedType {
  readonly from: string;
  readonly to: string;
}

/**
 * Finds or makes central's counterparts of the source columns' own types.
 *
 * - Enums, composite types and ranges are made in the schema of the tables under their own names. If something else has
 *   that name (a table, or a type of another source schema or shape), the source's schema is put in front.
 * - Domains become their base type.
 * - A type of an extension is used if central has the extension.
 * - All others become text: types that need functions of the source, and row types of tables.
 */
export class OwnTypes {
  readonly #schema: string;
  readonly #version: number;
  readonly #takesXml: boolean;
  /** Existing types in the tables' schema, by name. Types that this run makes are added. */
  readonly #there: Map<string, OwnType>;
  /** Names of types and relations in use in that schema. */
  readonly #names: Map<string, TakenName>;
  /** Names of types at central that sort the source's enum labels in another order. */
  readonly #sortedOtherwise = new Set<string>();
  readonly #extensions: readonly OwnType[];
  readonly #statements: string[] = [];

  private constructor(
    schema: string,
    version: number,
    there: readonly OwnType[],
    names: ReadonlyMap<string, TakenName>,
    takesXml: boolean,
  ) {
    this.#names = new Map(names);
    this.#schema = schema;
    this.#version = version;
    this.#takesXml = takesXml;
    const named = there.flatMap((one) =>
      'name' in one && one.schema === schema ? [[one.name, one] as const] : [],
    );
    this.#there = new Map(named);
    this.#extensions = there.filter((one) => one.kind === 'extension');
  }

  /** Reads which of these types central has. Needs no query if all of them are built in. */
  static async read(
    session: Session,
    version: number,
    schema: string,
    uses: readonly TypeUse[],
    renamed: readonly RenamedType[] = [],
  ): Promise<OwnTypes> {
    const before = (name: string): string => renamed.find((one) => one.to === name)?.from ?? name;
    const after = (name: string): string => renamed.find((one) => one.from === name)?.to ?? name;
    const names = [...new Set(uses.flatMap(namesIn).map(before))];
    const taken = names.length === 0 ? [] : [...(await takenNames(session, schema, names))];
    const found = names.length === 0 ? [] : (await readNamedTypes(session, version, schema, names)).all();
    const there = found.map((one) =>
      'name' in one && one.schema === schema ? { ...one, name: after(one.name) } : one,
    );
    const now = new Map(taken.map(([name, one]) => [after(name), one]));
    const takesXml = !uses.some((one) => one.type.startsWith('xml')) || (await supportsXml(session));
    return new OwnTypes(schema, version, there, now, takesXml);
  }

  /** Statements that make the types that {@link OwnTypes.typeFor} has returned so far. */
  get statements(): readonly string[] {
    return this.#statements;
  }

  /** The type, as SQL, of central's column for a source column. */
  typeFor(use: TypeUse): string {
    const plain = withoutDomains(use);
    if (plain.own === null) return this.#builtin(plain.type);
    switch (plain.own.kind) {
      case 'array':
        return this.#array(plain.own.element);
      case 'extension':
        return this.#extension(plain.own);
      case 'enum':
      case 'composite':
        return this.#named(plain.own, plain);
      case 'range':
        return plain.own.portable ? this.#named(plain.own, plain) : TEXT;
      case 'multirange':
        return this.#multirange(plain.own.range);
      case 'domain':
      case 'opaque':
        return TEXT;
    }
  }

  #builtin(type: string): string {
    const element = type.replace(/\[\]$/, '');
    if (SERVER_BOUND.test(element) || GONE.test(element)) return TEXT;
    if (element.endsWith('multirange') && this.#version < MULTIRANGES) return TEXT;
    return element === 'xml' && !this.#takesXml ? TEXT : builtinSql(type);
  }

  #array(element: TypeUse): string {
    const type = this.typeFor(element);
    return type === TEXT || type.endsWith('[]') ? TEXT : `${type}[]`;
  }

  #extension(own: Extract<OwnType, { kind: 'extension' }>): string {
    const found = this.#extensions.find(
      (one) => one.kind === 'extension' && one.name === own.name && one.extension === own.extension,
    );
    return found?.kind === 'extension'
      ? `${qualified(found.schema, found.name)}${modifierSql(own.modifier)}`
      : TEXT;
  }

  /** Central's type that we made for this one, or that has its name and shape; else a new one. */
  #named(own: NamedType, use: TypeUse): string {
    const name = this.#place(own, use);
    return name === null ? TEXT : qualified(this.#schema, name);
  }

  #place(own: NamedType, use: TypeUse): string | null {
    for (const name of candidates(own.schema, own.name)) {
      if (!this.#names.has(name)) return this.#make(own, name) ? name : null;
      const there = this.#there.get(name);
      const { origin = null, ours = false, trusted = false } = this.#names.get(name) ?? {};
      if (there === undefined || !trusted || (origin !== null && origin !== originOf(own))) continue;
      const existing: TypeUse = { type: qualified(this.#schema, name), own: there };
      const fit = typeFit(use, existing);
      // Head office's own types are not changed.
      if (fit === 'incompatible' || (fit === 'extended' && origin === null && !ours)) continue;
      if (!sortAlike(use, existing)) this.#sortedOtherwise.add(name);
      if (fit === 'extended') {
        this.#statements.push(...extendType(use, existing, this));
        this.#there.set(name, { ...own, schema: this.#schema, name });
      }
      return name;
    }
    return null;
  }

  #make(own: NamedType, name: string): boolean {
    // Reserve the name before making the body, so that a type inside it does not get it.
    this.#names.set(name, { origin: originOf(own), ours: true, trusted: true });
    const multirange = own.kind === 'range' ? this.#freeName(own.schema, own.multirange) : null;
    const body = this.#body(own, multirange);
    if (body === null) {
      this.#names.delete(name);
      return false;
    }
    const type = qualified(this.#schema, name);
    this.#statements.push(`CREATE TYPE ${type} AS ${body}`);
    this.#statements.push(`COMMENT ON TYPE ${type} IS ${literal(`${MADE_FOR}${originOf(own)}`)}`);
    const made = { ...own, schema: this.#schema, name };
    this.#there.set(name, made.kind === 'range' ? { ...made, multirange } : made);
    return true;
  }

  /** A free name; null where none is needed or found. */
  #freeName(schema: string, wanted: string | null): string | null {
    if (wanted === null || this.#version < MULTIRANGES) return null;
    const name = candidates(schema, wanted).find((one) => !this.#names.has(one)) ?? null;
    if (name !== null) this.#names.set(name, { origin: null, ours: true, trusted: true });
    return name;
  }

  #body(own: NamedType, multirange: string | null): string | null {
    switch (own.kind) {
      case 'enum':
        return `ENUM (${own.labels.map(literal).join(', ')})`;
      case 'composite':
        return `(${own.fields.map((one) => this.field(one)).join(', ')})`;
      case 'range': {
        const subtype = this.typeFor(own.subtype);
        if (subtype === TEXT && own.subtype.type !== 'text') return null;
        if (!this.#sortsAsThere(own.subtype)) return null;
        const collation =
          own.collation === null ? [] : [`COLLATION = ${qualified('pg_catalog', own.collation)}`];
        const named =
          multirange === null ? [] : [`MULTIRANGE_TYPE_NAME = ${qualified(this.#schema, multirange)}`];
        return `RANGE (${[`SUBTYPE = ${subtype}`, ...collation, ...named].join(', ')})`;
      }
    }
  }

  /** Whether central's counterpart of a type sorts like the source's. Call {@link typeFor} first. */
  #sortsAsThere(use: TypeUse): boolean {
    const { own } = withoutDomains(use);
    if (own?.kind === 'array') return this.#sortsAsThere(own.element);
    if (own?.kind !== 'enum' && own?.kind !== 'composite' && own?.kind !== 'range') return true;
    const name = this.#place(own, use);
    if (name === null || this.#sortedOtherwise.has(name)) return false;
    if (own.kind === 'range') return this.#sortsAsThere(own.subtype);
    return own.kind === 'enum' || own.fields.every((field) => this.#sortsAsThere(field));
  }

  /** An attribute of a composite type, as SQL. */
  field(field: TypeField): string {
    return `${ident(field.name)} ${this.typeFor(field)}`;
  }

  #multirange(range: RangeType): string {
    if (!range.portable || this.#version < MULTIRANGES) return TEXT;
    const place = this.#place(range, { type: range.name, own: range });
    const there = place === null ? undefined : this.#there.get(place);
    const name = there?.kind === 'range' ? there.multirange : null;
    return name === null ? TEXT : qualified(this.#schema, name);
  }
}

/** Prefix of the comment that says which type of the source we made a type for. */
const MADE_FOR = 'Branchline: ';

function originOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return qualified(schema, name);
}

/** NAMEDATALEN - 1, in bytes: PostgreSQL truncates longer names. */
const LONGEST_NAME = 63;

/** The possible names at central of a source's type, in the order in which they are tried. */
export function candidates(schema: string, name: string): readonly string[] {
  const long = `${schema}_${name}`;
  return [name, long, `${long}_2`, `${long}_3`].filter((one) => Buffer.byteLength(one) <= LONGEST_NAME);
}

/**
 * Finds which of the given names a schema uses for types or relations, and for which source type each was made. Array
 * types are left out, because PostgreSQL itself renames them if a name is needed.
 */
export async function takenNames(
  session: Session,
  schema: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, TakenName>> {
  const { rows } = await session.query(oneLine(TAKEN), [schema, JSON.stringify(names)]);
  return new Map(
    rows.map((row) => {
      const said = row.said ?? '';
      const origin = said.startsWith(MADE_FOR) ? said.slice(MADE_FOR.length) : null;
      return [row.name ?? '', { origin, ours: row.ours === 't', trusted: row.trusted === 't' }];
    }),
  );
}

const TAKEN = `SELECT x.name, pg_catalog.max(x.said) AS said, pg_catalog.bool_and(pg_catalog.pg_has_role(x.owner, 'USAGE')) AS ours,
    pg_catalog.bool_and(${trusts('x.owner')} OR x.owner OPERATOR(pg_catalog.=) n.nspowner) AS trusted FROM (
    SELECT t.typname::pg_catalog.text AS name, pg_catalog.obj_description(t.oid, 'pg_type') AS said, t.typnamespace AS place, t.typowner AS owner
    FROM pg_catalog.pg_type t
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray OPERATOR(pg_catalog.=) t.oid)
    UNION ALL SELECT c.relname::pg_catalog.text, NULL, c.relnamespace, c.relowner FROM pg_catalog.pg_class c) x
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) x.place CROSS JOIN ${TRUSTING}
  WHERE n.nspname OPERATOR(pg_catalog.=) $1
    AND x.name OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT pg_catalog.json_array_elements_text($2::pg_catalog.json)))
  GROUP BY x.name`;

/** The names of all own types that a type uses, at any depth. */
function namesIn(use: TypeUse): readonly string[] {
  const { own } = use;
  if (own === null) return [];
  switch (own.kind) {
    case 'array':
      return namesIn(own.element);
    case 'domain':
      return namesIn(own.base);
    case 'composite':
      return [...candidates(own.schema, own.name), ...own.fields.flatMap(namesIn)];
    case 'range':
      return rangeNames(own);
    case 'multirange':
      return rangeNames(own.range);
    case 'enum':
      return candidates(own.schema, own.name);
    case 'extension':
    case 'opaque':
      return [own.name];
  }
}

function rangeNames({ schema, name, multirange, subtype }: RangeType): readonly string[] {
  const multiranges = multirange === null ? [] : candidates(schema, multirange);
  return [...candidates(schema, name), ...multiranges, ...namesIn(subtype)];
}

/** Whether the server accepts XML: one built without libxml has the type only. Needs an open transaction. */
async function supportsXml(session: Session): Promise<boolean> {
  try {
    await session.script(['SAVEPOINT xml', "SELECT '<a/>'::pg_catalog.xml"]);
    return true;
  } catch {
    await session.query('ROLLBACK TO SAVEPOINT xml');
    return false;
  }
}
