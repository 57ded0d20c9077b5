import type { TelegramSettings } from '../../shared/notifySettings.ts';
import { channelAccount, secretToUse, variable } from './channelSecret.ts';
import { chatText, cutText, plainText } from './chatText.ts';
import { expectAccepted, type HttpAnswer, requestOnce } from './httpRequest.ts';
import { type Delivery, DeliveryError, type Message } from './message.ts';

/** Telegram's limit for a text. */
const TEXT_CHARS = 4096;
/** As BotFather gives them. Anything else could change the address that it is part of. */
const TOKEN = /^\d{1,20}:[A-Za-z0-9_-]{20,100}$/;

/**
 * Sends a message by a Telegram bot, as plain text without a preview of links.
 *
 * @throws DeliveryError; with how long to wait, if Telegram says so
 */
export async function sendTelegram(
  message: Message,
  settings: TelegramSettings,
  delivery: Delivery,
): Promise<void> {
  const { apiUrl, chatId, threadId, timeoutSeconds, caFile } = settings;
  const token = await tokenOf(settings, delivery);
  const body = {
    chat_id: chatId,
    ...(threadId !== undefined && { message_thread_id: threadId }),
    text: cutText(plainText(chatText(message)), TEXT_CHARS),
    link_preview_options: { is_disabled: true },
    disable_notification: message.level === 'information',
  };
  const answer = await requestOnce(
    {
      url: `${apiUrl.replace(/\/+$/, '')}/bot${token}/sendMessage`,
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      timeoutSeconds,
      caFile,
      readsAnswer: true,
    },
    delivery,
  );
  refuseAnswer(answer);
}

/** Telegram's description is not kept: only its numbers are. */
function refuseAnswer(answer: HttpAnswer): void {
  const { status } = answer;
  if (status === 401 || status === 404) throw new DeliveryError('bot_token', status);
  const { ok, parameters } = (answer.json ?? {}) as { readonly ok?: unknown; readonly parameters?: unknown };
  const { retry_after: seconds, migrate_to_chat_id: movedTo } = (parameters ?? {}) as {
    readonly retry_after?: unknown;
    readonly migrate_to_chat_id?: unknown;
  };
  if (status === 400 && Number.isSafeInteger(movedTo)) throw new DeliveryError('chat_moved', Number(movedTo));
  if (status === 400 || status === 403) throw new DeliveryError('chat', status);
  if (status === 429 && typeof seconds === 'number' && seconds >= 0)
    throw new DeliveryError('status', status, seconds * 1000);
  expectAccepted(answer);
  // A page of a proxy or a portal, with status 200, is no delivery.
  if (ok !== true) throw new DeliveryError('not_accepted');
}

/** @throws DeliveryError `secret_missing`, `bot_token` */
async function tokenOf(settings: TelegramSettings, delivery: Delivery): Promise<string> {
  const token = (await foundToken(settings, delivery)).trim();
  if (!TOKEN.test(token)) throw new DeliveryError('bot_token');
  return token;
}

async function foundToken(settings: TelegramSettings, delivery: Delivery): Promise<string> {
  if (settings.token !== undefined) return variable(settings.token, delivery.env);
  const account = channelAccount('telegram', { telegram: settings, webhook: null, email: null });
  const stored = await secretToUse(account, delivery);
  if (stored === null) throw new DeliveryError('secret_missing', 'telegram');
  return stored;
}
