import { z } from 'zod';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { Session } from './session.ts';

/**
 * Characters of a name of a server's object, at most. PostgreSQL has 63 bytes (NAMEDATALEN); a server may be built with
 * more, up to some hundreds. Longer ones would fill journal and terminal, which say each name many times.
 */
export const LONGEST_NAME = 1_000;
/** Of a type as format_type writes it: two quoted names and a modifier. */
const LONGEST_TYPE = 4_500;
/** Of an expression, which is compared and goes nowhere. */
const LONGEST_EXPRESSION = 1_000_000;
/** Of what a refusal quotes. */
const LONGEST_QUOTED = 200;

const textUpTo = (most: number) =>
  z
    .string()
    .max(most)
    // PostgreSQL's texts have none: one would cut a statement short.
    .refine((text) => !text.includes('\0'), 'has a NUL');

/** A name in a catalogue, or another short text that comes with one. */
export const serverName = textUpTo(LONGEST_NAME);
export const serverType = textUpTo(LONGEST_TYPE);
export const serverExpression = textUpTo(LONGEST_EXPRESSION);

/** As {@link readJson}, of what comes along with many rows. @returns null where it is no such value */
export function parseJson<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * Reads a JSON text that a server has put together for us. A server is somebody else's: what it sends may be of any
 * form, whatever the query was.
 *
 * @param what was asked for, in the words of the query, for the technical message
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
