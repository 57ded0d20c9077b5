/** The endpoint that a password is looked up for. */
export interface PasswordQuestion {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password that libpq would take from a password file: from the first matching line
 * `host:port:database:user:password`, even if a later one matches more closely. `*` matches everything; `\:`
 * and `\\` are escapes; lines that begin with `#` are comments.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 * @returns undefined if no line matches
 */
export function findPassword(text: string, question: PasswordQuestion): string | undefined {
  const wanted = [question.host, String(question.port), question.database, question.user];
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = splitFields(line);
    const password = fields[wanted.length];
    if (password === undefined) continue;
    const fits = wanted.every((value, index) => fieldFits(fields[index] ?? '', value, index));
    if (fits) return withoutEscapes(password);
  }
  return undefined;
}

/**
 * The file's text with a new password for an endpoint. Its line comes first, because the first match counts;
 * an earlier line for exactly this endpoint is removed, all others stay.
 *
 * @param password without line breaks
 */
export function withLine(text: string, question: PasswordQuestion, password: string): string {
  const { host, port, database, user } = question;
  const line = [host, String(port), database, user, password].map(escaped).join(':');
  return `${line}\n${withoutLine(text, question)}`;
}

/** The file's text without the lines for exactly this endpoint. */
export function withoutLine(text: string, question: PasswordQuestion): string {
  const { host, port, database, user } = question;
  const own = [host, String(port), database, user].map(escaped);
  const isOwn = (line: string): boolean => own.every((field, index) => splitFields(line)[index] === field);
  const lines = text.split('\n').filter((line) => !isOwn(line));
  return lines.join('\n');
}

function escaped(field: string): string {
  return field === '*' ? '\\*' : field.replace(/[\\:]/g, '\\$&').replace(/^#/, '\\#');
}

/**
 * Splits at colons that have no backslash before them. Escapes stay, because `\*` is a literal star and not a
 * wildcard.
 */
function splitFields(line: string): readonly string[] {
  return line.replace(/(\\.)|:/g, (_, escaped?: string) => escaped ?? '\n').split('\n');
}

function fieldFits(field: string, value: string, index: number): boolean {
  if (field === '*') return true;
  const text = withoutEscapes(field);
  return text === value || (index === 0 && text === 'localhost' && DEFAULT_SOCKETS.has(value));
}

/** libpq uses the name `localhost` for a socket in its default folder, which differs between builds. */
const DEFAULT_SOCKETS = new Set(['/tmp', '/var/run/postgresql', '/run/postgresql']);

function withoutEscapes(field: string): string {
  return field.replace(/\\(.)/g, '$1');
}
