/**
 * A server's message for an administrator, with the key that a constraint names and the line and column of a
 * COPY. Never a whole row ("Failing row contains …") and never a COPY's value: an ERP's tables contain
 * personal data and passwords, and this text goes into journal, logs and webhooks.
 */
export function serverMessage(error: Error): string {
  const detail = textOf(error, 'detail');
  const within = functionsIn(error).map((one) => `in ${one}`);
  const told = isAboutObjects(error) ? detail : keyIn(detail);
  const parts = [error.message, told, placeIn(textOf(error, 'where')), ...within.slice(0, 1)];
  return withoutSecrets(parts.filter((part) => part !== '').join(' · '));
}

/** Longer messages are of no use to a person. */
const MAX_LENGTH = 1000;

/** A text without passwords in URLs and connection strings, shortened. */
export function withoutSecrets(text: string): string {
  const clean = start(text)
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*:[^\s@]*@/gi, '$1…@')
    .replace(/\b(password|passwd|pwd)(["']?\s*[=:]\s*)(?:'[^']*'|"[^"]*"|[^\s,;&]+)/gi, '$1$2…');
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}

/**
 * The part of a text that is searched and shown: a server may send megabytes that are crafted to make
 * searches slow. A cut word is removed, because it may be the start of an address with a password.
 */
function start(text: string): string {
  return text.length > 4 * MAX_LENGTH ? text.slice(0, 4 * MAX_LENGTH).replace(/\S+$/, '…') : text;
}

/** `Key (c_invoice_id)=(5) already exists.`, unless the key contains a secret. */
function keyIn(detail: string): string {
  const key = /^Key \((.*?)\)=/.exec(detail);
  return key === null || /pass|secret|token|pin\b/i.test(key[1] ?? '') ? '' : detail;
}

/**
 * Whether the details name only catalogue objects and never values: what depends on what, which feature is
 * missing.
 */
function isAboutObjects(error: Error): boolean {
  return /^(?:0A000|2BP01)$/.test(String(Reflect.get(error, 'code')));
}

/**
 * The functions that an error passed through, innermost first: `check_invoice()`. Only the function's name
 * and argument types are taken from each line of the context: they are the same in every language, and the
 * rest may quote statements with values.
 */
export function functionsIn(error: Error): readonly string[] {
  const lines = textOf(error, 'where').split('\n');
  return lines.flatMap((line) => {
    const found = line.length > MAX_LINE || line.startsWith('SQL') ? null : FUNCTION.exec(line);
    return found === null ? [] : [found[1] ?? ''];
  });
}

/** `PL/pgSQL function adempiere.openamt(numeric) line 3 at RAISE`, with the name as format_procedure writes it. */
const FUNCTION =
  /^(?:[^\s"():]+ )*((?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)(?:\.(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*))?\([^()':]*\))/u;
const MAX_LINE = 400;

/** `COPY c_invoice, line 5, column grandtotal`, without the value that follows. */
function placeIn(where: string): string {
  return /^COPY [^\n:]*/.exec(where)?.[0] ?? '';
}

/**
 * A server's description of the place in a COPY where an error occurred: `COPY c_invoice, line 5, column
 * grandtotal: "x"`, including the value; null if there is none. Not for messages: see {@link serverMessage}.
 */
export function copyContext(error: unknown): string | null {
  const lines = errorsOf(error).map((one) => /^COPY [\s\S]*/m.exec(textOf(one, 'where'))?.[0]);
  return lines.find((one) => one !== undefined) ?? null;
}

/** The error and its causes. */
function errorsOf(error: unknown, depth = 0): readonly Error[] {
  return error instanceof Error && depth < 5 ? [error, ...errorsOf(error.cause, depth + 1)] : [];
}

function textOf(error: Error, field: 'detail' | 'where'): string {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : '';
}
