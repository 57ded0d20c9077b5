/**
 * What a server said, for an administrator: its message, the key that a constraint names, and the line
 * and column of a COPY. Never a whole row ("Failing row contains …") and never a COPY's value: tables
 * of an ERP hold people's data and passwords, and this text goes into journal, logs and webhooks.
 */
export function serverMessage(error: Error): string {
  const parts = [error.message, keyIn(textOf(error, 'detail')), placeIn(textOf(error, 'where'))];
  return withoutSecrets(parts.filter((part) => part !== '').join(' · '));
}

/** Longer messages say nothing more to a person. */
const MAX_LENGTH = 1000;

/** A text without passwords in URLs and connection strings, and not too long. */
export function withoutSecrets(text: string): string {
  const clean = text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*:[^\s@]*@/gi, '$1…@')
    .replace(/\b(password|passwd|pwd)(["']?\s*[=:]\s*)(?:'[^']*'|"[^"]*"|[^\s,;&]+)/gi, '$1$2…');
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}

/** `Key (c_invoice_id)=(5) already exists.`, unless the key is made of a secret. */
function keyIn(detail: string): string {
  const key = /^Key \((.*?)\)=/.exec(detail);
  return key === null || /pass|secret|token|pin\b/i.test(key[1] ?? '') ? '' : detail;
}

/** `COPY c_invoice, line 5, column grandtotal`, without the value that follows. */
function placeIn(where: string): string {
  return /^COPY [^\n:]*/.exec(where)?.[0] ?? '';
}

function textOf(error: Error, field: 'detail' | 'where'): string {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : '';
}
