import { type TableName, UNKNOWN_TABLES } from './contract.ts';
import type { Translate } from './texts/translate.ts';
import { visible } from './visible.ts';

/** Names in one line; more would make a menu as wide as the screen. */
const NAMES_SHOWN = 3;

/** A few names, and how many more there are. */
export function namesOf(names: readonly string[], t: Translate): string {
  const shown = names.slice(0, NAMES_SHOWN).map(visible).join(', ');
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? t('tray.more', { names: shown, count: more }) : shown;
}

/** How tables are named in a text. */
export interface Naming {
  readonly t: Translate;
  /** The name that people know a connection by. */
  labelOf(connection: string): string;
  /** Whether there are several connections, so that the name of a table alone does not say which is meant. */
  readonly several: boolean;
}

/** A few tables, each with its connection where there are several, and how many more there are. */
export function tableNames(tables: readonly TableName[], naming: Naming): string {
  return namesOf(
    tables.map((one) => nameOfTable(one, naming)),
    naming.t,
  );
}

export function nameOfTable({ connection, table }: TableName, { t, labelOf, several }: Naming): string {
  if (table === UNKNOWN_TABLES) return t('troubles.allOf', { connection: labelOf(connection) });
  return several ? `${visible(table)} (${visible(labelOf(connection))})` : visible(table);
}
