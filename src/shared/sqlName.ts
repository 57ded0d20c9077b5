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
