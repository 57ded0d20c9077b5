import { typeFit, withoutDomains } from '../catalogue/compat.ts';
import type { OwnType, RangeType, TypeField, TypeUse } from '../catalogue/shape.ts';
import { readNamedTypes } from '../catalogue/types.ts';
import { ident, literal, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { extendType } from './extendType.ts';

/** Where no type of central's can hold a value, its text can: nothing is lost but the type. */
const TEXT = 'text';

/** Types whose values name things of the one server that made them, or that take no input at all. */
const SERVER_BOUND = /^(reg[a-z]+|aclitem|pg_node_tree|pg_ndistinct|pg_dependencies|pg_mcv_list|any[a-z]+)$/;
/** Gone since PostgreSQL 12. */
const GONE = /^(abstime|reltime|tinterval|opaque)$/;
/** PostgreSQL has multiranges since 14. */
const MULTIRANGES = 140000;

/**
 * Finds or makes central's counterparts of the types that source columns have. Enums, composites and
 * ranges are made in the schema of the tables, under their own names; domains become their base type; a
 * type of an extension is used where central has the extension. All else becomes text: types that need
 * functions of the source's, row types of tables, and whatever another branch has under the same name in
 * another shape.
 */
export class OwnTypes {
  readonly #schema: string;
  readonly #version: number;
  readonly #takesXml: boolean;
  /** By name, in the tables' schema. Grows by what is made. */
  readonly #there: Map<string, OwnType>;
  readonly #extensions: readonly OwnType[];
  readonly #statements: string[] = [];

  private constructor(schema: string, version: number, there: readonly OwnType[], takesXml: boolean) {
    this.#schema = schema;
    this.#version = version;
    this.#takesXml = takesXml;
    const named = there.flatMap((one) =>
      'name' in one && one.schema === schema ? [[one.name, one] as const] : [],
    );
    this.#there = new Map(named);
    this.#extensions = there.filter((one) => one.kind === 'extension');
  }

  /** Looks at what central has for these types. Asks nothing where all of them come with PostgreSQL. */
  static async read(
    session: Session,
    version: number,
    schema: string,
    uses: readonly TypeUse[],
  ): Promise<OwnTypes> {
    const names = [...new Set(uses.flatMap(namesIn))];
    const there = names.length === 0 ? [] : (await readNamedTypes(session, version, schema, names)).all();
    const takesXml = !uses.some((one) => one.type.startsWith('xml')) || (await supportsXml(session));
    return new OwnTypes(schema, version, there, takesXml);
  }

  /** SQL that makes what {@link OwnTypes.typeFor} has promised so far. */
  get statements(): readonly string[] {
    return this.#statements;
  }

  /** The type, as SQL, that a column of central's gets for one of the source's. */
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
    return element === 'xml' && !this.#takesXml ? TEXT : type;
  }

  #array(element: TypeUse): string {
    const type = this.typeFor(element);
    return type === TEXT || type.endsWith('[]') ? TEXT : `${type}[]`;
  }

  #extension(own: Extract<OwnType, { kind: 'extension' }>): string {
    const found = this.#extensions.find(
      (one) => one.kind === 'extension' && one.name === own.name && one.extension === own.extension,
    );
    return found?.kind === 'extension' ? `${qualified(found.schema, found.name)}${own.modifier}` : TEXT;
  }

  /** Central's type of the same name, if it is of the same shape; a new one where there is none. */
  #named(own: Extract<OwnType, { kind: 'enum' | 'composite' | 'range' }>, use: TypeUse): string {
    const name = qualified(this.#schema, own.name);
    const there = this.#there.get(own.name);
    if (there === undefined) return this.#make(own) ? name : TEXT;
    const existing: TypeUse = { type: name, own: there };
    const fit = typeFit(use, existing);
    if (fit === 'incompatible') return TEXT;
    if (fit === 'extended') {
      this.#statements.push(...extendType(use, existing, this));
      this.#there.set(own.name, { ...own, schema: this.#schema });
    }
    return name;
  }

  #make(own: Extract<OwnType, { kind: 'enum' | 'composite' | 'range' }>): boolean {
    const body = this.#body(own);
    if (body === null) return false;
    this.#statements.push(`CREATE TYPE ${qualified(this.#schema, own.name)} AS ${body}`);
    this.#there.set(own.name, { ...own, schema: this.#schema });
    return true;
  }

  #body(own: Extract<OwnType, { kind: 'enum' | 'composite' | 'range' }>): string | null {
    switch (own.kind) {
      case 'enum':
        return `ENUM (${own.labels.map(literal).join(', ')})`;
      case 'composite':
        return `(${own.fields.map((one) => this.field(one)).join(', ')})`;
      case 'range': {
        const subtype = this.typeFor(own.subtype);
        if (subtype === TEXT && own.subtype.type !== TEXT) return null;
        const collation = own.collation === null ? [] : [`COLLATION = ${ident(own.collation)}`];
        const named = own.multirange !== null && this.#version >= MULTIRANGES;
        const multirange = named ? [`MULTIRANGE_TYPE_NAME = ${qualified(this.#schema, own.multirange)}`] : [];
        return `RANGE (${[`SUBTYPE = ${subtype}`, ...collation, ...multirange].join(', ')})`;
      }
    }
  }

  /** An attribute of a composite type, as SQL. */
  field(field: TypeField): string {
    return `${ident(field.name)} ${this.typeFor(field)}`;
  }

  #multirange(range: RangeType): string {
    if (this.typeFor({ type: range.name, own: range }) === TEXT || this.#version < MULTIRANGES) return TEXT;
    const there = this.#there.get(range.name);
    const name = there?.kind === 'range' ? there.multirange : null;
    return name === null ? TEXT : qualified(this.#schema, name);
  }
}

/** The names of a use's own types, however deep they lie. */
function namesIn(use: TypeUse): readonly string[] {
  const { own } = use;
  if (own === null) return [];
  switch (own.kind) {
    case 'array':
      return namesIn(own.element);
    case 'domain':
      return namesIn(own.base);
    case 'composite':
      return [own.name, ...own.fields.flatMap(namesIn)];
    case 'range':
      return [own.name, ...namesIn(own.subtype)];
    case 'multirange':
      return [own.range.name, ...namesIn(own.range.subtype)];
    case 'enum':
    case 'extension':
    case 'opaque':
      return [own.name];
  }
}

/** A server built without libxml has the type but takes no value of it. Asked in the transaction that is open. */
async function supportsXml(session: Session): Promise<boolean> {
  try {
    await session.script("SAVEPOINT xml; SELECT '<a/>'::xml");
    return true;
  } catch {
    await session.query('ROLLBACK TO SAVEPOINT xml');
    return false;
  }
}
