/** Some tables of a schema: those of these very names, or all that people may mean by what they typed. */
export type TableChoice = readonly string[] | { readonly typed: readonly string[] };

/**
 * What is left of a name where only its letters and digits count. Names that `namesTable` takes for the same
 * have the same (not the other way round), so that the server can choose by it. Only ASCII counts: to what
 * other letter a letter belongs is a matter of the server's collation.
 */
export function bareName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** SQL of {@link bareName}. */
export function bareNameSql(name: string): string {
  return `pg_catalog.regexp_replace(pg_catalog.lower(${name}::pg_catalog.text COLLATE pg_catalog."C"), '[^a-z0-9]', '', 'g')`;
}

/** Whether a table of this name is among those that are chosen. */
export function isChosen(choice: TableChoice | undefined, table: string): boolean {
  if (choice === undefined) return true;
  if (!('typed' in choice)) return choice.includes(table);
  const bare = bareName(table);
  return choice.typed.some((one) => bareName(one) === bare);
}
