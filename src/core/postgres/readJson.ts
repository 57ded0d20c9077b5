import { z } from 'zod';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { Session } from './session.ts';

/**
 * Longest accepted name, in characters. PostgreSQL allows 63 bytes (NAMEDATALEN); a server may be built with
 * a limit of some hundreds. Longer names would fill journal and terminal, which repeat them often.
 */
export const LONGEST_NAME = 1_000;
/** Longest type as format_type writes it: two quoted names and a modifier. */
const LONGEST_TYPE = 4_500;
/** Longest expression; these are only compared, never shown. */
const LONGEST_EXPRESSION = 1_000_000;
/** Longest quotation in an error message. */
const LONGEST_QUOTED = 200;

const textUpTo = (most: number) =>
  z
    .string()
    .max(most)
    // PostgreSQL's texts contain no NUL, which would cut a statement short.
    .refine((text) => !text.includes('\0'), 'has a NUL');

/** A name in a catalogue, or another short text next to it. */
export const serverName = textUpTo(LONGEST_NAME);
export const serverType = textUpTo(LONGEST_TYPE);
export const serverExpression = textUpTo(LONGEST_EXPRESSION);

/** {@link readJson} for values that come with many rows. @returns null if it is not such a value */
export function parseJson<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * Parses JSON from a server. A server may be hostile, so its answer is validated whatever the query was.
 *
 * @param what was queried, in the query's words, for the technical message
 * @throws SyncFailure `catalogue_unreadable`
 */
export function readJson<T>(
  session: Pick<Session, 'failure'>,
  schema: z.ZodType<T>,
  text: string,
  what: string,
): T {
  const found = explained(schema, text);
  if (found.ok) return found.value;
  throw session.failure(catalogueUnreadable(`${what}: ${found.problem}`));
}

/** In place of a session, for texts that were stored: no connection has to end because of them. */
export const STORED: Pick<Session, 'failure'> = {
  failure(error) {
    if (error instanceof SyncFailure) return error;
    throw error;
  },
};

export function catalogueUnreadable(message: string): SyncFailure {
  const { CatalogueUnreadable: code } = FailureCode;
  const quoted = message.length > LONGEST_QUOTED ? `${message.slice(0, LONGEST_QUOTED)}…` : message;
  return new SyncFailure({ code, kind: FailureKind.Permanent, message: quoted, params: {} });
}

type Explained<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

function explained<T>(schema: z.ZodType<T>, text: string): Explained<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'no JSON' };
  }
  const result = schema.safeParse(json);
  if (result.success) return { ok: true, value: result.data };
  const [issue] = result.error.issues;
  return { ok: false, problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'another form'}` };
}
