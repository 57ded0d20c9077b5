import { channelAccount, namedSecret } from '../core/notify/channelSecret.ts';
import { sendThrough } from '../core/notify/channels.ts';
import { DeliveryError } from '../core/notify/message.ts';
import { testMessage } from '../core/notify/testMessage.ts';
import { PasswordStore } from '../core/secrets/passwordStore.ts';
import { readSettingsDocument } from '../core/settings/document.ts';
import { checkSettings, settingsFile } from '../core/settings/load.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import {
  type ChannelDraft,
  HIDDEN_PART,
  NOTIFY_CHANNELS,
  type NotifyChannel,
} from '../shared/notifyNames.ts';
import type { NotificationSettings, PasswordPlace, Settings, SettingsFile } from '../shared/settings.ts';
import type { Language } from '../shared/texts/language.ts';
import { createTranslator } from '../shared/texts/translate.ts';
import type { ChannelTest } from '../window-api/views.ts';
import type { Answerers, WindowAppHost } from './windowApp.ts';

type ChannelCalls = Pick<Answerers, 'testChannel' | 'setChannelSecret'>;

/**
 * Calls about channels that need not be saved yet. Secrets go in and never come out.
 *
 * @param language in which problems of a draft are described, and the test is written
 * @param closed aborted when nobody can receive the answer any more
 */
export function createChannels(
  { folder, ports: { clock } }: Pick<WindowAppHost, 'folder' | 'ports'>,
  language: () => Language,
  closed: AbortSignal,
): ChannelCalls {
  const checked = (draft: ChannelDraft): Settings => checkedSettings(folder, draft, language());
  return {
    testChannel: async (draft, typed): Promise<ChannelTest> => {
      const { notifications, connections } = checked(draft);
      const now = clock.now();
      const message = testMessage(connections, createTranslator(language()), now);
      const secret = typed === null ? {} : { typedSecret: typed };
      const delivery = { folder, env: process.env, stop: closed, ...secret };
      try {
        await sendThrough(draft.channel, message, notifications, delivery, now);
        return { ok: true };
      } catch (error) {
        if (!(error instanceof DeliveryError)) throw error;
        return { ok: false, reason: error.reason, detail: error.detail };
      }
    },
    setChannelSecret: async (draft, secret) => {
      const { notifications } = checked(draft);
      const { channel } = draft;
      const account = channel === 'ping' ? null : channelAccount(channel, notifications);
      // The window shows no field for a secret there.
      if (channel === 'ping' || account === null) return 'none';
      const store = new PasswordStore(folder);
      if (secret === null) {
        await store.remove(account);
        return 'none';
      }
      const where = namedSecret(channel, notifications);
      // One that the settings name takes precedence, so a stored one would silently never be used.
      if (where !== undefined) throw new UsageError(UsageCode.PasswordNamed, { connection: channel, where });
      return (await store.set(account, secret)).place;
    },
  };
}

/** The schema checks whole settings only; this stands in where there are none that can be used. */
const SOMEWHERE = { host: 'localhost', database: 'postgres', user: 'postgres' };

/** @throws UsageError `settings_invalid` */
function checkedSettings(folder: string, draft: ChannelDraft, language: Language): Settings {
  const { document, effective } = readSettingsDocument(folder, language);
  const alone = { notifications: { [draft.channel]: draft.settings } };
  const raw = restored(
    { central: SOMEWHERE, connections: [], ...alone } as unknown as SettingsFile,
    document,
  );
  const { notifications } = checkSettings(settingsFile(folder), raw, language);
  return { ...(effective ?? checkSettings(settingsFile(folder), raw, language)), notifications };
}

/** Where each channel's secret comes from. */
export async function channelSecrets(
  folder: string,
  notifications: NotificationSettings,
): Promise<Readonly<Partial<Record<NotifyChannel, PasswordPlace>>>> {
  const store = new PasswordStore(folder);
  const places = NOTIFY_CHANNELS.map(async (channel) => {
    const named = namedSecret(channel, notifications);
    if (named !== undefined) return [channel, named.startsWith('${') ? 'environment' : 'passfile'] as const;
    const account = channelAccount(channel, notifications);
    return [channel, account === null ? 'none' : ((await store.where(account)) ?? 'none')] as const;
  });
  return Object.fromEntries(await Promise.all(places));
}

/** The channels whose address is a secret: whoever knows it can post there. */
const SECRET_ADDRESSES = ['webhook', 'ping'] as const;
type SecretAddress = (typeof SECRET_ADDRESSES)[number];

/** The settings with the secret part of the channels' addresses left out, for the window. */
export function masked<T extends Pick<SettingsFile, 'notifications'> | Pick<Settings, 'notifications'>>(
  settings: T,
): T {
  return withAddresses(settings, (url) => maskOf(url));
}

/** What the window sends back: addresses that it was not told, and that nobody has changed, are as before. */
export function restored(document: SettingsFile, before: SettingsFile | null): SettingsFile {
  return withAddresses(document, (url, channel) => {
    const earlier = addressOf(before?.notifications, channel);
    return earlier !== null && url === maskOf(earlier) ? earlier : url;
  });
}

function maskOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}/${HIDDEN_PART}`;
}

function withAddresses<T>(settings: T, change: (url: string, channel: SecretAddress) => string): T {
  const { notifications } = settings as { readonly notifications?: unknown };
  if (!isRecord(notifications)) return settings;
  const changed = SECRET_ADDRESSES.flatMap((channel) => {
    const url = addressOf(notifications, channel);
    const present = notifications[channel];
    if (url === null) return [];
    const next = change(url, channel);
    return [[channel, isRecord(present) ? { ...present, url: next } : next] as const];
  });
  return { ...settings, notifications: { ...notifications, ...Object.fromEntries(changed) } };
}

/** Written as a group, or as the address alone; in an invalid file as anything. */
function addressOf(notifications: unknown, channel: SecretAddress): string | null {
  if (!isRecord(notifications)) return null;
  const present = notifications[channel];
  const url = isRecord(present) ? present.url : present;
  return typeof url === 'string' ? url : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
