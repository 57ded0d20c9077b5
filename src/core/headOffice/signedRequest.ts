import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { RequestAction, RequestRefusal } from '../../shared/officeRequests.ts';
import type { RequestSettings } from '../../shared/requestSettings.ts';
import type { Settings } from '../../shared/settings.ts';

/**
 * Signed in front of every request, so that a signature that the same key has made for something else, or for another
 * version, is none here.
 */
const DOMAIN = 'branchline request of head office, version 1\n';

/** Longest request, in bytes. A fragment of settings for hundreds of tables has a tenth of it. */
export const MOST_REQUEST_BYTES = 65_536;
/** How far head office's clock may be ahead of the branch's. */
export const CLOCK_SKEW_MS = 10 * 60_000;
/** How long a request may be valid at most. */
export const LONGEST_VALID_MS = 7 * 86_400_000;
/** How long a request may pause a branch at most: a stolen key must not stop a branch for good. */
export const LONGEST_PAUSE_MS = 31 * 86_400_000;

/** Control characters could draw over a terminal or forge lines of a log. */
const plainText = z
  .string()
  .min(1)
  .max(100)
  .regex(/^\P{C}+$/u);
const time = z.iso.datetime();

const envelope = z.strictObject({
  id: z.uuid(),
  /** Who asks, as head office says. */
  by: plainText,
  /** {@link fingerprintOf} of the key that signs. */
  key: z.string().max(64),
  connection: z.string().max(100),
  installation: z.string().max(100),
  action: z.string().max(40),
  args: z.unknown(),
  issued: time,
  expires: time,
});

const nothing = z.strictObject({});
const someTables = z.strictObject({ tables: z.array(z.string().min(1).max(200)).max(1000).optional() });

/** What an action needs to know. */
const ARGS = {
  run: someTables,
  verify: someTables,
  pause: z.strictObject({ until: time }),
  resume: nothing,
  retry: nothing,
  settings: z.strictObject({ fragment: z.record(z.string(), z.unknown()) }),
} as const satisfies Readonly<Record<RequestAction, z.ZodType>>;

/** An action and its arguments. */
export type Asked = {
  readonly [A in RequestAction]: { readonly action: A; readonly args: z.output<(typeof ARGS)[A]> };
}[RequestAction];

/** A request whose signature, form, address and times are right. */
export type OfficeRequest = Asked & {
  readonly id: string;
  readonly by: string;
  /** What the branch calls the key. */
  readonly keyName: string;
  /** {@link fingerprintOf} the key. */
  readonly signer: string;
  readonly connection: string;
  readonly issued: Date;
  readonly expires: Date;
  /** As it was signed. */
  readonly text: string;
};

/** A row of `branchline.requests`, which anybody may have written. */
export interface RequestRow {
  readonly connection: string;
  /** Of the computer that it is for. The branch asks for the rows of its own; nothing follows from it alone. */
  readonly installation: string;
  readonly id: string;
  /** Null where it is longer than {@link MOST_REQUEST_BYTES}. */
  readonly request: string | null;
  readonly signature: string;
}

/**
 * What reads or writes the tables of a connection: not while it is switched off, nor during a pause. The others still
 * reach it, so that head office can switch a connection on again.
 */
export const COPIES: readonly RequestAction[] = ['run', 'verify', 'retry'];

/** For whom a request has to be, and by whom. */
export interface RequestAddress {
  readonly installationId: string;
  /** Connections of the settings, and those of them that are switched off. */
  readonly connections: readonly string[];
  readonly disabled: readonly string[];
  readonly settings: RequestSettings;
  readonly now: Date;
}

export type Judged =
  | { readonly kind: 'accepted'; readonly request: OfficeRequest }
  | { readonly kind: 'refused'; readonly code: RequestRefusal; readonly by: string | null };

/**
 * Judges a row, without looking at what was accepted before. The signature is checked over the stored bytes before they
 * are parsed, so nothing of a forged row reaches a parser but its length.
 */
export function judgeRow(row: RequestRow, address: RequestAddress): Judged {
  if (row.request === null || Buffer.byteLength(row.request) > MOST_REQUEST_BYTES) return refused('too_big');
  const key = signerOf(row.request, row.signature, address.settings.keys);
  if (key === null) return refused('forged');
  const parsed = envelope.safeParse(jsonOf(row.request)).data;
  if (parsed === undefined || parsed.key !== fingerprintOf(key.key)) return refused('malformed');
  const { by, connection } = parsed;
  const times = { issued: new Date(parsed.issued), expires: new Date(parsed.expires) };
  const code = refusalOf(row, { ...parsed, ...times }, address);
  if (code !== null) return refused(code, by);
  const asked = askedOf(parsed.action, parsed.args);
  if (typeof asked === 'string') return refused(asked, by);
  if (!address.settings.allow.includes(asked.action)) return refused('not_allowed', by);
  if (address.disabled.includes(connection) && COPIES.includes(asked.action))
    return refused('not_allowed', by);
  const isLong =
    asked.action === 'pause' && Date.parse(asked.args.until) > times.issued.getTime() + LONGEST_PAUSE_MS;
  if (isLong) return refused('malformed', by);
  const { id, key: signer } = parsed;
  const { name: keyName } = key;
  return {
    kind: 'accepted',
    request: { ...asked, id, by, keyName, signer, connection, ...times, text: row.request },
  };
}

