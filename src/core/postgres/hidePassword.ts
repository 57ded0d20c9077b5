import { createHash } from 'node:crypto';
import type { EndpointSettings } from '../../shared/settings.ts';

/** What stands in the place of a password. */
const HIDDEN = '***';

/** A shorter text is found in half of all words, and hides nothing. */
const SHORTEST = 4;

/** Takes the passwords that it knows out of a text. */
export type Hide = (text: string) => string;

export const HIDE_NOTHING: Hide = (text) => text;

/** What a server says must not bring the password that it was sent into the journal, the log or a webhook. */
export function hideFor(password: unknown, { user, database, host }: EndpointSettings): Hide {
  if (typeof password !== 'string') return HIDE_NOTHING;
  return hidePassword(password, user, [user, database, host]);
}

/**
 * Hides a password in what a server says, in each form in which one may repeat it: as it is, escaped for a URL, for
 * JSON or for SQL, as base64 or hex, and as the MD5 hash that is as good as the password at sign-in.
 *
 * A password that is also the name of the user, the database or the schema is left: messages are about these names,
 * and a text without them would tell nobody what is wrong.
 *
 * @param names that messages may say
 */
export function hidePassword(password: string, user: string, names: readonly string[]): Hide {
  const isName = names.some((name) => name.toLowerCase() === password.toLowerCase());
  if (password.length < SHORTEST || isName) return HIDE_NOTHING;
  // The longest first: one form may begin with another.
  const forms = formsOf(password, user).sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((hidden, form) => hidden.replaceAll(form, HIDDEN), text);
}

function formsOf(password: string, user: string): string[] {
  const bytes = Buffer.from(password, 'utf8');
  const url = encodeURIComponent(password);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  const hex = bytes.toString('hex');
  const forms = [
    password,
    password.normalize('NFKC'),
    password.trim(),
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    url.replaceAll('%20', '+'),
    JSON.stringify(password).slice(1, -1),
    password.replaceAll("'", "''"),
    password.replaceAll('\\', '\\\\'),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
    hex,
    hex.toUpperCase(),
    createHash('md5').update(`${password}${user}`).digest('hex'),
  ];
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}

/** The body of a ParameterStatus of the right form, with passwords hidden. */
export function hideInParameter(body: Buffer, hide: Hide): Buffer {
  const text = body.toString('utf8');
  const hidden = hide(text);
  return hidden === text ? body : Buffer.from(hidden);
}
