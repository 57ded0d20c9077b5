import { visible } from './visible.ts';

/**
 * Letters and numbers that no shell or code page takes for anything else. Modifier letters and marks are left out:
 * Windows turns some of them into quotation marks where a program asks for its arguments in an old code page.
 */
const NAME = /^[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}_.,@+:/ -]+$/u;
/** Needs no quotes: neither a list of PowerShell's (`a,b`) nor an option. */
const BARE = /^[A-Za-z0-9_][\w.-]*$/;

/**
 * Table names as one argument of `--tables`, right in every shell: sh, bash, zsh, fish, cmd and PowerShell. The texts
 * that hold it are also read on another computer than the one where they are typed, so the shell is not known.
 *
 * @returns null where a name has a character that one of these shells might run or change: then no command is shown
 */
export function tablesWord(names: readonly string[]): string | null {
  if (names.length === 0 || !names.every(isPlainName)) return null;
  const list = names.map((one) => one.replaceAll(',', '\\,')).join(',');
  return BARE.test(list) ? list : `"${list}"`;
}

/** `--tables` takes blanks off both ends, and what begins with a dash is an option. */
function isPlainName(name: string): boolean {
  return NAME.test(name) && name.trim() === name && !name.startsWith('-') && visible(name) === name;
}

/** A text as one word for sh, bash, zsh and fish; null where it cannot be shown as it is. */
export function posixWord(text: string): string | null {
  if (visible(text) !== text) return null;
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text)) return text;
  // Fish takes a backslash for an escape inside quotes too, so none stands there.
  return `'${text.replaceAll(/['\\]+/g, (found) => `'${found.replaceAll(/./g, '\\$&')}'`)}'`;
}

/**
 * A path as one word for cmd and PowerShell; null where one of them would run or change a character of it, in quotes
 * too. PowerShell takes the quotes off before it calls a `.cmd` file, so what cmd runs is left out as well.
 */
export function windowsWord(path: string): string | null {
  if (/^[\w:./\\-]+$/.test(path)) return path;
  if (visible(path) !== path || !/^[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}_.@+:/\\ ()'~-]+$/u.test(path)) return null;
  // A program reads `\"` as a quote of the text, so a backslash at the end is doubled.
  return `"${path.replace(/\\+$/, '$&$&')}"`;
}

/** What stands in a command for a folder that cannot be written as one word. */
export const SOME_FOLDER = 'DIR';

/** A folder as one word, by the kind of path that it is. */
export function folderWord(folder: string): string {
  const isWindows = /^([A-Za-z]:[\\/]|\\\\)/.test(folder);
  return (isWindows ? windowsWord(folder) : posixWord(folder)) ?? SOME_FOLDER;
}

/** ASCII control characters: a line break in a name must not end a line of what is printed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: names may hold them, and they are what is looked for
const CONTROL = /[\u0001-\u001f\u007f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROLS = /[\u0001-\u001f\u007f]/g;

/**
 * A name as it may stand in SQL that people copy: always quoted, since an unquoted `order` is a keyword and
 * `Order` another name, and always on one line.
 */
export function sqlName(name: string): string {
  const quoted = name.replaceAll('"', '""');
  if (!CONTROL.test(name)) return `"${quoted}"`;
  const escaped = quoted.replaceAll('\\', '\\\\').replaceAll(CONTROLS, (one) => `\\00${hex(one)}`);
  return `U&"${escaped}"`;
}

/** A name with its schema, as {@link sqlName}. */
export function sqlQualified(schema: string, name: string): string {
  return `${sqlName(schema)}.${sqlName(name)}`;
}

/** A text without line breaks as it may stand in SQL. */
export function sqlText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  if (!text.includes('\\') && !CONTROL.test(text)) return `'${quoted}'`;
  const escaped = quoted.replaceAll('\\', '\\\\').replaceAll(CONTROLS, (one) => `\\x${hex(one)}`);
  return ` E'${escaped}'`;
}

function hex(one: string): string {
  return one.charCodeAt(0).toString(16).padStart(2, '0');
}
