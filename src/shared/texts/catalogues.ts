import { en } from './en/index.ts';
import { id } from './id/index.ts';
import type { Catalogue } from './keys.ts';
import type { Language } from './language.ts';

/** Everything that Branchline says, by language. */
export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, id };
