/**
 * The model name of a table, as people of the older system type it: `c_invoice` → `CInvoice`.
 *
 * @param table table name as the catalogue has it
 */
export function modelName(table: string): string {
  return table
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .map((part) => part[0]?.toUpperCase() + part.slice(1))
    .join('');
}

/**
 * Whether what a person typed means this table: its name or its model name, in any case.
 *
 * @param typed `c_invoice`, `CInvoice`, `C_INVOICE`, …
 * @param table table name as the catalogue has it
 */
export function namesTable(typed: string, table: string): boolean {
  return namesOfTable(table).has(typedName(typed));
}

/**
 * The tables that a typed name means: the one of exactly this name where there is one, else every table that
 * {@link namesTable} takes it for (`Order` and `order` may both be there).
 */
export function tablesNamed<T>(typed: string, all: readonly T[], nameOf: (one: T) => string): readonly T[] {
  return tableLookup(all, nameOf)(typed);
}

/** The same for many names: each table is looked at once, however many names there are. */
export function tableLookup<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
): (typed: string) => readonly T[] {
  const exact = Map.groupBy(all, nameOf);
  let loose: Map<string, T[]> | null = null;
  return (typed) => {
    const found = exact.get(typed);
    if (found !== undefined) return found;
    loose ??= byAnyName(all, nameOf);
    return loose.get(typedName(typed)) ?? [];
  };
}

function byAnyName<T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T[]> {
  const tables = new Map<string, T[]>();
  for (const one of all)
    for (const name of namesOfTable(nameOf(one))) tables.set(name, [...(tables.get(name) ?? []), one]);
  return tables;
}

/** All that means a table, as {@link typedName} makes it of what a person types. */
export function namesOfTable(table: string): ReadonlySet<string> {
  return new Set([table.toLowerCase(), modelName(table).toLowerCase()]);
}

/** What a person typed, without what makes no difference. */
export function typedName(typed: string): string {
  return typed.trim().toLowerCase();
}

/**
 * Whether a name or pattern means a table, by its name or its model name. `*` in a pattern stands for anything.
 */
export function matchesTable(pattern: string, table: string): boolean {
  return pattern.includes('*') ? patternExpression(pattern)(table) : namesTable(pattern, table);
}

/**
 * The same for many names and many tables, made once.
 *
 * @returns by which name or pattern a table is meant; null by none
 */
export function compileNames(names: readonly string[]): (table: string) => string | null {
  const exact = new Map<string, string>();
  for (const name of names) if (!name.includes('*')) exact.set(name.trim().toLowerCase(), name);
  const patterns = names
    .filter((name) => name.includes('*'))
    .map((name) => ({ name, means: patternExpression(name) }));
  return (table) =>
    exact.get(table.toLowerCase()) ??
    exact.get(modelName(table).toLowerCase()) ??
    patterns.find(({ means }) => means(table))?.name ??
    null;
}

function patternExpression(pattern: string): (table: string) => boolean {
  const parts = pattern.trim().split('*').map(escapeRegExp);
  const last = parts.length - 1;
  const searches = parts.map(
    (part, index) => new RegExp(index === 0 ? `^${part}` : index === last ? `${part}$` : part, 'giu'),
  );
  return (table) => isInOrder(searches, table) || isInOrder(searches, modelName(table));
}

/** Whether each is found behind the one before. One expression with `.*` in it goes back for each of them. */
function isInOrder(searches: readonly RegExp[], text: string): boolean {
  let from = 0;
  return searches.every((search) => {
    search.lastIndex = from;
    const found = search.test(text);
    from = search.lastIndex;
    return found;
  });
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}

const BATCH_ID = /^sync_(\d{8})_(\d{6})_[0-9A-Za-z]{8}$/;

/** Whether a text has the form of a batch id, `sync_20251108_143052_aB3dEf9h`. */
export function isBatchId(text: string): boolean {
  return BATCH_ID.test(text);
}

/**
 * The order of names in a list: as text without regard to case, not as in a dictionary, so that two thousand are
 * compared in a moment. Names that differ in case only keep one order too.
 */
export function compareNames(a: string, b: string): number {
  return compareText(a.toLowerCase(), b.toLowerCase()) || compareText(a, b);
}

/** The order of texts that only their characters decide. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A name as SQL has it: in double quotes where PostgreSQL would read it as another one without. */
export function quotedName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
