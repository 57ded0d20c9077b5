import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { caOf } from './channelSecret.ts';
import { type Delivery, DeliveryError, socketError } from './message.ts';

/** What of an answer is read, if anything of it is asked for. */
const ANSWER_BYTES = 64 * 1024;

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly timeoutSeconds: number;
  readonly caFile?: string | undefined;
  /** Whether the answer's body is needed. Otherwise it is not read: it may be endless. */
  readonly readsAnswer?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** How long the receiver asks to wait before the next attempt (RFC 9110), in milliseconds; null if it does not ask. */
  readonly retryAfterMs: number | null;
  /** Null if it was not asked for, is too long, or is not JSON. */
  readonly json: unknown;
}

/**
 * Makes one request. Redirects are not followed, because they would take the message and its headers to an address that
 * nobody has chosen.
 *
 * @throws DeliveryError if there was no answer in time
 */
export function requestOnce(asked: HttpRequest, { folder, stop }: Delivery): Promise<HttpAnswer> {
  const { url, method, headers, body, timeoutSeconds, caFile, readsAnswer = false } = asked;
  const ca = caOf(caFile, folder);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutSeconds * 1000)]);
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const sized = method === 'GET' ? headers : { ...headers, 'Content-Length': String(body.length) };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void =>
      reject(signal.aborted && !stop.aborted ? new DeliveryError('timeout') : socketError(error, stop));
    try {
      const sent = send(
        url,
        {
          method,
          headers: { ...sized, 'User-Agent': 'Branchline' },
          agent: false,
          signal,
          ...(ca && { ca }),
        },
        (response) => {
          const status = response.statusCode ?? 0;
          const retryAfterMs = retryAfter(response.headers['retry-after']);
          const end = (json: unknown): void => {
            resolve({ status, retryAfterMs, json });
            response.on('error', () => {}).destroy();
          };
          if (!readsAnswer) return end(null);
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('error', fail);
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > ANSWER_BYTES) end(null);
            else chunks.push(chunk);
          });
          response.on('end', () => end(parsed(Buffer.concat(chunks))));
        },
      );
      sent.on('error', fail);
      sent.end(method === 'GET' ? undefined : body);
    } catch (error) {
      fail(error);
    }
  });
}

/** @throws DeliveryError if the status is not one of 200 to 299 */
export function expectAccepted({ status, retryAfterMs }: HttpAnswer): void {
  if (status >= 300 && status < 400) throw new DeliveryError('redirect', status);
  if (status < 200 || status >= 300) throw new DeliveryError('status', status, retryAfterMs);
}

/** Only the form in seconds is read: clocks differ, and chat programs use no other. */
function retryAfter(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : null;
}

function parsed(answer: Buffer): unknown {
  try {
    return JSON.parse(answer.toString('utf8'));
  } catch {
    return null;
  }
}
