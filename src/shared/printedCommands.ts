import { visible } from './visible.ts';

/**
 * Letters and numbers that no shell or code page changes. Modifier letters and marks are excluded: Windows
 * turns some of them into quotation marks when a program reads its arguments in an old code page.
 */
const NAME = /^[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}_.,@+:/ -]+$/u;
/** Needs no quotes: neither a PowerShell list (`a,b`) nor an option. */
const BARE = /^[A-Za-z0-9_][\w.-]*$/;

/**
 * Table names as one argument of `--tables`, valid in every shell: sh, bash, zsh, fish, cmd and PowerShell.
 * People also read these texts on another computer than the one where they type them, so the shell is
 * unknown.
 *
 * @returns null if one of these shells might run or change a character: no command is shown then
 */
export function tablesWord(names: readonly string[]): string | null {
  if (names.length === 0 || !names.every(isPlainName)) return null;
  const list = names.map((one) => one.replaceAll(',', '\\,')).join(',');
  return BARE.test(list) ? list : `"${list}"`;
}

/** `--tables` trims blanks at both ends, and a leading dash would make an option. */
function isPlainName(name: string): boolean {
  return NAME.test(name) && name.trim() === name && !name.startsWith('-') && visible(name) === name;
}

/** A text as one word for sh, bash, zsh and fish; null if it cannot be shown as it is. */
export function posixWord(text: string): string | null {
  if (visible(text) !== text) return null;
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text)) return text;
  // A backslash is an escape inside fish's quotes too, so it is written outside of them.
  return `'${text.replaceAll(/['\\]+/g, (found) => `'${found.replaceAll(/./g, '\\$&')}'`)}'`;
}

/**
 * A path as one word for cmd and PowerShell; null if one of them would run or change a character even in
 * quotes. PowerShell removes the quotes before it calls a `.cmd` file, so characters special to cmd are
 * excluded as well.
 */
export function windowsWord(path: string): string | null {
  if (/^[\w:./\\-]+$/.test(path)) return path;
  if (visible(path) !== path || !/^[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}_.@+:/\\ ()'~-]+$/u.test(path)) return null;
  // Programs read `\"` as a literal quote, so a trailing backslash is doubled.
  return `"${path.replace(/\\+$/, '$&$&')}"`;
}

/** Placeholder in a command for a folder that cannot be written as one word. */
export const SOME_FOLDER = 'DIR';

/** A folder as one word; the kind of path shows which system it is for. */
export function folderWord(folder: string): string {
  const isWindows = /^([A-Za-z]:[\\/]|\\\\)/.test(folder);
  return (isWindows ? windowsWord(folder) : posixWord(folder)) ?? SOME_FOLDER;
}

/** ASCII control characters: a line break in a name must not break a printed line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: names may hold them, and they are what is looked for
const CONTROL = /[\u0001-\u001f\u007f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROLS = /[\u0001-\u001f\u007f]/g;

/**
 * A quoted name for SQL that people copy. Always quoted, since an unquoted `order` is a keyword and `Order`
 * would change case; always on one line.
 */
export function sqlName(name: string): string {
  const quoted = name.replaceAll('"', '""');
  if (!CONTROL.test(name)) return `"${quoted}"`;
  const escaped = quoted.replaceAll('\\', '\\\\').replaceAll(CONTROLS, (one) => `\\00${hex(one)}`);
  return `U&"${escaped}"`;
}

/** A name with its schema, quoted like {@link sqlName}. */
export function sqlQualified(schema: string, name: string): string {
  return `${sqlName(schema)}.${sqlName(name)}`;
}

/** A string literal for SQL, without line breaks. */
export function sqlText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  if (!text.includes('\\') && !CONTROL.test(text)) return `'${quoted}'`;
  const escaped = quoted.replaceAll('\\', '\\\\').replaceAll(CONTROLS, (one) => `\\x${hex(one)}`);
  return ` E'${escaped}'`;
}

function hex(one: string): string {
  return one.charCodeAt(0).toString(16).padStart(2, '0');
}
