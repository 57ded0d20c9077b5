import { z } from 'zod';
import { cronProblem, isTimeZone } from './cron.ts';
import { TEXT_ENCODINGS } from './encodings.ts';
import { expandUrl, SSL_MODES } from './endpointUrl.ts';
import { Strategy } from './status.ts';
import { LANGUAGES } from './texts/language.ts';

/**
 * Reasons of our own carry `params.reason`, by which src/core/settings/reasons.ts says them in the
 * person's language; the message here is the English for whoever uses the schema alone.
 */
const password = z.string().refine((text) => /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(text), {
  error: 'write ${NAME}, the name of an environment variable; a password itself never stands in this file',
  params: { reason: 'password_literal' },
});

/** PostgreSQL's protocol and files end a text there: what comes behind it would be read as something else. */
const text = z
  .string()
  .min(1)
  .refine((one) => !one.includes('\0'), {
    error: 'must not have a null character',
    params: { reason: 'null_character' },
  });

const endpointFields = {
  /** One, or several that are tried in turn: `a,b:5433`. */
  host: text.refine((hosts) => hosts === '' || hosts.split(',').every((one) => one.trim() !== ''), {
    error: 'names no host before or behind a comma: write hosts as "a,b" or "a:5432,b:5433"',
    params: { reason: 'host_list' },
  }),
  port: z.int().min(1).max(65535).default(5432),
  database: text,
  user: text,
  /** `${ENV_NAME}`. Without it: `passfile`, then PGPASSFILE or ~/.pgpass, as in libpq. */
  password: password.optional(),
  /** A file in the format of libpq's password file. Relative to the settings file. */
  passfile: text.optional(),
  sslmode: z.enum(SSL_MODES).default('prefer'),
  /** CA certificates (PEM). Relative to the settings file. */
  sslrootcert: text.optional(),
  /** Whether a server without TLS may have the password in clear text, where it asks for it so. */
  allowCleartextPassword: z.boolean().optional(),
  connectTimeoutSeconds: z.int().min(1).max(600).default(15),
};

/** libpq's name for "the certificates that this machine trusts", in place of a file. */
export const SYSTEM_CA = 'system';

/**
 * An endpoint whose place may be given as `url`. It is a transform and not a union, so that every
 * problem of the endpoint is listed at its own path instead of one "matches neither".
 */
function endpoint<T extends z.ZodObject>(fields: T) {
  return z.custom<EndpointInput<z.input<T>>>().transform((raw: unknown, context): z.output<T> => {
    const url = isRecord(raw) && 'url' in raw ? expandUrl(raw) : null;
    for (const { at, reason, message, values } of url?.problems ?? []) {
      context.addIssue({ code: 'custom', path: [at], message, params: { ...values, reason } });
    }
    const parsed = fields.safeParse(url?.fields ?? raw);
    for (const issue of parsed.error?.issues ?? []) {
      const fromUrl = url?.expanded.has(String(issue.path[0])) ?? false;
      if (fromUrl && url?.problems.length) continue;
      context.issues.push({ ...issue, input: undefined, path: fromUrl ? ['url'] : issue.path });
    }
    if (parsed.data?.sslrootcert === SYSTEM_CA && parsed.data.sslmode !== 'verify-full') {
      context.addIssue({
        code: 'custom',
        path: ['sslmode'],
        message:
          'must be verify-full with "sslrootcert": "system": anyone can have a certificate of a public CA',
        params: { reason: 'system_ca_weak' },
      });
    }
    return parsed.success ? parsed.data : z.NEVER;
  });
}

/** How an endpoint may stand in the file. */
type EndpointInput<T> = T | (Omit<T, 'host' | 'port' | 'database' | 'user'> & { readonly url: string });

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const identifier = text.max(63);

