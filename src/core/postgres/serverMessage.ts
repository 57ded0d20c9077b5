/**
 * What a server said, for an administrator: its message, the key that a constraint names, and the line
 * and column of a COPY. Never a whole row ("Failing row contains …") and never a COPY's value: tables
 * of an ERP hold people's data and passwords, and this text goes into journal, logs and webhooks.
 */
export function serverMessage(error: Error): string {
  const detail = textOf(error, 'detail');
  const within = functionsIn(error).map((one) => `in ${one}`);
  const told = isAboutObjects(error) ? detail : keyIn(detail);
  const parts = [error.message, told, placeIn(textOf(error, 'where')), ...within.slice(0, 1)];
  return withoutSecrets(parts.filter((part) => part !== '').join(' · '));
}

/** Longer messages say nothing more to a person. */
const MAX_LENGTH = 1000;

/** A text without passwords in URLs and connection strings, and not too long. */
export function withoutSecrets(text: string): string {
  const clean = start(text)
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*:[^\s@]*@/gi, '$1…@')
    .replace(/\b(password|passwd|pwd)(["']?\s*[=:]\s*)(?:'[^']*'|"[^"]*"|[^\s,;&]+)/gi, '$1$2…');
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}

/**
 * The part of a text that can be shown: a server may send megabytes, made so that a search in them takes hours. A word
 * that is cut may be the beginning of an address with a password in it.
 */
function start(text: string): string {
  return text.length > 4 * MAX_LENGTH ? text.slice(0, 4 * MAX_LENGTH).replace(/\S+$/, '…') : text;
}

/** `Key (c_invoice_id)=(5) already exists.`, unless the key is made of a secret. */
function keyIn(detail: string): string {
  const key = /^Key \((.*?)\)=/.exec(detail);
  return key === null || /pass|secret|token|pin\b/i.test(key[1] ?? '') ? '' : detail;
}

/** Details that name objects of the catalogue and never a value: what depends on what, which feature is missing. */
function isAboutObjects(error: Error): boolean {
  return /^(?:0A000|2BP01)$/.test(String(Reflect.get(error, 'code')));
}

/**
 * The functions that an error came up through, the innermost first: `check_invoice()`. Of each line of the
 * context only the function's name and argument types are taken, which read alike in every language; the rest
 * may quote statements with values in them.
 */
export function functionsIn(error: Error): readonly string[] {
  const lines = textOf(error, 'where').split('\n');
  return lines.flatMap((line) => {
    const found = line.length > MAX_LINE || line.startsWith('SQL') ? null : FUNCTION.exec(line);
    return found === null ? [] : [found[1] ?? ''];
  });
}

/** `PL/pgSQL function adempiere.openamt(numeric) line 3 at RAISE`, as format_procedure writes the name. */
const FUNCTION =
  /^(?:[^\s"():]+ )*((?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)(?:\.(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*))?\([^()':]*\))/u;
const MAX_LINE = 400;

/** `COPY c_invoice, line 5, column grandtotal`, without the value that follows. */
function placeIn(where: string): string {
  return /^COPY [^\n:]*/.exec(where)?.[0] ?? '';
}

/**
 * What a server says of the place in a COPY where an error came up: `COPY c_invoice, line 5, column grandtotal: "x"`,
 * value included; null where it says nothing of the kind. Not for messages: see {@link serverMessage}.
 */
export function copyContext(error: unknown): string | null {
  const lines = errorsOf(error).map((one) => /^COPY [\s\S]*/m.exec(textOf(one, 'where'))?.[0]);
  return lines.find((one) => one !== undefined) ?? null;
}

/** The error and what it was caused by. */
function errorsOf(error: unknown, depth = 0): readonly Error[] {
  return error instanceof Error && depth < 5 ? [error, ...errorsOf(error.cause, depth + 1)] : [];
}

function textOf(error: Error, field: 'detail' | 'where'): string {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : '';
}
