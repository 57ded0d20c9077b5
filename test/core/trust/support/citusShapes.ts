import { loadModule, parse } from 'libpg-query';

/** Where the tables of a statement are, by schema. All others are local to head office's own node. */
export interface CitusTables {
  /** Schemas whose tables Citus keeps on its nodes. */
  readonly distributed: readonly string[];
  /** The column by which they are distributed; null for reference tables and those of a distributed schema. */
  readonly column: string | null;
}

/**
 * Shapes in a statement that Citus 13 refuses, or answers with work on all nodes where one would do:
 *
 * - operators on records (`*<>`, `*=`), which it writes anew for its nodes as a comparison column by column;
 * - a correlated subquery between a distributed and a local table;
 * - a distributed table on the inner side of an outer join with a local one, whose rows it fetches, without system columns;
 * - `ctid`, and other system columns in a join;
 * - FOR UPDATE, LOCK TABLE, TRUNCATE, cursors, TABLESAMPLE, recursive queries and grouping sets on distributed tables;
 * - more than one change in an ALTER TABLE, and more than one statement in a message;
 * - an update of the column of distribution;
 * - rows read, changed or removed without a constant for that column.
 */
export async function refusedByCitus(sql: string, tables: CitusTables): Promise<readonly string[]> {
  await loadModule();
  const { stmts = [] } = (await parse(sql)) as { stmts?: readonly unknown[] };
  const finder = new Finder(tables);
  if (stmts.length > 1) finder.found.push('several statements');
  finder.statements(stmts);
  return finder.found;
}

type Tree = Readonly<Record<string, unknown>>;

/** A query and what is around it. */
interface Level {
  readonly query: Tree;
  readonly relations: readonly Relation[];
}

interface Relation {
  readonly alias: string;
  readonly distributed: boolean;
  readonly local: boolean;
}

const QUERIES = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'];
const RECORD_OPERATORS = ['*=', '*<>', '*<', '*<=', '*>', '*>='];
const SYSTEM_COLUMNS = ['ctid', 'tableoid', 'xmin', 'cmin', 'cmax'];

class Finder {
  readonly found: string[] = [];
  readonly #tables: CitusTables;

  constructor(tables: CitusTables) {
    this.#tables = tables;
  }

  statements(nodes: readonly unknown[]): void {
    for (const node of nodes) {
      const statement = isTree(node) ? node.stmt : undefined;
      if (isTree(statement)) this.#statement(statement);
    }
  }

  #statement(statement: Tree): void {
    const [kind = '', body] = Object.entries(statement)[0] ?? [];
    if (!isTree(body)) return;
    const touched = relationsIn(statement, this.#tables).some((one) => one.distributed);
    if (kind === 'AlterTableStmt' && touched && listOf(body.cmds).length > 1)
      this.found.push('several changes in ALTER TABLE');
    if (['TruncateStmt', 'LockStmt', 'DeclareCursorStmt'].includes(kind) && touched)
      this.found.push(`${kind} of a distributed table`);
    // No row is read.
    const isEmpty = kind === 'CreateTableAsStmt' && isTree(body.into) && body.into.skipData === true;
    if (!isEmpty) this.#inside(statement);
  }

