import { type BigIntStats, statSync } from 'node:fs';
import { errnoOf } from '../core/files/folderError.ts';
import { loadSettings, settingsFile } from '../core/settings/load.ts';
import { UsageError } from '../shared/errors.ts';
import type { Refusal } from '../shared/service.ts';
import type { Settings } from '../shared/settings.ts';
import type { Language } from '../shared/texts/language.ts';

export type SettingsNews =
  | { readonly kind: 'same' }
  | { readonly kind: 'loaded'; readonly settings: Settings }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** `settings.json`, as an editor, the tray or a roll-out tool may change it at any time. */
export class WatchedSettings {
  readonly #folder: string;
  readonly #language: Language;
  #seen: string | null = null;

  /** @param language in which problems of the file are told */
  constructor(folder: string, language: Language) {
    this.#folder = folder;
    this.#language = language;
  }

  /** What has changed since the last look; a file that cannot be used is told once, until it changes again. */
  look(): SettingsNews {
    const seen = this.#identity();
    if (seen === this.#seen) return { kind: 'same' };
    // Taken before the file is read: what is written meanwhile is seen by the next look.
    this.#seen = seen;
    try {
      return { kind: 'loaded', settings: loadSettings(this.#folder, this.#language) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { kind: 'refused', refusal: { code: error.code, params: error.params } };
    }
  }

  /** Reads the file anew at the next look, changed or not. */
  forget(): void {
    this.#seen = null;
  }

  #identity(): string {
    return settingsIdentity(this.#folder);
  }
}

/** Tells one content of `settings.json` from the next, without reading it. */
export function settingsIdentity(folder: string): string {
  try {
    const found: BigIntStats | undefined = statSync(settingsFile(folder), {
      bigint: true,
      throwIfNoEntry: false,
    });
    return found === undefined ? 'missing' : `${found.ino} ${found.size} ${found.mtimeNs}`;
  } catch (error) {
    // A folder that may not be entered any more; reading says why.
    return errnoOf(error);
  }
}
