import { z } from 'zod';
import { cronProblem, isTimeZone } from './cron.ts';
import { TEXT_ENCODINGS } from './encodings.ts';
import { expandUrl, SSL_MODES } from './endpointUrl.ts';
import { hooksSchema } from './hookSettings.ts';
import { digestTime, timeOfDay } from './notifyEvents.ts';
import { emailSchema, pingSchema, telegramSchema, webhookSchema } from './notifySettings.ts';
import { requestsSchema } from './requestSettings.ts';
import { WEEKDAYS } from './schedulePlan.ts';
import { environmentVariable as password, text } from './settingsText.ts';
import { sshSchema } from './sshSettings.ts';
import { Strategy } from './status.ts';
import { LANGUAGES } from './texts/language.ts';

const endpointFields = {
  /** One host, or several that are tried in order: `a,b:5433`. */
  host: text.refine((hosts) => hosts === '' || hosts.split(',').every((one) => one.trim() !== ''), {
    error: 'names no host before or behind a comma: write hosts as "a,b" or "a:5432,b:5433"',
    params: { reason: 'host_list' },
  }),
  port: z.int().min(1).max(65535).default(5432),
  database: text,
  user: text,
  /** `${ENV_NAME}`. Without it, as in libpq: `passfile`, then PGPASSFILE or ~/.pgpass. */
  password: password.optional(),
  /** A libpq password file. Relative to the settings file. */
  passfile: text.optional(),
  sslmode: z.enum(SSL_MODES).default('prefer'),
  /** CA certificates (PEM). Relative to the settings file. */
  sslrootcert: text.optional(),
  /** A certificate by which the server knows us, and its key (PEM). Relative to the settings file. */
  sslcert: text.optional(),
  sslkey: text.optional(),
  /** Whether a server without TLS may receive the password in clear text if it asks for that. */
  allowCleartextPassword: z.boolean().optional(),
  connectTimeoutSeconds: z.int().min(1).max(600).default(15),
  /** The SSH server through which the database is reached. `host` is then what that server calls it. */
  ssh: sshSchema.optional(),
};

/** libpq's value for "the certificates that this machine trusts", instead of a file. */
export const SYSTEM_CA = 'system';

/**
 * An endpoint that may be given as `url`. A transform and not a union, so that every problem is reported at
 * its own path instead of one "matches neither".
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
    for (const [given, missing] of [
      ['sslcert', 'sslkey'],
      ['sslkey', 'sslcert'],
    ] as const) {
      if (parsed.data?.[given] === undefined || parsed.data[missing] !== undefined) continue;
      context.addIssue({
        code: 'custom',
        path: [missing],
        message: `is needed beside "${given}"`,
        params: { reason: 'needs_beside', given },
      });
    }
    return parsed.success ? parsed.data : z.NEVER;
  });
}

/** An endpoint as written in the file. */
type EndpointInput<T> = T | (Omit<T, 'host' | 'port' | 'database' | 'user'> & { readonly url: string });

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const identifier = text.max(63);

const tableEntry = z.union([
  z.string().min(1),
  z.lazy(() =>
    z.strictObject({
      /** Table name, model name, or a pattern with `*`. */
      name: z.string().min(1),
      strategy: z.enum(['auto', ...Object.values(Strategy)]).default('auto'),
      /** For strategy `cursor`: an indexed column that grows with every change, such as `updated`. */
      cursor: z
        .strictObject({
          column: identifier,
          /** How far each pass looks back, because clocks differ and transactions end late. */
          overlapMinutes: z.number().min(0).max(525_600).default(60),
        })
        .optional(),
      /** In layout `merge`: whether rows deleted at this branch are deleted at central. */
      allowDeletes: z.boolean().default(false),
    }),
  ),
]);

const connection = z.strictObject({
  id: z.string().refine((text) => /^[A-Za-z][A-Za-z0-9_]{0,39}$/.test(text), {
    error: 'letters, digits and _ only, starting with a letter, at most 40',
    params: { reason: 'connection_id' },
  }),
  label: z.string().max(200).default(''),
  ...endpointFields,
  schema: identifier.default('public'),
  /** Encoding of the texts, if the database declares none (SQL_ASCII) or a wrong one. */
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
  /** Where Citus is installed at central: whether new tables are distributed over its nodes. */
  distribution: z.enum(['auto', 'none']).default('auto'),
});

/** Five fields, or six with seconds first. */
const cron = z.string().superRefine((text, context) => {
  const problem = cronProblem(text);
  if (problem === null) return;
  context.addIssue({
    code: 'custom',
    message: 'is no cron expression that can be planned',
    params: problem,
  });
});

const planFields = z.strictObject({
  id: z.string().min(1).max(60),
  /** When it is due: either these times of day, or a cron expression. */
  times: z.array(timeOfDay).min(1).max(48).optional(),
  /** On which days its times are due; absent means every day. */
  days: z.array(z.enum(WEEKDAYS)).min(1).max(7).optional(),
  cron: cron.optional(),
  timezone: z
    .string()
    .refine(isTimeZone, {
      error: 'must be the name of a time zone, such as Asia/Jakarta',
      params: { reason: 'timezone' },
    })
    .default('UTC'),
  /** Each installation has its own fixed delay, up to this. */
  jitterSeconds: z.int().min(0).max(3600).default(300),
  connections: z.array(z.string().min(1)).min(1).default(['*']),
  tables: z.array(z.string().min(1)).min(1).default(['*']),
  missed: z.enum(['once', 'skip']).default('once'),
  enabled: z.boolean().default(true),
});

