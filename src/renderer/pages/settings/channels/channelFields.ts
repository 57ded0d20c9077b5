import {
  DEFAULT_EVENTS,
  DIGEST_AT,
  NOTIFY_EVENTS,
  type NotifyEvent,
  type OutsideChannel,
} from '../../../../shared/notifyNames.ts';
import type { SettingsFile } from '../../../../shared/settings.ts';

/** The fields of all channels as typed; each channel shows its own. */
export const CHANNEL_FIELDS = [
  'host',
  'port',
  'security',
  'from',
  'to',
  'user',
  'url',
  'template',
  'recipients',
  'method',
  'contentType',
  'body',
  'markup',
  'headers',
  'chatId',
  'threadId',
  'apiUrl',
  'style',
  'secretFrom',
  'variable',
  'passfile',
  'allowHttp',
  'caFile',
  'timeout',
] as const;
export type ChannelField = (typeof CHANNEL_FIELDS)[number];
export type ChannelFields = Readonly<Record<ChannelField, string>>;

type Raw = Readonly<Record<string, unknown>>;

/** A channel's form: its fields, and what all channels have. */
export interface ChannelForm {
  readonly channel: OutsideChannel;
  readonly fields: ChannelFields;
  readonly enabled: boolean;
  readonly events: readonly NotifyEvent[];
  readonly digestAt: string;
}

const DEFAULTS: ChannelFields = {
  host: '',
  port: '587',
  security: '',
  from: '',
  to: '',
  user: '',
  url: '',
  template: '',
  recipients: '',
  method: 'POST',
  contentType: 'application/json',
  body: '',
  markup: 'html',
  headers: '',
  chatId: '',
  threadId: '',
  apiUrl: 'https://api.telegram.org',
  style: '',
  secretFrom: 'kept',
  variable: '',
  passfile: '',
  allowHttp: '',
  caFile: '',
  timeout: '',
};

/** The name in the file of each field that is written as it is typed. */
const KEYS: Readonly<Record<OutsideChannel, Partial<Record<ChannelField, string>>>> = {
  email: {
    host: 'host',
    port: 'port',
    security: 'security',
    from: 'from',
    to: 'to',
    user: 'user',
    variable: 'password',
    passfile: 'passfile',
    caFile: 'caFile',
    timeout: 'timeoutSeconds',
  },
  webhook: {
    url: 'url',
    template: 'template',
    recipients: 'to',
    method: 'method',
    contentType: 'contentType',
    body: 'body',
    markup: 'markup',
    headers: 'headers',
    variable: 'secret',
    allowHttp: 'allowHttp',
    caFile: 'caFile',
    timeout: 'timeoutSeconds',
  },
  telegram: {
    chatId: 'chatId',
    threadId: 'threadId',
    apiUrl: 'apiUrl',
    variable: 'token',
    caFile: 'caFile',
    timeout: 'timeoutSeconds',
  },
  ping: {
    url: 'url',
    style: 'style',
    allowHttp: 'allowHttp',
    caFile: 'caFile',
    timeout: 'timeoutSeconds',
  },
};

/** A channel as in the file; null if there is none. An address alone is shown as a group. */
export function channelRaw(document: SettingsFile | null, channel: OutsideChannel): Raw | null {
  const present: unknown = document?.notifications?.[channel];
  if (typeof present === 'string') return { url: present };
  return typeof present === 'object' && present !== null ? (present as Raw) : null;
}

/** The form of a channel, or an empty one. */
export function channelForm(document: SettingsFile | null, channel: OutsideChannel): ChannelForm {
  const raw = channelRaw(document, channel) ?? {};
  const entries = Object.entries(KEYS[channel]).map(([field, key]) => {
    const value = raw[key];
    const isSaid = value !== undefined && value !== null;
    return [field, isSaid ? typed(field as ChannelField, value) : DEFAULTS[field as ChannelField]];
  });
  const secretKey = KEYS[channel].variable ?? '';
  const secretFrom = secretKey in raw ? 'variable' : 'passfile' in raw ? 'passfile' : 'kept';
  const events = Array.isArray(raw.events) ? raw.events : DEFAULT_EVENTS;
  return {
    channel,
    fields: { ...DEFAULTS, ...Object.fromEntries(entries), secretFrom },
    enabled: raw.enabled !== false,
    events: NOTIFY_EVENTS.filter((one) => events.includes(one)),
    digestAt: document?.notifications?.digestAt ?? DIGEST_AT,
  };
}

/** A value of the file as a person types it. */
function typed(field: ChannelField, value: unknown): string {
  if (field === 'to' && Array.isArray(value)) return value.join('\n');
  if (field === 'variable') return String(value).replace(/^\$\{(.*)\}$/, '$1');
  if (field === 'allowHttp') return value === true ? 'yes' : '';
  if (field === 'headers')
    return Object.entries(value as Raw)
      .map(([name, one]) => `${name}: ${String(one)}`)
      .join('\n');
  if (field === 'body' && typeof value !== 'string') return JSON.stringify(value, null, 2);
  return String(value);
}