/**
 * A request that was accepted before, from its text in the journal.
 *
 * @returns null where this version does not understand it
 */
export function acceptedRequest(text: string, keyName: string): OfficeRequest | null {
  const parsed = envelope.safeParse(jsonOf(text)).data;
  const asked = parsed === undefined ? 'malformed' : askedOf(parsed.action, parsed.args);
  if (parsed === undefined || typeof asked === 'string') return null;
  const { id, by, key: signer, connection, issued, expires } = parsed;
  const times = { issued: new Date(issued), expires: new Date(expires) };
  return { ...asked, id, by, keyName, signer, connection, ...times, text };
}

/** Why an accepted request must not begin, by the settings as they are now; null if it may. */
export function refusalNow(
  { signer, action, connection, expires }: OfficeRequest,
  { requests, connections }: Pick<Settings, 'requests' | 'connections'>,
  now: Date,
): RequestRefusal | null {
  // By the key itself: its name may have been given to another one.
  if (!requests.keys.some(({ key }) => fingerprintOf(key) === signer)) return 'forged';
  if (!requests.enabled || !requests.allow.includes(action)) return 'not_allowed';
  const found = connections.find((one) => one.id === connection);
  if (found === undefined) return 'other_branch';
  if (!found.enabled && COPIES.includes(action)) return 'not_allowed';
  return expires <= now ? 'expired' : null;
}

function refused(code: RequestRefusal, by: string | null = null): Judged {
  return { kind: 'refused', code, by };
}

function refusalOf(
  row: RequestRow,
  signed: Pick<z.output<typeof envelope>, 'id' | 'connection' | 'installation'> & {
    readonly issued: Date;
    readonly expires: Date;
  },
  { connections, installationId, now }: RequestAddress,
): RequestRefusal | null {
  // A right request in the row of another one.
  if (signed.id !== row.id) return 'forged';
  if (signed.connection !== row.connection || !connections.includes(row.connection)) return 'other_branch';
  // A right request of another computer in a row for this one.
  if (signed.installation !== installationId) return 'other_branch';
  const [issued, expires] = [signed.issued.getTime(), signed.expires.getTime()];
  if (expires <= issued || expires - issued > LONGEST_VALID_MS) return 'malformed';
  if (expires <= now.getTime()) return 'expired';
  return issued > now.getTime() + CLOCK_SKEW_MS ? 'from_future' : null;
}

/** @returns why not, where that is not an action of this version or its arguments are wrong */
function askedOf(action: string, args: unknown): Asked | 'unknown_action' | 'malformed' {
  if (!isAction(action)) return 'unknown_action';
  const parsed = ARGS[action].safeParse(args);
  // The table above pairs each action with the form of its arguments.
  return parsed.success ? ({ action, args: parsed.data } as Asked) : 'malformed';
}

function isAction(action: string): action is RequestAction {
  return Object.hasOwn(ARGS, action);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The key of the settings under which the text has this signature. */
function signerOf(text: string, signature: string, keys: RequestSettings['keys']) {
  const bytes = Buffer.from(signature, 'base64');
  // One form of each signature: base64 has many.
  if (bytes.length !== 64 || bytes.toString('base64') !== signature) return null;
  return keys.find(({ key }) => verify(null, signedBytes(text), publicKeyOf(key), bytes)) ?? null;
}

function signedBytes(text: string): Buffer {
  return Buffer.from(`${DOMAIN}${text}`, 'utf8');
}

function publicKeyOf(key: string): KeyObject {
  const x = Buffer.from(key, 'base64').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** The public key in the form of the settings. */
export function publicPart(key: KeyObject): string {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('base64');
}

/** Names a key in a request: it says by itself which key was meant, whatever a branch calls it. */
export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 32);
}

/** What head office asks of one branch. */
export interface NewRequest {
  readonly id: string;
  readonly by: string;
  readonly connection: string;
  readonly installation: string;
  readonly asked: Asked;
  readonly issued: Date;
  readonly expires: Date;
}

/**
 * Signs a request.
 *
 * @param key an Ed25519 private key
 * @returns the row to store. Its text is ASCII, so that no encoding of a database changes a byte
 */
export function signRequest(
  { asked, issued, expires, ...rest }: NewRequest,
  key: KeyObject,
): RequestRow & { request: string } {
  const signed = {
    ...rest,
    key: fingerprintOf(publicPart(key)),
    ...asked,
    issued: issued.toISOString(),
    expires: expires.toISOString(),
  };
  const request = JSON.stringify(signed).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const signature = sign(null, signedBytes(request), key).toString('base64');
  return { connection: rest.connection, installation: rest.installation, id: rest.id, request, signature };
}

/** Who asked for what, for a list at head office. What cannot be read is null; nothing is verified here. */
export function readUnverified(request: string | null): {
  readonly action: string | null;
  readonly by: string | null;
  readonly expires: string | null;
} {
  const shape = z.object({ action: z.string(), by: z.string(), expires: z.string() });
  const parsed = shape.safeParse(jsonOf(request ?? '')).data;
  const { action = null, by = null, expires = null } = parsed ?? {};
  return { action, by, expires };
}
