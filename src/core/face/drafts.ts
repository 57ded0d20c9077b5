import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { Language } from '../../shared/texts/language.ts';
import { testDraft } from '../connectionTest.ts';
import { discoverTables } from '../discovery.ts';
import { checkDraft, endpointOf } from '../draft.ts';
import { passwordPlace } from '../secrets/passwordPlaces.ts';
import { PasswordStore } from '../secrets/passwordStore.ts';
import type { Answerers } from './face.ts';

type Drafts = Pick<Answerers, 'testConnection' | 'discover' | 'setPassword'>;

/**
 * What is asked of connections that are not saved yet. A password comes in and never goes out.
 *
 * @param language in which problems of a draft are told
 * @param closed aborted when nobody can be told any more
 */
export function createDrafts(folder: string, language: () => Language, closed: AbortSignal): Drafts {
  const store = new PasswordStore(folder);
  return {
    testConnection: (draft, password) => testDraft(folder, draft, password, language(), closed),
    discover: (draft, password) => discoverTables(folder, draft, password, language(), closed),
    setPassword: async (draft, password) => {
      const checked = checkDraft(folder, draft, language());
      const endpoint = endpointOf(checked);
      if (password === null) {
        await store.remove(endpoint);
        return passwordPlace(endpoint, store);
      }
      const where = endpoint.password ?? endpoint.passfile;
      const connection = checked.kind === 'central' ? 'central' : checked.connection.id;
      // What the settings name comes first: a stored password would never be used, and nobody would know why.
      if (where !== undefined) throw new UsageError(UsageCode.PasswordNamed, { connection, where });
      return (await store.set(endpoint, password)).place;
    },
  };
}