/** What is written for a field; undefined leaves it out, so that defaults follow later versions. */
function written(field: ChannelField, text: string, { contentType }: ChannelFields): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  switch (field) {
    case 'to':
      return trimmed.split(/[\s,;]+/);
    case 'variable':
      return `\${${trimmed}}`;
    case 'allowHttp':
      return true;
    case 'port':
    case 'threadId':
    case 'timeout':
      return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
    case 'headers':
      return Object.fromEntries(
        trimmed.split('\n').map((line) => {
          const colon = line.indexOf(':');
          return colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
        }),
      );
    case 'body':
      return contentType === 'text/plain' ? text : parsedOr(trimmed);
    default:
      return trimmed;
  }
}

/** A text that is no JSON stays one, and the settings say what is wrong with it. */
function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The fields that the chosen form of a channel does not have: they are left out. */
function unused({ channel, fields }: ChannelForm): readonly ChannelField[] {
  const secret: readonly ChannelField[] =
    fields.secretFrom === 'variable'
      ? ['passfile']
      : fields.secretFrom === 'passfile'
        ? ['variable']
        : ['variable', 'passfile'];
  if (channel === 'email') return fields.user.trim() === '' ? ['variable', 'passfile'] : secret;
  if (channel !== 'webhook') return secret;
  if (fields.template !== '') {
    const takesRecipients = fields.template === 'ntfy' || fields.template === 'fonnte';
    return [
      ...secret,
      'method',
      'contentType',
      'body',
      'markup',
      ...(takesRecipients ? [] : ['recipients' as const]),
    ];
  }
  return fields.body.trim() === ''
    ? [...secret, 'recipients', 'contentType', 'markup']
    : [...secret, 'recipients'];
}

/** The channel's settings as they are written: what the form does not show stays as it is. */
export function channelSettings(
  document: SettingsFile | null,
  first: ChannelForm,
  form: ChannelForm,
): Record<string, unknown> {
  const raw: Record<string, unknown> = { ...channelRaw(document, form.channel) };
  const left = unused(form);
  for (const [field, key] of Object.entries(KEYS[form.channel]) as [ChannelField, string][]) {
    const text = form.fields[field];
    if (left.includes(field)) delete raw[key];
    else if (text !== first.fields[field] || (field === 'body' && key in raw)) {
      const value = written(field, text, form.fields);
      if (value === undefined || (text === DEFAULTS[field] && !(key in raw))) delete raw[key];
      else raw[key] = value;
    }
  }
  if (form.enabled !== first.enabled) raw.enabled = form.enabled;
  if (form.channel !== 'ping' && form.events.join() !== first.events.join()) raw.events = form.events;
  return raw;
}

/** The document with the channel as the form has it; null removes it. */
export function withChannel(
  document: SettingsFile,
  first: ChannelForm,
  form: ChannelForm | null,
): SettingsFile {
  const { channel } = first;
  if (form === null) {
    const { [channel]: _, ...others } = document.notifications ?? {};
    return { ...document, notifications: others };
  }
  const digest = form.digestAt === first.digestAt ? {} : { digestAt: form.digestAt };
  const settings = channelSettings(document, first, form);
  return { ...document, notifications: { ...document.notifications, ...digest, [channel]: settings } };
}

/** The field that shows the problem of this path; null if none does. */
export function channelFieldOf(channel: OutsideChannel, path: string): ChannelField | 'events' | null {
  const prefix = `notifications.${channel}`;
  // An address that stands alone.
  if (path === prefix) return 'url';
  if (!path.startsWith(`${prefix}.`)) return null;
  const key = path.slice(prefix.length + 1).replace(/[.[].*$/, '');
  if (key === 'events') return 'events';
  const found = Object.entries(KEYS[channel]).find(([, name]) => name === key);
  return found === undefined ? null : (found[0] as ChannelField);
}

/** Whether the secret that is kept belongs to what is typed: it is stored by server and user. */
export function sameAccount(first: ChannelForm, form: ChannelForm): boolean {
  const account: Readonly<Record<OutsideChannel, readonly ChannelField[]>> = {
    email: ['host', 'port', 'user'],
    webhook: ['url'],
    telegram: ['apiUrl'],
    ping: [],
  };
  return account[form.channel].every((field) => form.fields[field] === first.fields[field]);
}

const REQUIRED: Readonly<Record<OutsideChannel, readonly ChannelField[]>> = {
  email: ['host', 'from', 'to'],
  webhook: ['url'],
  telegram: ['chatId'],
  ping: ['url'],
};

/** The fields that are empty and must not be. */
export function missingFields({ channel, fields }: ChannelForm): readonly ChannelField[] {
  const named: readonly ChannelField[] =
    fields.secretFrom === 'variable' ? ['variable'] : fields.secretFrom === 'passfile' ? ['passfile'] : [];
  const needsSecret = channel !== 'ping' && (channel !== 'email' || fields.user.trim() !== '');
  const needed = [...REQUIRED[channel], ...(needsSecret ? named : [])];
  return needed.filter((field) => fields[field].trim() === '');
}

/** One line that says where a channel leads, without its secrets. */
export function channelSummary(document: SettingsFile | null, channel: OutsideChannel): string {
  const { fields } = channelForm(document, channel);
  switch (channel) {
    case 'email':
      return fields.to.split('\n').join(', ');
    case 'telegram':
      return fields.chatId;
    default:
      return URL.canParse(fields.url) ? new URL(fields.url).host : fields.url;
  }
}
