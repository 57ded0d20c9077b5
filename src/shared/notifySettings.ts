import { z } from 'zod';
import { channelEvents } from './notifyEvents.ts';
import {
  HIDDEN_PART,
  WEBHOOK_PLACEHOLDERS,
  WEBHOOK_TEMPLATES,
  type WebhookPlaceholder,
} from './notifyNames.ts';
import { environmentVariable, text } from './settingsText.ts';

/** An HTTP field name (RFC 9110), without those that the connection itself decides. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const OWN_HEADERS =
  /^(host|content-(length|type|encoding)|transfer-encoding|connection|te|trailer|upgrade|branchline-.*)$/i;
/** Headers whose value is a secret. */
const SECRET_HEADER = /auth|cookie|key|token|secret|password|signature/i;
/** Printable ASCII: a line break would begin another header. */
const HEADER_VALUE = /^[\x20-\x7e]{1,2000}$/;
const IS_VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;

/** Whether a text is `${NAME}`, the name of an environment variable. */
export function isVariable(text: string): boolean {
  return IS_VARIABLE.test(text);
}

export type JsonValue = z.output<ReturnType<typeof z.json>>;

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Replaces every `{{name}}` of a known name in one pass, so that a value is never taken for a placeholder. */
export function fillPlaceholders(text: string, value: (name: WebhookPlaceholder) => string): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => (isPlaceholder(name) ? value(name) : whole));
}

function isPlaceholder(name: string): name is WebhookPlaceholder {
  return (WEBHOOK_PLACEHOLDERS as readonly string[]).includes(name);
}

/** Whether every `{{…}}` in the texts of a JSON value has a known name, and none is in the name of a field. */
function placeholdersKnown(value: JsonValue): boolean {
  if (typeof value === 'string')
    return [...value.matchAll(PLACEHOLDER)].every(([, name = '']) => isPlaceholder(name));
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, one]) => !name.includes('{{') && placeholdersKnown(one));
}

/** Recipients of a template that needs some: a topic of ntfy; numbers or groups of WhatsApp. */
const RECIPIENTS: Partial<Record<(typeof WEBHOOK_TEMPLATES)[number], RegExp>> = {
  ntfy: /^[-_A-Za-z0-9]{1,64}$/,
  fonnte: /^\+?[0-9-]{5,40}(@g\.us)?(,\+?[0-9-]{5,40}(@g\.us)?)*$/,
};

const NO_PLACEHOLDER = `has a {{…}} that is not known; known are ${WEBHOOK_PLACEHOLDERS.join(', ')}`;

interface WebhookTemplate {
  readonly template?: (typeof WEBHOOK_TEMPLATES)[number] | undefined;
  readonly to?: string | undefined;
  readonly method?: string | undefined;
  readonly contentType?: string | undefined;
  readonly body?: JsonValue | undefined;
  readonly markup?: string | undefined;
}

function checkTemplate(
  { template, to, ...own }: WebhookTemplate,
  refuse: (path: string[], reason: string, message: string) => void,
): void {
  const { body, contentType, markup } = own;
  const recipients = template === undefined ? undefined : RECIPIENTS[template];
  if (recipients === undefined ? to !== undefined : !recipients.test(to ?? ''))
    refuse(['to'], 'webhook_to', 'is for the templates "ntfy" (its topic) and "fonnte" (numbers)');
  const given = (['method', 'contentType', 'body', 'markup'] as const).find(
    (name) => own[name] !== undefined,
  );
  if (template !== undefined) {
    if (given !== undefined) refuse([given], 'webhook_template', 'is decided by "template"');
    return;
  }
  if (body === undefined) {
    if (contentType !== undefined || markup !== undefined) refuse(['body'], 'webhook_body', BODY_FORM);
    return;
  }
  if (!bodyFits(body, contentType)) refuse(['body'], 'webhook_body', BODY_FORM);
  else if (!placeholdersKnown(body)) refuse(['body'], 'webhook_placeholder', NO_PLACEHOLDER);
}

const BODY_FORM = 'must be a group { … }, of texts alone for a form, and a text for text/plain';

function bodyFits(body: JsonValue, contentType = 'application/json'): boolean {
  if (contentType === 'text/plain') return typeof body === 'string';
  if (typeof body !== 'object' || body === null) return false;
  if (contentType === 'application/json') return true;
  return !Array.isArray(body) && Object.values(body).every((one) => typeof one === 'string');
}