const tableEntry = z.union([
  z.string().min(1),
  z.strictObject({
    /** Table name, model name, or a pattern with `*`. */
    name: z.string().min(1),
    strategy: z.enum(['auto', ...Object.values(Strategy)]).default('auto'),
    /** For strategy `cursor`: an indexed column that grows with every change, such as `updated`. */
    cursor: z
      .strictObject({
        column: identifier,
        /** How far back each pass looks once more, for clocks that differ and transactions that end late. */
        overlapMinutes: z.number().min(0).max(525_600).default(60),
      })
      .optional(),
    /** In layout `merge`: whether rows gone from this branch are removed at central. */
    allowDeletes: z.boolean().default(false),
  }),
]);

const connection = z.strictObject({
  id: z.string().refine((text) => /^[A-Za-z][A-Za-z0-9_]{0,39}$/.test(text), {
    error: 'letters, digits and _ only, starting with a letter, at most 40',
    params: { reason: 'connection_id' },
  }),
  label: z.string().max(200).default(''),
  ...endpointFields,
  schema: identifier.default('public'),
  /** What texts are in, where the database declares no encoding (SQL_ASCII) or another one. */
  encoding: z.enum(TEXT_ENCODINGS).optional(),
  tables: z.array(tableEntry).min(1).default(['*']),
  exclude: z.array(z.string().min(1)).default([]),
  /** In layout `schema`: the schema at central that mirrors this branch. Default: the id. */
  targetSchema: identifier.optional(),
  enabled: z.boolean().default(true),
});

const central = z.strictObject({
  ...endpointFields,
  schema: identifier.default('public'),
  layout: z.enum(['auto', 'stamp', 'merge', 'schema']).default('auto'),
});

const schedule = z.strictObject({
  id: z.string().min(1).max(60),
  /** Five fields, or six with a second in front. */
  cron: z.string().superRefine((text, context) => {
    const problem = cronProblem(text);
    if (problem === null) return;
    context.addIssue({
      code: 'custom',
      message: 'is no cron expression that can be planned',
      params: problem,
    });
  }),
  timezone: z
    .string()
    .refine(isTimeZone, {
      error: 'must be the name of a time zone, such as Asia/Jakarta',
      params: { reason: 'timezone' },
    })
    .default('UTC'),
  /** Each installation is late by a time of its own, up to this. */
  jitterSeconds: z.int().min(0).max(3600).default(300),
  connections: z.array(z.string().min(1)).min(1).default(['*']),
  tables: z.array(z.string().min(1)).min(1).default(['*']),
  missed: z.enum(['once', 'skip']).default('once'),
  enabled: z.boolean().default(true),
});

const email = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535).default(587),
  from: z.string().min(3),
  to: z.array(z.string().min(3)).min(1),
  user: z.string().min(1).optional(),
  password: password.optional(),
});

const sync = z.strictObject({
  parallelTables: z.int().min(1).max(16).default(2),
  chunkRows: z.int().min(1).max(10_000_000).default(100_000),
  chunkBytes: z.int().min(1024).max(1_073_741_824).default(33_554_432),
  chunkSeconds: z.number().min(0.05).max(600).default(10),
  maxSnapshotMinutes: z.number().min(0.01).max(1440).default(10),
  /** 0 is no limit. */
  bandwidthKbps: z.int().min(0).default(0),
  /** When the cap holds, in local time: `08:00-17:00`. Always where null. */
  bandwidthHours: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/)
    .nullable()
    .default(null),
  verifyEveryDays: z.int().min(0).max(365).default(7),
  /** What the service does about a table that its verify finds to differ. */
  onDifference: z.enum(['tell', 'repair']).default('tell'),
});

