import { z } from 'zod';
import type { DeliveryReason } from '../../shared/notifyNames.ts';
import { LANGUAGES } from '../../shared/texts/language.ts';

const name = z.object({ connection: z.string(), table: z.string() });

/**
 * A notification as the outbox keeps it and channels send it. It names branches and tables; it has no secrets, no
 * contents of rows and no text of a server other than names. Invisible characters in names are already escaped.
 */
export const messageSchema = z.object({
  /** Random. A receiver that gets the same id twice has missed our end of the first delivery. */
  id: z.string(),
  /** What happened: the kind of a note, or `test`. */
  kind: z.string(),
  /** `problem`: a person is needed. `recovered`: what was told is over. `information`: nothing to do. */
  level: z.enum(['problem', 'recovered', 'information']),
  /** ISO 8601 in UTC. */
  at: z.string(),
  title: z.string(),
  body: z.string(),
  language: z.enum(LANGUAGES),
  /** The computer that Branchline runs on. */
  computer: z.string(),
  batchId: z.string().nullable(),
  branches: z.array(z.object({ connection: z.string(), label: z.string() })),
  tables: z.array(name),
  /** The parts of a message that is longer than a sentence: `body` has them as text, and some channels their layout. */
  sections: z
    .array(
      z.object({
        heading: z.string(),
        lines: z.array(z.object({ name: z.string(), value: z.string() })),
      }),
    )
    .optional(),
  /** The same for programs, in the form of a post without a template. */
  facts: z.record(z.string(), z.json()).optional(),
});
export type Message = z.output<typeof messageSchema>;
export type MessageSection = NonNullable<Message['sections']>[number];

/**
 * Thrown if a message could not be delivered. Its texts are our own: what a receiver answers and what a library says may
 * contain the address or a password.
 */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly reason: DeliveryReason;
  /** An HTTP or SMTP status, an error code, the name of a variable or file, or a chat's new number. */
  readonly detail: string;
  /** How long the receiver asks to wait before the next attempt; null if it does not ask. */
  readonly retryAfterMs: number | null;

  constructor(reason: DeliveryReason, detail: string | number = '', retryAfterMs: number | null = null) {
    super(`${reason} ${detail}`.trim());
    this.retryAfterMs = retryAfterMs;
    this.reason = reason;
    this.detail = String(detail);
  }
}

/** What a channel needs besides its settings. */
export interface Delivery {
  /** The user-data folder. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends an attempt under way. */
  readonly stop: AbortSignal;
  /** A secret that a person has typed and not saved yet, instead of the stored one. */
  readonly typedSecret?: string;
}

const TLS_ERROR = /CERT|TLS|SSL|EPROTO|SIGNATURE|UNABLE_TO_|DEPTH_ZERO|ISSUER/;
const CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

/** The reason that an error of a socket stands for; only its code is kept. */
export function socketError(error: unknown, stop: AbortSignal): DeliveryError {
  if (error instanceof DeliveryError) return error;
  if (stop.aborted) return new DeliveryError('stopped');
  const { name: kind, code: found } = error as { readonly name?: unknown; readonly code?: unknown };
  if (kind === 'TimeoutError' || found === 'ETIMEDOUT') return new DeliveryError('timeout');
  const code = typeof found === 'string' && CODE.test(found) ? found : '';
  if (TLS_ERROR.test(code)) return new DeliveryError('tls', code);
  return code === '' ? new DeliveryError('failed') : new DeliveryError('unreachable', code);
}

/** A text in which HTML and chat programs find no markup. */
export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
