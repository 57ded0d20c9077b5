import type { CentralSettings, ConnectionSettings, Draft } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { DEFAULT_TIMEOUTS, type SessionOptions } from '../postgres/session.ts';
import { checkSettings, settingsFile } from '../settings/load.ts';

/** The draft with defaults filled in. */
export type CheckedDraft =
  | { readonly kind: 'source'; readonly connection: ConnectionSettings }
  | { readonly kind: 'central'; readonly central: CentralSettings };

/** The schema checks whole settings only; this stands in for the other parts. */
const SOMEWHERE = { host: 'localhost', database: 'postgres', user: 'postgres' };

/**
 * Checks a draft by the rules of the settings.
 *
 * @param folder the data folder; it needs no settings yet
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

/** The endpoint of a draft. */
export function endpointOf(draft: CheckedDraft): CentralSettings | ConnectionSettings {
  return draft.kind === 'central' ? draft.central : draft.connection;
}

/** A person waits for the answer, so this is shorter than in a batch. */
const ANSWER_MS = 20_000;

/** Secrets as a person typed them; null uses the stored ones. */
export interface TypedSecrets {
  readonly password: string | null;
  /** Password for the SSH server, or passphrase of the key. */
  readonly sshSecret?: string | null;
}

export const KEPT_SECRETS: TypedSecrets = { password: null };

export function draftSession(
  folder: string,
  draft: CheckedDraft,
  { password, sshSecret = null }: TypedSecrets,
  stop?: AbortSignal,
): SessionOptions {
  const common = {
    folder,
    stop,
    abandoned: stop,
    applicationName: 'branchline-test',
    timeouts: { ...DEFAULT_TIMEOUTS, answerMs: ANSWER_MS },
    ...(password !== null && { password }),
    ...(sshSecret !== null && { sshSecret }),
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
