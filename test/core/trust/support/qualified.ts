import { loadModule, parse } from 'libpg-query';

/**
 * Names in a statement that PostgreSQL would look up along the search path, so that whoever may create objects in
 * one of its schemas decides what they mean: functions, operators, types, collations, operator classes and relations
 * without a schema, and the syntax that stands for an operator without one (IN, BETWEEN, LIKE, IS DISTINCT FROM,
 * NULLIF, USING, NATURAL, CASE x WHEN).
 *
 * What needs no schema: syntax that is no name (COALESCE, GREATEST, CURRENT_USER, EXTRACT, AT TIME ZONE: the grammar
 * itself puts pg_catalog before it), and ORDER BY, GROUP BY, DISTINCT, UNION and ON CONFLICT, which take the
 * operators of a type's own operator class.
 *
 * @param schemas besides pg_catalog, that may be named: of key's operator classes, of own types
 */
export async function unqualified(sql: string, schemas: readonly string[] = []): Promise<readonly string[]> {
  await loadModule();
  const { stmts } = await parse(sql);
  const finder = new Finder(new Set(['pg_catalog', ...schemas]));
  finder.collectNames(stmts);
  finder.visit(stmts);
  return finder.found;
}

/** How many statements a message has, as the server counts them. */
export async function statementsIn(sql: string): Promise<number> {
  await loadModule();
  return (await parse(sql)).stmts?.length ?? 0;
}

type Tree = Readonly<Record<string, unknown>>;

/** Texts that name an object without saying so: `'pg_class'::regclass`, `to_regclass('pg_class')`. */
const NAMES_IN_TEXT = /^(?:to_)?reg(?:class|proc|procedure|oper|operator|type|collation|config|dictionary)$/;

/** Operators that syntax stands for; IS DISTINCT FROM NULL is the exception, which is a test for NULL. */
const HIDDEN = new Set([
  'AEXPR_IN',
  'AEXPR_LIKE',
  'AEXPR_ILIKE',
  'AEXPR_SIMILAR',
  'AEXPR_NULLIF',
  'AEXPR_BETWEEN',
  'AEXPR_NOT_BETWEEN',
  'AEXPR_BETWEEN_SYM',
  'AEXPR_NOT_BETWEEN_SYM',
  'AEXPR_DISTINCT',
  'AEXPR_NOT_DISTINCT',
]);

class Finder {
  readonly found: string[] = [];
  readonly #schemas: ReadonlySet<string>;
  /** Names that WITH gives to queries. */
  readonly #queries = new Set<string>();

  constructor(schemas: ReadonlySet<string>) {
    this.#schemas = schemas;
  }

  collectNames(node: unknown): void {
    if (Array.isArray(node)) for (const one of node) this.collectNames(one);
    if (!isTree(node)) return;
    if (isTree(node.CommonTableExpr)) this.#queries.add(String(node.CommonTableExpr.ctename));
    for (const one of Object.values(node)) this.collectNames(one);
  }

  visit(node: unknown): void {
    if (Array.isArray(node)) for (const one of node) this.visit(one);
    if (!isTree(node)) return;
    for (const [kind, inner] of Object.entries(node)) {
      if (isTree(inner)) this.#look(kind, inner);
      this.visit(inner);
    }
  }

  #look(kind: string, node: Tree): void {
    switch (kind) {
      case 'FuncCall':
        this.#named('function', node.funcname);
        if (NAMES_IN_TEXT.test(namesOf(node.funcname).at(-1) ?? '')) this.#nameInText(node.args);
        return;
      case 'A_Expr':
        if (HIDDEN.has(String(node.kind)) && !(isNull(node.lexpr) || isNull(node.rexpr)))
          this.found.push(`hidden operator ${node.kind}`);
        else if (!HIDDEN.has(String(node.kind))) this.#named('operator', node.name);
        return;
      case 'SubLink':
        if (node.operName !== undefined) this.#named('operator', node.operName);
        else if (node.subLinkType === 'ANY_SUBLINK') this.found.push('hidden operator IN (SELECT …)');
        return;
      case 'TypeName':
      case 'typeName':
      case 'sourcetype':
        if (node.names !== undefined) this.#named('type', node.names);
        return;
      case 'TypeCast':
        this.#cast(node);
        return;
      case 'CollateClause':
      case 'collClause':
        this.#named('collation', node.collname);
        return;
      case 'SortBy':
        if (node.useOp !== undefined) this.#named('operator', node.useOp);
        return;
      case 'IndexElem':
        if (node.opclass !== undefined) this.#named('operator class', node.opclass);
        return;
      case 'CaseExpr':
        if (node.arg !== undefined) this.found.push('hidden operator CASE x WHEN');
        return;
      case 'JoinExpr':
        if (node.usingClause !== undefined || node.isNatural === true)
          this.found.push('hidden operator USING');
        return;
      case 'RangeVar':
      case 'relation':
      case 'rel':
        this.#relation(node);
        return;
      case 'DropStmt':
        for (const one of list(node.objects)) this.#relationNames(one);
        return;
      default:
    }
  }

  #cast(node: Tree): void {
    const type = isTree(node.typeName) ? namesOf(node.typeName.names).at(-1) : undefined;
    if (NAMES_IN_TEXT.test(type ?? '')) this.#nameInText([node.arg]);
  }

  #nameInText(args: unknown): void {
    for (const one of list(args)) {
      const text = textOf(one);
      if (text !== null && !text.includes('.')) this.found.push(`name in a text ${text}`);
    }
  }

  /** Functions are PostgreSQL's own alone. */
  #named(what: string, names: unknown): void {
    const all = namesOf(names);
    const schema = all.length < 2 ? null : (all[0] ?? null);
    const known =
      what === 'function' ? schema === 'pg_catalog' : schema !== null && this.#schemas.has(schema);
    if (!known) this.found.push(`${what} ${all.join('.')}`);
  }

  #relation(node: Tree): void {
    if (typeof node.relname !== 'string' || node.schemaname !== undefined) return;
    if (!this.#queries.has(node.relname)) this.found.push(`relation ${node.relname}`);
  }

  #relationNames(node: unknown): void {
    if (isTree(node) && isTree(node.List) && namesOf(node.List.items).length < 2)
      this.found.push(`relation ${namesOf(node.List.items).join('.')}`);
  }
}

function isTree(node: unknown): node is Tree {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function list(node: unknown): readonly unknown[] {
  return Array.isArray(node) ? node : [];
}

function namesOf(names: unknown): readonly string[] {
  return list(names).flatMap((one) => (isTree(one) && isTree(one.String) ? [String(one.String.sval)] : []));
}

function isNull(node: unknown): boolean {
  return isTree(node) && isTree(node.A_Const) && node.A_Const.isnull === true;
}

function textOf(node: unknown): string | null {
  if (!isTree(node) || !isTree(node.A_Const) || !isTree(node.A_Const.sval)) return null;
  return String(node.A_Const.sval.sval ?? '');
}