/** The form of `settings.json` (docs/settings.md). Every field but `central` and `connections` has a default. */
export const settingsSchema = z
  .strictObject({
    central: endpoint(central),
    connections: z.array(endpoint(connection)),
    schedules: z.array(schedule).default([]),
    sync: sync.prefault({}),
    resume: z
      .strictObject({
        auto: z.boolean().default(true),
        maxAttempts: z.int().min(1).max(1000).default(10),
        maxAgeHours: z.number().min(0).max(8760).default(72),
      })
      .prefault({}),
    retention: z
      .strictObject({
        days: z.int().min(1).max(3650).default(30),
        batches: z.int().min(1).max(1_000_000).default(500),
      })
      .prefault({}),
    notifications: z
      .strictObject({
        desktop: z.boolean().default(true),
        webhook: z.url().nullable().default(null),
        email: email.nullable().default(null),
        noSuccessHours: z.number().min(0).default(26),
      })
      .prefault({}),
    language: z.enum(['auto', ...LANGUAGES]).default('auto'),
  })
  .superRefine((settings, context) => {
    for (const list of ['connections', 'schedules'] as const) {
      const seen = new Set<string>();
      settings[list].forEach((one, index) => {
        if (seen.has(one.id)) {
          context.addIssue({
            code: 'custom',
            path: [list, index, 'id'],
            message: `"${one.id}" is there twice`,
            params: { reason: 'duplicate_id', id: one.id },
          });
        }
        seen.add(one.id);
      });
    }
    refuseReservedSchemas(settings, context);
    if (settings.central.layout === 'schema') refuseSharedMirrors(settings.connections, context);
  });

/** Branchline's own schema at central, and PostgreSQL's: a branch's tables would be written over theirs. */
const RESERVED_SCHEMA = /^(branchline|information_schema|pg_.*)$/i;

function refuseReservedSchemas(
  {
    central: { schema, layout },
    connections,
  }: {
    readonly central: { readonly schema: string; readonly layout: string };
    readonly connections: readonly { readonly id: string; readonly targetSchema?: string | undefined }[];
  },
  context: z.core.$RefinementCtx,
): void {
  const refuse = (path: (string | number)[], name: string): void => {
    if (!RESERVED_SCHEMA.test(name)) return;
    const message = `the schema "${name}" at central is not for a branch's tables`;
    context.addIssue({ code: 'custom', path, message, params: { reason: 'schema_reserved', schema: name } });
  };
  refuse(['central', 'schema'], schema);
  connections.forEach(({ id, targetSchema }, index) => {
    if (targetSchema !== undefined) refuse(['connections', index, 'targetSchema'], targetSchema);
    else if (layout === 'schema') refuse(['connections', index, 'id'], id);
  });
}

/** In a mirror what is not at the branch is removed: two branches in one schema would remove each other's rows. */
function refuseSharedMirrors(
  connections: readonly { readonly id: string; readonly targetSchema?: string | undefined }[],
  context: z.core.$RefinementCtx,
): void {
  const owners = new Map<string, string>();
  connections.forEach(({ id, targetSchema }, index) => {
    const schema = targetSchema ?? id;
    const other = owners.get(schema);
    if (other === undefined) owners.set(schema, id);
    else
      context.addIssue({
        code: 'custom',
        path: ['connections', index, 'targetSchema'],
        message: `the schema "${schema}" at central is that of connection ${other} already`,
        params: { reason: 'mirror_shared', schema, other },
      });
  });
}

/** The file as it is written: defaults left out, `url` where a person wrote one. */
export type SettingsFile = z.input<typeof settingsSchema>;
export type ConnectionFile = SettingsFile['connections'][number];
export type Settings = z.output<typeof settingsSchema>;
export type ConnectionSettings = Settings['connections'][number];
export type ScheduleSettings = Settings['schedules'][number];
export type CentralSettings = Settings['central'];
/** Which notifications are wanted, and where. */
export type NotificationSettings = Settings['notifications'];
/** How strategy `cursor` finds what changed in a table. */
export type CursorSettings = NonNullable<Exclude<ConnectionSettings['tables'][number], string>['cursor']>;
/** What both ends have: where a PostgreSQL is and how to sign in there. */
export type EndpointSettings = Pick<ConnectionSettings, keyof typeof endpointFields>;
export type Layout = Exclude<CentralSettings['layout'], 'auto'>;

/** A connection that is not saved yet. */
export type Draft =
  | { readonly kind: 'source'; readonly connection: SettingsFile['connections'][number] }
  | { readonly kind: 'central'; readonly central: SettingsFile['central'] };

/** `none`: nothing is known, which is right where the server asks for none. */
export type PasswordPlace = 'environment' | 'passfile' | 'keychain' | 'file' | 'pgpass' | 'none';
