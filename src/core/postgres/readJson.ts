import { z } from 'zod';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { Session } from './session.ts';

/** A name or a text of PostgreSQL, which never has a NUL: one would cut a statement short. */
export const serverText = z.string().refine((text) => !text.includes('\0'), 'has a NUL');

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
  return new SyncFailure({ code, kind: FailureKind.Permanent, message, params: {} });
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