  /** Looks at all queries in a node, the outer ones first. */
  #inside(node: unknown): void {
    if (Array.isArray(node)) for (const one of node) this.#inside(one);
    if (!isTree(node)) return;
    for (const [kind, inner] of Object.entries(node)) {
      if (!isTree(inner)) {
        this.#inside(inner);
        continue;
      }
      if (kind === 'A_Expr') this.#operator(inner);
      const isArm = (kind === 'larg' || kind === 'rarg') && ('targetList' in inner || 'op' in inner);
      if (QUERIES.includes(kind) || isArm) this.#query(isArm ? 'SelectStmt' : kind, inner);
      this.#inside(inner);
    }
  }

  #operator(node: Tree): void {
    const name = textsOf(node.name).at(-1) ?? '';
    if (RECORD_OPERATORS.includes(name)) this.found.push(`operator ${name}`);
  }

  #query(kind: string, query: Tree): void {
    const level: Level = { query, relations: ownRelations(query, this.#tables) };
    const { relations } = level;
    const distributed = relations.filter((one) => one.distributed);
    this.#joins(query);
    this.#subqueries(level);
    if (distributed.length === 0) return;
    if (query.lockingClause !== undefined) this.found.push('FOR UPDATE of a distributed table');
    if (isTree(query.withClause) && query.withClause.recursive === true) this.found.push('recursive query');
    if (JSON.stringify(query.groupClause ?? null).includes('"GroupingSet"')) this.found.push('grouping sets');
    if (JSON.stringify(query.fromClause ?? null).includes('"RangeTableSample"'))
      this.found.push('TABLESAMPLE');
    for (const name of systemColumns(query, new Set(distributed.map((one) => one.alias))))
      if (name === 'ctid' || relations.length > 1) this.found.push(`system column ${name}`);
    this.#placed(kind, query, distributed);
  }

  /** Each distributed table needs a constant for its column. */
  #placed(kind: string, query: Tree, distributed: readonly Relation[]): void {
    const { column } = this.#tables;
    if (column === null) return;
    const set = kind === 'InsertStmt' && isTree(query.onConflictClause) ? query.onConflictClause : query;
    if (
      listOf(set.targetList).some(
        (one) => isTree(one) && isTree(one.ResTarget) && one.ResTarget.name === column,
      )
    )
      if (kind !== 'SelectStmt') this.found.push('update of the column of distribution');
    if (kind === 'InsertStmt') {
      const named = listOf(query.cols).some(
        (one) => isTree(one) && isTree(one.ResTarget) && one.ResTarget.name === column,
      );
      if (!named) this.found.push('insert without the column of distribution');
      return;
    }
    const constants = placesIn([query.whereClause, query.fromClause, query.usingClause], column);
    for (const { alias } of distributed)
      if (!constants.has(alias)) this.found.push(`rows of all nodes, as ${alias}`);
  }

  #joins(query: Tree): void {
    for (const join of joinsIn([query.fromClause, query.usingClause])) {
      const inner =
        join.jointype === 'JOIN_LEFT' ? [join.rarg] : join.jointype === 'JOIN_RIGHT' ? [join.larg] : [];
      const both = join.jointype === 'JOIN_FULL' ? [join.larg, join.rarg] : inner;
      const all = relationsIn([join.larg, join.rarg], this.#tables);
      if (all.some((one) => one.local) && relationsIn(both, this.#tables).some((one) => one.distributed))
        this.found.push('distributed table on the inner side of an outer join');
    }
  }

  #subqueries({ query, relations }: Level): void {
    const outer = new Set(relations.map((one) => one.alias));
    for (const link of sublinksOf(query)) {
      const within = relationsIn(link, this.#tables);
      const own = new Set(within.map((one) => one.alias));
      const correlated = columnsIn(link).some(
        (one) => one.length > 1 && outer.has(one[0] ?? '') && !own.has(one[0] ?? ''),
      );
      const all = [...relations, ...within];
      if (correlated && all.some((one) => one.distributed) && all.some((one) => one.local))
        this.found.push('correlated subquery between a distributed and a local table');
    }
  }
}

/** Relations in FROM, USING and as the table that is written, at this level alone. */
function ownRelations(query: Tree, tables: CitusTables): readonly Relation[] {
  const written = isTree(query.relation) ? [{ RangeVar: query.relation }] : [];
  return rangeVars([...written, query.fromClause, query.usingClause], false).flatMap((one) =>
    relation(one, tables),
  );
}

/** The same in a node and everything in it. */
function relationsIn(node: unknown, tables: CitusTables): readonly Relation[] {
  return rangeVars(node, true).flatMap((one) => relation(one, tables));
}

function relation(node: Tree, { distributed }: CitusTables): readonly Relation[] {
  const { schemaname: schema, relname } = node;
  // The name of a query in WITH: a list of rows that Citus sends along.
  if (typeof schema !== 'string' || schema === 'pg_catalog') return [];
  const alias = isTree(node.alias) ? String(node.alias.aliasname) : String(relname);
  const isDistributed = distributed.includes(schema);
  return [{ alias, distributed: isDistributed, local: !isDistributed }];
}

/** @param deep whether to look into subqueries */
function rangeVars(node: unknown, deep: boolean): readonly Tree[] {
  if (Array.isArray(node)) return node.flatMap((one) => rangeVars(one, deep));
  if (!isTree(node)) return [];
  return Object.entries(node).flatMap(([kind, inner]): readonly Tree[] => {
    if (isTree(inner) && (kind === 'RangeVar' || kind === 'relation')) return [inner];
    if (!deep && (kind === 'RangeSubselect' || kind === 'SubLink' || kind === 'quals')) return [];
    return rangeVars(inner, deep);
  });
}

function joinsIn(node: unknown): readonly Tree[] {
  if (Array.isArray(node)) return node.flatMap(joinsIn);
  if (!isTree(node)) return [];
  return Object.entries(node).flatMap(([kind, inner]): readonly Tree[] => {
    if (kind === 'RangeSubselect' || kind === 'SubLink') return [];
    return [...(kind === 'JoinExpr' && isTree(inner) ? [inner] : []), ...joinsIn(inner)];
  });
}

/** Subqueries in expressions of this level. */
function sublinksOf(query: Tree): readonly Tree[] {
  const visit = (node: unknown): readonly Tree[] => {
    if (Array.isArray(node)) return node.flatMap(visit);
    if (!isTree(node)) return [];
    return Object.entries(node).flatMap(([kind, inner]): readonly Tree[] => {
      if (kind === 'SubLink' && isTree(inner)) return [inner];
      if (kind === 'RangeSubselect' || kind === 'withClause' || kind === 'selectStmt') return [];
      return visit(inner);
    });
  };
  const { larg: _left, rarg: _right, ...own } = query;
  return visit(own);
}

/** The parts of each column's name in a node. */
function columnsIn(node: unknown): readonly (readonly string[])[] {
  if (Array.isArray(node)) return node.flatMap(columnsIn);
  if (!isTree(node)) return [];
  return Object.entries(node).flatMap(([kind, inner]) =>
    kind === 'ColumnRef' && isTree(inner) ? [textsOf(inner.fields)] : columnsIn(inner),
  );
}

/** System columns that are read of these tables, except by RETURNING, which the node itself answers. */
function systemColumns(query: Tree, aliases: ReadonlySet<string>): readonly string[] {
  const { returningClause: _returning, returningList: _list, withClause: _with, ...rest } = query;
  return columnsIn(rest).flatMap((fields) => {
    const [alias = '', name = ''] = fields;
    return aliases.has(alias) && SYSTEM_COLUMNS.includes(name) ? [name] : [];
  });
}

/** Aliases of tables for which a condition `alias.column = 'constant'` must hold. */
function placesIn(node: unknown, column: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (inner: unknown): void => {
    if (Array.isArray(inner)) for (const one of inner) visit(one);
    if (!isTree(inner)) return;
    for (const [kind, one] of Object.entries(inner)) {
      if (kind === 'RangeSubselect' || kind === 'SubLink') continue;
      if (kind === 'A_Expr' && isTree(one) && textsOf(one.name).at(-1) === '=' && isConstant(one.rexpr)) {
        const [fields = []] = columnsIn({ lexpr: one.lexpr });
        if (fields.at(-1) === column) found.add(fields[0] ?? '');
      }
      visit(one);
    }
  };
  visit(node);
  return found;
}

function isConstant(node: unknown): boolean {
  if (!isTree(node)) return false;
  if (isTree(node.TypeCast)) return isConstant(node.TypeCast.arg);
  return node.A_Const !== undefined || node.ParamRef !== undefined;
}

function isTree(node: unknown): node is Tree {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function listOf(node: unknown): readonly unknown[] {
  return Array.isArray(node) ? node : [];
}

function textsOf(names: unknown): readonly string[] {
  return listOf(names).flatMap((one) => (isTree(one) && isTree(one.String) ? [String(one.String.sval)] : []));
}
