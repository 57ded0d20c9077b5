import path from 'node:path';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { replaceFile } from '../files/atomicFile.ts';
import { errnoOf, folderError } from '../files/folderError.ts';
import { readSmallText } from '../files/smallFile.ts';
import { accountOf, type Keychain, KeychainError } from './keychain.ts';
import { ownPasswordFile } from './password.ts';
import { findPassword, type PasswordQuestion, withLine, withoutLine } from './passwordFile.ts';
import { systemKeychain } from './systemKeychain.ts';

/** Where a password that a person gave is kept. */
export type StoredPlace = 'keychain' | 'file';

/** What became of a password that was to be stored. */
export interface StoreOutcome {
  readonly place: StoredPlace;
  /** Why it is in the file and not in the keychain; null in the keychain. */
  readonly trouble: KeychainError | null;
}

/**
 * The passwords that people give to Branchline itself: in the keychain, and where there is none that can be used,
 * in a file of the data folder that nobody else can read.
 */
export class PasswordStore {
  readonly #file: string;
  readonly #keychain: Keychain;

  /** @param folder the data folder */
  constructor(folder: string, keychain: Keychain = systemKeychain()) {
    this.#file = ownPasswordFile(folder);
    this.#keychain = keychain;
  }

  /**
   * Stores the password of an endpoint, in place of the one from before.
   *
   * @throws UsageError `password_unfit`; `data_folder_unusable`, `data_folder_full`, `data_folder_read_only`
   */
  async set(endpoint: PasswordQuestion, password: string): Promise<StoreOutcome> {
    // None of these can stand in a password file, nor in PostgreSQL's protocol.
    if (password === '' || UNFIT.test(password)) throw new UsageError(UsageCode.PasswordUnfit);
    try {
      await this.#keychain.set(accountOf(endpoint), password);
    } catch (error) {
      if (!(error instanceof KeychainError)) throw error;
      this.#rewrite((text) => withLine(text, endpoint, password));
      return { place: 'file', trouble: error };
    }
    this.#rewrite((text) => withoutLine(text, endpoint));
    return { place: 'keychain', trouble: null };
  }

  /**
   * Forgets the password of an endpoint, wherever it is kept.
   *
   * @returns whether there was one. A line with wildcards that somebody wrote into the file is theirs, and stays.
   */
  async remove(endpoint: PasswordQuestion): Promise<boolean> {
    const wasInFile = this.#rewrite((text) => withoutLine(text, endpoint));
    try {
      return (await this.#keychain.remove(accountOf(endpoint))) || wasInFile;
    } catch (error) {
      if (error instanceof KeychainError) return wasInFile;
      throw error;
    }
  }

  /** Where the password of an endpoint is kept; null where there is none. The password itself stays here. */
  async where(endpoint: PasswordQuestion): Promise<StoredPlace | null> {
    const stored = await this.#keychain.get(accountOf(endpoint)).catch((error: unknown) => {
      if (error instanceof KeychainError) return null;
      throw error;
    });
    if (stored !== null) return 'keychain';
    return this.#inFile(endpoint) ? 'file' : null;
  }

  #inFile(endpoint: PasswordQuestion): boolean {
    try {
      return findPassword(this.#read(), endpoint) !== undefined;
    } catch (error) {
      // Signing in says so when it matters.
      if (error instanceof UsageError) return false;
      throw error;
    }
  }

  #read(): string {
    try {
      return readSmallText(this.#file);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return '';
      throw folderError(path.dirname(this.#file), error);
    }
  }

  /** @returns whether that changed anything */
  #rewrite(change: (text: string) => string): boolean {
    const before = this.#read();
    const after = change(before);
    if (after === before) return false;
    replaceFile(this.#file, after);
    return true;
  }
}

/** A NUL byte ends a text in PostgreSQL's protocol. */
const UNFIT = /[\r\n\0]/;
