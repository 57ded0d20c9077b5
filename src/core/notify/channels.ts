import {
  NOTIFY_CHANNELS,
  type NotifyChannel,
  type NotifyEvent,
  OUTSIDE_CHANNELS,
  type OutsideChannel,
} from '../../shared/notifyNames.ts';
import type { NotificationSettings } from '../../shared/settings.ts';
import { assertNever } from '../../shared/status.ts';
import { sendEmail } from './email.ts';
import type { Delivery, Message } from './message.ts';
import { sendPing } from './ping.ts';
import { sendTelegram } from './telegram.ts';
import { sendWebhook } from './webhook.ts';

export const PING_CHANNEL = 'ping' satisfies OutsideChannel;

/** The channels of the settings that notify people, and are switched on; with an event, those that tell of it. */
export function notifyingChannels(
  settings: NotificationSettings,
  event?: NotifyEvent,
): readonly NotifyChannel[] {
  return NOTIFY_CHANNELS.filter((name) => {
    const channel = settings[name];
    return channel?.enabled === true && (event === undefined || channel.events.includes(event));
  });
}

/** The channels that the settings name, and that are switched on. */
export function configuredChannels(settings: NotificationSettings): readonly OutsideChannel[] {
  return OUTSIDE_CHANNELS.filter((channel) => settings[channel]?.enabled === true);
}

/**
 * Sends a message through one channel, if the settings name it.
 *
 * @throws DeliveryError
 */
export async function sendThrough(
  channel: OutsideChannel,
  message: Message,
  { webhook, email, telegram, ping }: NotificationSettings,
  delivery: Delivery,
  now: Date,
): Promise<void> {
  switch (channel) {
    case 'webhook':
      if (webhook !== null) await sendWebhook(message, webhook, delivery, now);
      return;
    case 'email':
      if (email !== null) await sendEmail(message, email, delivery);
      return;
    case 'telegram':
      if (telegram !== null) await sendTelegram(message, telegram, delivery);
      return;
    case 'ping':
      if (ping !== null) await sendPing(message, ping, delivery);
      return;
    default:
      assertNever(channel);
  }
}