/** Adds what is wrong with the address of a webhook or a ping. */
function checkAddress(
  { url, allowHttp }: { readonly url: string; readonly allowHttp: boolean },
  context: z.RefinementCtx,
): void {
  const refuse = (reason: string, message: string): void =>
    context.addIssue({ code: 'custom', path: ['url'], message, params: { reason } });
  if (url.includes(HIDDEN_PART)) refuse('address_hidden', 'has a hidden part: write the whole address');
  // What is no address at all is refused by its type.
  if (!URL.canParse(url)) return;
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:')
    refuse('web_address', 'must be a web address (https://…)');
  else if (protocol === 'http:' && !allowHttp)
    refuse('webhook_http', 'must begin with https://, or set "allowHttp": true');
  if (username !== '' || password !== '')
    refuse('webhook_login', 'must not contain a user or password; use "headers"');
}

const webhookFields = z.lazy(() =>
  z
    .strictObject({
      ...channelEvents,
      /** The address lets anyone post there, so it is treated as a secret. */
      url: z.url(),
      /** `${ENV_NAME}`. Without it: the keychain. With neither, posts are not signed. */
      secret: environmentVariable.optional(),
      /** More headers of each post. A secret one names an environment variable. */
      headers: z.record(z.string(), z.string()).default({}),
      /** A ready-made form of the post, instead of `method`, `contentType`, `body` and `markup`. */
      template: z.enum(WEBHOOK_TEMPLATES).optional(),
      /** Whom the template is for, where the address does not say it: see {@link RECIPIENTS}. */
      to: z.string().optional(),
      method: z.enum(['POST', 'PUT', 'PATCH']).optional(),
      contentType: z.enum(['application/json', 'application/x-www-form-urlencoded', 'text/plain']).optional(),
      /** With `{{…}}` in its texts. A text for `text/plain`; for a form, a group of texts; any JSON otherwise. */
      body: z.json().optional(),
      /** What the receiver reads as markup in values; `html` by default. */
      markup: z.enum(['html', 'markdown', 'none']).optional(),
      timeoutSeconds: z.int().min(1).max(120).default(15),
      /** Whether the address may be `http://`. */
      allowHttp: z.boolean().default(false),
      /** CA certificates (PEM), instead of those that Node trusts. Relative to the settings file. */
      caFile: text.optional(),
    })
    .superRefine((webhook, context) => {
      const { headers } = webhook;
      const refuse = (path: string[], reason: string, message: string): void =>
        context.addIssue({
          code: 'custom',
          path,
          message,
          params: {
            reason,
            ...(reason === 'webhook_placeholder' && { known: WEBHOOK_PLACEHOLDERS.join(', ') }),
          },
        });
      checkTemplate(webhook, refuse);
      checkAddress(webhook, context);
      for (const [name, value] of Object.entries(headers)) {
        if (!HEADER_NAME.test(name) || OWN_HEADERS.test(name) || !HEADER_VALUE.test(value))
          refuse(['headers', name], 'webhook_header', 'is no header that can be added');
        else if (SECRET_HEADER.test(name) && !IS_VARIABLE.test(value))
          refuse(['headers', name], 'password_literal', 'write ${NAME}, the name of an environment variable');
        else if (!placeholdersKnown(value)) refuse(['headers', name], 'webhook_placeholder', NO_PLACEHOLDER);
      }
    }),
);

/** Written as a group, or as the address alone. */
function addressOrGroup<Fields extends z.ZodType>(fields: Fields) {
  return z
    .custom<string | z.input<Fields> | null>()
    .transform((raw: unknown, context): z.output<Fields> | null => {
      if (raw === null) return null;
      const isAddress = typeof raw === 'string';
      const parsed = fields.safeParse(isAddress ? { url: raw } : raw);
      for (const issue of parsed.error?.issues ?? [])
        context.issues.push({ ...issue, input: undefined, path: isAddress ? [] : issue.path });
      return parsed.success ? parsed.data : z.NEVER;
    });
}

export const webhookSchema = addressOrGroup(webhookFields);

const pingFields = z.lazy(() =>
  z
    .strictObject({
      /** Switched off, a channel keeps its settings and sends nothing. */
      enabled: z.boolean().default(true),
      /** The address lets anyone ping, so it is treated as a secret. */
      url: z.url(),
      /** Without it: `uptime-kuma` if the path has `/api/push/`, else `healthchecks`. */
      style: z.enum(['healthchecks', 'uptime-kuma']).optional(),
      timeoutSeconds: z.int().min(1).max(120).default(10),
      /** Whether the address may be `http://`. */
      allowHttp: z.boolean().default(false),
      /** CA certificates (PEM), instead of those that Node trusts. Relative to the settings file. */
      caFile: text.optional(),
    })
    .superRefine(checkAddress),
);

