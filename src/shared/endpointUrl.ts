/**
 * `postgres://user@host:port/database?sslmode=…` instead of the fields host to user, as people copy it from
 * elsewhere.
 */

/** Why a URL is refused: the setting, the reason (see src/core/settings/reasons.ts), and a text in English. */
export interface UrlProblem {
  readonly at: 'url' | (typeof PLACE_FIELDS)[number] | (typeof EXTRA_FIELDS)[number];
  readonly reason: string;
  readonly message: string;
  readonly values?: Readonly<Record<string, string>>;
}

/** What every URL contains: none of these may be set next to one. */
export const PLACE_FIELDS = ['host', 'port', 'database', 'user'] as const;
const EXTRA_FIELDS = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'passfile',
  'connectTimeoutSeconds',
] as const;

/** Names in a URL's query (libpq's), and our settings for them. */
const QUERY: Readonly<Record<string, (typeof EXTRA_FIELDS)[number]>> = {
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
  sslcert: 'sslcert',
  sslkey: 'sslkey',
  passfile: 'passfile',
  connect_timeout: 'connectTimeoutSeconds',
};

/**
 * Replaces `url` in an endpoint's raw settings by its fields. Nothing is guessed: a URL without host,
 * database or user, or with a password, is a problem. Problems never repeat the URL, because it may contain
 * that password.
 *
 * @param raw an endpoint from the file, with a `url`
 */
export function expandUrl(raw: Readonly<Record<string, unknown>>): {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The fields that came from the URL. */
  readonly expanded: ReadonlySet<string>;
  readonly problems: readonly UrlProblem[];
} {
  const { url, ...beside } = raw;
  const read = readUrl(url);
  const problems = [...read.problems];
  for (const field of PLACE_FIELDS) {
    if (field in beside) problems.push(twice(field));
  }
  for (const field of EXTRA_FIELDS) {
    if (field in beside && field in read.fields) problems.push(twice(field));
  }
  return {
    fields: { ...beside, ...read.fields },
    expanded: new Set([...PLACE_FIELDS, ...Object.keys(read.fields)]),
    problems,
  };
}

function twice(at: UrlProblem['at']): UrlProblem {
  return { at, reason: 'beside_url', message: '"url" says this already: keep one of the two' };
}

function readUrl(url: unknown): { fields: Record<string, unknown>; problems: UrlProblem[] } {
  const parsed = typeof url === 'string' ? tryParse(url) : null;
  if (parsed === null) return { fields: {}, problems: [INVALID] };

  const problems: UrlProblem[] = [];
  if (parsed.password !== '' || parsed.query.has('password')) problems.push(PASSWORD);
  const fields: Record<string, unknown> = {
    host: parsed.host,
    database: parsed.database,
    user: parsed.user,
  };
  if (parsed.port !== '') fields.port = Number(parsed.port);
  for (const part of ['host', 'database', 'user'] as const) {
    if (parsed[part] === '') problems.push(partMissing(part));
  }
  for (const [name, value] of parsed.query) {
    const field = QUERY[name];
    if (field === undefined) {
      if (name !== 'password') problems.push(parameterUnknown(name));
    } else {
      fields[field] = field === 'connectTimeoutSeconds' ? Number(value) : value;
    }
  }
  return { fields, problems };
}

const INVALID: UrlProblem = {
  at: 'url',
  reason: 'url_invalid',
  message: 'must look like postgres://user@host:5432/database',
};

const PASSWORD: UrlProblem = {
  at: 'url',
  reason: 'url_password',
  message: 'a password must not stand in a URL: write it as "password": "${NAME}", or use a password file',
};

function partMissing(part: string): UrlProblem {
  return {
    at: 'url',
    reason: 'url_part_missing',
    message: `names no ${part}: write postgres://user@host:5432/database`,
    values: { part },
  };
}

function parameterUnknown(name: string): UrlProblem {
  return {
    at: 'url',
    reason: 'url_parameter_unknown',
    message: `the parameter "${name}" is not known here; known are ${Object.keys(QUERY).join(', ')}`,
    values: { name, known: Object.keys(QUERY).join(', ') },
  };
}

/** Null if it is not a valid PostgreSQL URL; bad percent signs and several hosts are not valid. */
function tryParse(text: string) {
  try {
    const url = new URL(text.trim());
    const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
    if (!/^postgres(ql)?:$/.test(url.protocol) || host.includes(',')) return null;
    return {
      host,
      port: url.port,
      user: decodeURIComponent(url.username),
      password: url.password,
      database: decodeURIComponent(url.pathname.replace(/^\//, '')),
      query: url.searchParams,
    };
  } catch {
    return null;
  }
}

/**
 * With libpq's meanings; see src/core/postgres/tls.ts. Separate from the settings schema, because the window
 * needs them and must not load zod, which compiles code: the window's policy forbids that.
 */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];
