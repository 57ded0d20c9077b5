/*
 * Names in the settings of notifications and in what came of them, without the schema: the window needs the names alone.
 */

/** The channels that notify somebody elsewhere. */
export const NOTIFY_CHANNELS = ['webhook', 'email', 'telegram'] as const;
export type NotifyChannel = (typeof NOTIFY_CHANNELS)[number];

/** All channels that leave this computer; a ping tells a program of every batch. */
export const OUTSIDE_CHANNELS = [...NOTIFY_CHANNELS, 'ping'] as const;
export type OutsideChannel = (typeof OUTSIDE_CHANNELS)[number];

/** What a channel may tell of; docs/settings.md says which notifications belong to which. */
export const NOTIFY_EVENTS = ['failure', 'recovery', 'differs', 'question', 'no_success', 'digest'] as const;
export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

/** What a channel tells of if its settings do not say: everything but the daily digest, which nobody has asked for. */
export const DEFAULT_EVENTS: readonly NotifyEvent[] = NOTIFY_EVENTS.filter((one) => one !== 'digest');

/** When the digest is sent, in local time, if the settings do not say. */
export const DIGEST_AT = '07:00';

/** The receivers whose form of a post is known. */
export const WEBHOOK_TEMPLATES = ['slack', 'teams', 'discord', 'ntfy', 'fonnte'] as const;

/** What `{{…}}` may name in the body and the headers of a webhook. */
export const WEBHOOK_PLACEHOLDERS = [
  'text',
  'title',
  'body',
  'branches',
  'tables',
  'event',
  'level',
  'at',
  'computer',
  'batch_id',
  'id',
  'language',
] as const;
export type WebhookPlaceholder = (typeof WEBHOOK_PLACEHOLDERS)[number];

/** Why a channel did not deliver; see `delivery.reason` in src/shared/texts. */
export type DeliveryReason =
  | 'timeout'
  | 'unreachable'
  | 'tls'
  | 'status'
  | 'redirect'
  | 'sign_in'
  | 'refused'
  /** Some recipients got it. A repetition would reach them again, so it counts as delivered. */
  | 'refused_some'
  /** The answer says so, in spite of its status. */
  | 'not_accepted'
  | 'bot_token'
  | 'chat'
  | 'chat_moved'
  | 'secret_missing'
  | 'ca_file'
  | 'stopped'
  | 'failed';

/** Stands for the part of an address that is a secret, wherever a person sees it. No address has it. */
export const HIDDEN_PART = '••••••••';

/** A channel's settings that need not be saved yet, as written. */
export interface ChannelDraft {
  readonly channel: OutsideChannel;
  readonly settings: Readonly<Record<string, unknown>>;
}