export const pingSchema = addressOrGroup(pingFields);

/** Which of the two forms of a ping an address takes. */
export function pingStyle({ style, url }: PingSettings): 'healthchecks' | 'uptime-kuma' {
  return style ?? (new URL(url).pathname.includes('/api/push/') ? 'uptime-kuma' : 'healthchecks');
}

/** One plain address. No comma, bracket or line break, so that it can add neither a recipient nor a header. */
const address = () =>
  z
    .string()
    .refine(
      (one) =>
        one.length <= 254 && /^[^\s@<>()[\]\\,;:"\p{Control}]+@[^\s@<>()[\]\\,;:"\p{Control}]+$/u.test(one),
      {
        error: 'must be one e-mail address, such as it@hq.example',
        params: { reason: 'email_address' },
      },
    );

export const emailSchema = z.lazy(() =>
  z
    .strictObject({
      ...channelEvents,
      host: z.string().refine((host) => /^[^\s,/@\p{Control}]+$/u.test(host), {
        error: 'must be one name or address of a mail server',
        params: { reason: 'email_host' },
      }),
      port: z.int().min(1).max(65535).default(587),
      /** `tls` from the first byte (default on port 465), `starttls` (required, default elsewhere), or `none`. */
      security: z.enum(['starttls', 'tls', 'none']).optional(),
      from: address(),
      to: z.array(address()).min(1).max(50),
      user: text.optional(),
      /** `${ENV_NAME}`. Without it: `passfile`, else the keychain. */
      password: environmentVariable.optional(),
      /** A libpq password file whose database is `smtp`. Relative to the settings file. */
      passfile: text.optional(),
      /** CA certificates (PEM), instead of those that Node trusts. Relative to the settings file. */
      caFile: text.optional(),
      timeoutSeconds: z.int().min(1).max(120).default(30),
    })
    .superRefine(({ security, user, password, passfile }, context) => {
      const refuse = (at: string, reason: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [at], message, params: { reason } });
      if (security === 'none' && user !== undefined)
        refuse('security', 'email_clear_password', 'would send the password in clear text');
      const named = password === undefined ? passfile : password;
      if (user === undefined && named !== undefined)
        refuse(password === undefined ? 'passfile' : 'password', 'email_no_user', 'needs "user" too');
    }),
);

export const telegramSchema = z.lazy(() =>
  z
    .strictObject({
      ...channelEvents,
      /** `${ENV_NAME}`. Without it: the keychain. */
      token: environmentVariable.optional(),
      /** The number of a chat (those of groups are negative), or `@name` of a public channel. */
      chatId: z.union([
        z.int(),
        z.string().refine((id) => /^(-?\d{1,20}|@[A-Za-z][A-Za-z0-9_]{3,63})$/.test(id), {
          error: 'must be the number of a chat, or @name of a public channel',
          params: { reason: 'telegram_chat' },
        }),
      ]),
      /** A topic of a group that has topics. */
      threadId: z.int().positive().optional(),
      /** Another Bot API server. */
      apiUrl: z.url().default('https://api.telegram.org'),
      /** CA certificates (PEM), instead of those that Node trusts. Relative to the settings file. */
      caFile: text.optional(),
      timeoutSeconds: z.int().min(1).max(120).default(15),
    })
    .superRefine(({ apiUrl }, context) => {
      if (!URL.canParse(apiUrl)) return;
      const { protocol, username, password, search, hash } = new URL(apiUrl);
      // The token is in the address of each request, so that it is never sent in clear text.
      if (protocol !== 'https:' || username !== '' || password !== '' || search !== '' || hash !== '')
        context.addIssue({
          code: 'custom',
          path: ['apiUrl'],
          message: 'must begin with https:// and hold no user, password, ? or #',
          params: { reason: 'telegram_api' },
        });
    }),
);

export type TelegramSettings = z.output<typeof telegramSchema>;
export type WebhookSettings = z.output<typeof webhookFields>;
export type EmailSettings = z.output<typeof emailSchema>;

export type PingSettings = z.output<typeof pingFields>;

/** How a mail server is spoken to. */
export function emailSecurity({
  security,
  port,
}: Pick<EmailSettings, 'security' | 'port'>): 'starttls' | 'tls' | 'none' {
  return security ?? (port === 465 ? 'tls' : 'starttls');
}