const schedule = z.lazy(() => planFields.superRefine(refuseUnclearPlan));

/** A schedule without a time would never run, and one with two kinds of times could be read in two ways. */
function refuseUnclearPlan(
  { cron, times, days }: { readonly cron?: unknown; readonly times?: unknown; readonly days?: unknown },
  context: z.core.$RefinementCtx,
): void {
  const refuse = (path: string, message: string, params: Readonly<Record<string, string>>): void =>
    context.addIssue({ code: 'custom', path: [path], message, params });
  if (cron === undefined && times === undefined)
    refuse('times', 'is missing, and so is "cron"', { reason: 'plan_missing' });
  else if (cron !== undefined && times !== undefined)
    refuse('cron', 'stands beside "times"', { reason: 'plan_twice', given: 'times' });
  else if (cron !== undefined && days !== undefined)
    refuse('days', 'stands beside "cron"', { reason: 'plan_twice', given: 'cron' });
}

const sync = z.strictObject({
  parallelTables: z.int().min(1).max(16).default(2),
  chunkRows: z.int().min(1).max(10_000_000).default(100_000),
  chunkBytes: z.int().min(1024).max(1_073_741_824).default(33_554_432),
  chunkSeconds: z.number().min(0.05).max(600).default(10),
  maxSnapshotMinutes: z.number().min(0.01).max(1440).default(10),
  /** 0 means no limit. */
  bandwidthKbps: z.int().min(0).default(0),
  /** When the limit applies, in local time: `08:00-17:00`. Null: always. */
  bandwidthHours: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/)
    .nullable()
    .default(null),
  /** How long a run waits for a place at a head office that has no connection free. 0: a few quick retries. */
  headOfficePatienceMinutes: z.number().min(0).max(1440).default(15),
  verifyEveryDays: z.int().min(0).max(365).default(7),
  /** What the service does about a table that its verify finds different. */
  onDifference: z.enum(['tell', 'repair']).default('tell'),
});

/** The schema of `settings.json` (docs/settings.md). Every field except `central` and `connections` has a default. */
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
        webhook: webhookSchema.default(null),
        email: emailSchema.nullable().default(null),
        telegram: telegramSchema.nullable().default(null),
        ping: pingSchema.default(null),
        noSuccessHours: z.number().min(0).default(26),
        /** When the channels that want the daily digest get it, in local time. */
        digestAt: digestTime,
      })
      .prefault({}),
    hooks: hooksSchema.prefault({}),
    requests: requestsSchema.prefault({}),
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
    refuseUnknownConnections(settings, context);
    if (settings.central.layout === 'schema') refuseSharedMirrors(settings.connections, context);
  });

/** A hook with a mistyped connection would never run, and nobody would notice. Head office's computers have no connections. */
function refuseUnknownConnections(
  {
    connections,
    hooks,
  }: {
    readonly connections: readonly { readonly id: string }[];
    readonly hooks: { readonly afterBatch: readonly { readonly connections: readonly string[] }[] };
  },
  context: z.core.$RefinementCtx,
): void {
  if (connections.length === 0) return;
  const known = new Set(['*', ...connections.map((one) => one.id)]);
  hooks.afterBatch.forEach((hook, index) => {
    hook.connections.forEach((id, at) => {
      if (known.has(id)) return;
      context.addIssue({
        code: 'custom',
        path: ['hooks', 'afterBatch', index, 'connections', at],
        message: `"${id}" is no connection of these settings`,
        params: { reason: 'hook_connection', id },
      });
    });
  });
}

/** Schemas of Branchline and PostgreSQL at central, which a branch's tables must not overwrite. */
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

/**
 * A mirror deletes rows that the branch does not have, so two branches in one schema would delete each
 * other's rows.
 */
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

/** The file as written: without defaults, and with `url` if a person wrote one. */
export type SettingsFile = z.input<typeof settingsSchema>;
export type ConnectionFile = SettingsFile['connections'][number];
export type Settings = z.output<typeof settingsSchema>;
export type ConnectionSettings = Settings['connections'][number];
export type ScheduleSettings = Settings['schedules'][number];
export type CentralSettings = Settings['central'];
/** Which notifications are sent, and where. */
export type NotificationSettings = Settings['notifications'];
/** How strategy `cursor` finds what changed in a table. */
export type CursorSettings = NonNullable<Exclude<ConnectionSettings['tables'][number], string>['cursor']>;
/** What source and central have in common: where a PostgreSQL is and how to sign in there. */
export type EndpointSettings = Pick<ConnectionSettings, keyof typeof endpointFields>;
export type Layout = Exclude<CentralSettings['layout'], 'auto'>;

/** A connection that is not saved yet. */
export type Draft =
  | { readonly kind: 'source'; readonly connection: SettingsFile['connections'][number] }
  | { readonly kind: 'central'; readonly central: SettingsFile['central'] };

/** What Branchline keeps about the SSH server of an endpoint. */
export interface SshState {
  /** The fingerprint that is pinned or that the settings name; null before the first use. */
  readonly hostKey: string | null;
  /** Where its password or its key's passphrase is kept. */
  readonly secret: PasswordPlace;
}

/** Where a password was found. `none`: nowhere, which is fine if the server asks for none. */
export type PasswordPlace = 'environment' | 'passfile' | 'keychain' | 'file' | 'pgpass' | 'none';
