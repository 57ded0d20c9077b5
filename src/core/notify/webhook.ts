import { createHmac } from 'node:crypto';
import { isVariable, type WebhookSettings } from '../../shared/notifySettings.ts';
import { channelAccount, secretToUse, variable } from './channelSecret.ts';
import { expectAccepted, requestOnce } from './httpRequest.ts';
import { type Delivery, DeliveryError, type Message } from './message.ts';
import { headerText, webhookContent } from './webhookTemplates.ts';

/**
 * Posts a message, as JSON or as the settings' template says. Any status of 200 to 299 means that it has arrived.
 *
 * @throws DeliveryError
 */
export async function sendWebhook(
  message: Message,
  settings: WebhookSettings,
  delivery: Delivery,
  now: Date,
): Promise<void> {
  const { contentType, body } = webhookContent(message, settings);
  const own = Object.entries(settings.headers).map(([name, value]) => [
    name,
    isVariable(value) ? headerValue(variable(value, delivery.env)) : headerText(value, message),
  ]);
  const secret = await secretOf(settings, delivery);
  const headers = {
    ...Object.fromEntries(own),
    'Content-Type': contentType,
    'Branchline-Delivery': message.id,
    ...(secret !== null && { 'Branchline-Signature': webhookSignature(body, secret, now) }),
  };
  const { url, method = 'POST', timeoutSeconds, caFile, template } = settings;
  const readsAnswer = template === 'fonnte';
  const answer = await requestOnce(
    { url, method, headers, body, timeoutSeconds, caFile, readsAnswer },
    delivery,
  );
  expectAccepted(answer);
  // Fonnte answers with status 200 also when the token or the number is wrong.
  if (readsAnswer && (answer.json as { status?: unknown } | null)?.status !== true)
    throw new DeliveryError('not_accepted');
}

/**
 * `t=SECONDS,v1=HEX`: the HMAC-SHA256 of `SECONDS.BODY`. A receiver that refuses old times cannot be fooled with a
 * recorded post.
 */
export function webhookSignature(body: Buffer, secret: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')}`;
}

async function secretOf(settings: WebhookSettings, delivery: Delivery): Promise<string | null> {
  if (settings.secret !== undefined) return variable(settings.secret, delivery.env);
  const account = channelAccount('webhook', { webhook: settings, email: null, telegram: null });
  return secretToUse(account, delivery);
}

/** @throws DeliveryError if an environment variable's value cannot be a header, such as one with a line break */
function headerValue(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  throw new DeliveryError('failed', 'HEADER');
}
