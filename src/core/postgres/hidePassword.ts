import { createHash } from 'node:crypto';
import type { EndpointSettings } from '../../shared/settings.ts';

/** Replaces a password. */
const HIDDEN = '***';

/** A shorter password occurs in many ordinary words, so hiding it would not help. */
const SHORTEST = 4;

/** Removes known passwords from a text. */
export type Hide = (text: string) => string;

export const HIDE_NOTHING: Hide = (text) => text;

/**
 * Keeps a password that was sent to a server out of journal, logs and webhooks, if the server's messages
 * repeat it.
 */
export function hideFor(password: unknown, { user, database, host }: EndpointSettings): Hide {
  if (typeof password !== 'string') return HIDE_NOTHING;
  return hidePassword(password, user, [user, database, host]);
}

/**
 * Hides a password in a server's texts, in each form in which it may be repeated: plain, escaped for a URL,
 * JSON or SQL, as base64 or hex, and as the MD5 hash, which is as good as the password at sign-in.
 *
 * A password that equals the name of the user, database or schema stays: messages are about these names and
 * would be useless without them.
 *
 * @param names that messages may contain
 */
export function hidePassword(password: string, user: string, names: readonly string[]): Hide {
  const isName = names.some((name) => name.toLowerCase() === password.toLowerCase());
  if (password.length < SHORTEST || isName) return HIDE_NOTHING;
  // Longest first, because one form may begin with another.
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

/** The body of a valid ParameterStatus with passwords hidden. */
export function hideInParameter(body: Buffer, hide: Hide): Buffer {
  const text = body.toString('utf8');
  const hidden = hide(text);
  return hidden === text ? body : Buffer.from(hidden);
}
