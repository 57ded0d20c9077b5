import type { CentralSettings, ConnectionSettings, Draft } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { DEFAULT_TIMEOUTS, type SessionOptions } from '../postgres/session.ts';
import { checkSettings, settingsFile } from '../settings/load.ts';

/** The same with its defaults. */
export type CheckedDraft =
  | { readonly kind: 'source'; readonly connection: ConnectionSettings }
  | { readonly kind: 'central'; readonly central: CentralSettings };

/** The schema knows whole settings only; this stands in for what a draft is not about. */
const SOMEWHERE = { host: 'localhost', database: 'postgres', user: 'postgres' };

/**
 * What a draft means, by the rules of the settings.
 *
 * @param folder the data folder; there need be no settings in it yet
 * @throws UsageError `settings_invalid`
 */
export function checkDraft(folder: string, draft: Draft, language: Language = 'en'): CheckedDraft {
  const file = settingsFile(folder);
  if (draft.kind === 'central') {
    const { central } = checkSettings(file, { central: draft.central, connections: [] }, language);
    return { kind: 'central', central };
  }
  const whole = { central: SOMEWHERE, connections: [draft.connection] };
  const [connection] = checkSettings(file, whole, language).connections;
  if (connection === undefined) throw new Error('a list of one came back empty');
  return { kind: 'source', connection };
}

/** The endpoint that a draft is about. */
export function endpointOf(draft: CheckedDraft): CentralSettings | ConnectionSettings {
  return draft.kind === 'central' ? draft.central : draft.connection;
}

/** A person waits for the answer: shorter than in a batch, where patience costs nobody anything. */
const ANSWER_MS = 20_000;

/** @param password as a person typed it; null: the one that is kept */
export function draftSession(
  folder: string,
  draft: CheckedDraft,
  password: string | null,
  stop?: AbortSignal,
): SessionOptions {
  const common = {
    folder,
    stop,
    applicationName: 'branchline-test',
    timeouts: { ...DEFAULT_TIMEOUTS, answerMs: ANSWER_MS },
    ...(password !== null && { password }),
  };
  return draft.kind === 'central'
    ? { ...common, side: 'central', endpoint: draft.central, connection: 'central' }
    : {
        ...common,
        side: 'source',
        endpoint: draft.connection,
        connection: draft.connection.id,
        encoding: draft.connection.encoding,
      };
}
