/** Reads the address of a database as people paste it: a URL of libpq or JDBC, or libpq's `key=value`. */

/** What an address says, by our settings' names. Only what it says is there. */
export interface PastedAddress {
  readonly fields: Readonly<Partial<Record<PastedField, string>>>;
  /** Goes to where passwords are kept, never into a field that is shown. */
  readonly password: string | null;
  /** Names of parameters that have no counterpart here, for the person to know. */
  readonly unused: readonly string[];
}

export const PASTED_FIELDS = [
  'host',
  'port',
  'database',
  'user',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'passfile',
  'timeout',
  'schema',
] as const;
export type PastedField = (typeof PASTED_FIELDS)[number];

/** Longer than any real address. Keeps a pasted book from being parsed. */
const LONGEST = 4096;

/** Names of libpq and of the JDBC driver, in lower case. */
const NAMES: Readonly<Record<string, PastedField | 'password'>> = {
  host: 'host',
  hostaddr: 'host',
  port: 'port',
  dbname: 'database',
  database: 'database',
  user: 'user',
  username: 'user',
  password: 'password',
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
  sslcert: 'sslcert',
  sslkey: 'sslkey',
  passfile: 'passfile',
  connect_timeout: 'timeout',
  connecttimeout: 'timeout',
  currentschema: 'schema',
  search_path: 'schema',
};

/**
 * Reads a pasted address.
 *
 * @returns null if the text is not an address, such as the name of a server
 */
export function readPastedAddress(pasted: string): PastedAddress | null {
  const text = pasted.trim().replace(/^(["'`])(.*)\1$/s, '$2');
  if (text === '' || text.length > LONGEST) return null;
  const url = /^(?:jdbc:)?postgres(?:ql)?:/i.exec(text);
  return url === null ? readPairs(text) : readUrl(text.slice(url[0].length), /^jdbc:/i.test(text));
}

/** Whether a text in the field for a server cannot be the name of one. */
export function looksLikeAddress(text: string): boolean {
  return readPastedAddress(text) !== null;
}

/** `//user:password@host:port,host2/database?name=value`; JDBC also allows `database` alone. */
function readUrl(rest: string, jdbc: boolean): PastedAddress | null {
  const found = /^(?:\/\/([^/?#]*))?\/?([^?#]*)(?:\?([^#]*))?$/.exec(rest);
  if (found === null) return null;
  const [, authority = '', database = '', query = ''] = found;
  const at = authority.lastIndexOf('@');
  const account = at < 0 ? '' : authority.slice(0, at);
  const colon = account.indexOf(':');
  const read = new Reading();
  read.hosts(authority.slice(at + 1));
  read.take('dbname', decoded(database));
  read.take('user', decoded(colon < 0 ? account : account.slice(0, colon)));
  if (colon >= 0) read.take('password', decoded(account.slice(colon + 1)));
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    const value = pair.slice(equals + 1).replaceAll('+', jdbc ? ' ' : '+');
    read.take(decoded(pair.slice(0, equals)), decoded(value));
  }
  return read.address();
}

/** `host=10.0.0.5 dbname='my erp' user=reader`, as libpq reads it. */
function readPairs(text: string): PastedAddress | null {
  const read = new Reading();
  const pair = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/sy;
  let known = 0;
  while (pair.lastIndex < text.length) {
    const found = pair.exec(text);
    if (found === null) return null;
    const [, name = '', quoted, plain = ''] = found;
    if (NAMES[name.toLowerCase()] !== undefined) known += 1;
    read.take(name, (quoted ?? plain).replaceAll(/\\(.)/gs, '$1'));
  }
  return known === 0 ? null : read.address();
}

class Reading {
  readonly #fields: Partial<Record<PastedField, string>> = {};
  readonly #unused: string[] = [];
  #password: string | null = null;

  take(name: string, value: string): void {
    const field = NAMES[name.toLowerCase()];
    if (value === '') return;
    if (field === 'password') this.#password = value;
    else if (field === 'schema') this.#fields.schema = value.split(',')[0]?.trim() ?? '';
    else if (field !== undefined) this.#fields[field] = value;
    else if (name === 'options') this.#options(value);
    else this.#unused.push(name);
  }

  /** One host with its port in a field of its own, or a list as the settings have it: `a,b:5433`. */
  hosts(list: string): void {
    const places = list
      .split(',')
      .filter((one) => one !== '')
      .map((one) => /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(one));
    const [only] = places;
    if (places.length === 1 && only != null) {
      this.take('host', decoded(only[1] ?? '').replace(/^\[(.*)\]$/, '$1'));
      this.take('port', only[2] ?? '');
    } else if (places.length > 0) this.take('host', decoded(list));
  }

  /** `-c search_path=adempiere`, in libpq's `options`. */
  #options(value: string): void {
    const path = /(?:^|\s)(?:-c\s*|--)search_path=([^\s,]+)/.exec(value)?.[1];
    if (path === undefined) this.#unused.push('options');
    else this.take('search_path', path);
  }

  address(): PastedAddress | null {
    if (Object.keys(this.#fields).length === 0) return null;
    return { fields: this.#fields, password: this.#password, unused: this.#unused };
  }
}

/** With its percent signs decoded; as it is where they are wrong. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
