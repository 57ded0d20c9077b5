import path from 'node:path';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { replaceFile } from '../files/atomicFile.ts';
import { errnoOf, folderError } from '../files/folderError.ts';
import { readSmallText } from '../files/smallFile.ts';
import { accountOf, type Keychain, KeychainError, type StoredQuestion, storedAs } from './keychain.ts';
import { ownPasswordFile } from './password.ts';
import { findPassword, type PasswordQuestion, withLine, withoutLine } from './passwordFile.ts';
import { systemKeychain } from './systemKeychain.ts';

/** Where a password from a person is stored. */
export type StoredPlace = 'keychain' | 'file';

/** The result of storing a password. */
export interface StoreOutcome {
  readonly place: StoredPlace;
  /** Why it is in the file and not in the keychain; null if it is in the keychain. */
  readonly trouble: KeychainError | null;
}

/**
 * Passwords that people give to Branchline: stored in the keychain, or, without a usable one, in a file of
 * the data folder that only this user can read.
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
   * Stores an endpoint's password, replacing an earlier one.
   *
   * @throws UsageError `password_unfit`; `data_folder_unusable`, `data_folder_full`, `data_folder_read_only`
   */
  async set(asked: StoredQuestion, password: string): Promise<StoreOutcome> {
    const endpoint = storedAs(asked);
    // Neither a password file nor PostgreSQL's protocol can contain these.
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
   * Deletes an endpoint's password, wherever it is stored.
   *
   * @returns whether there was one. A line with wildcards that a person wrote into the file stays
   */
  async remove(asked: StoredQuestion): Promise<boolean> {
    const endpoint = storedAs(asked);
    const wasInFile = this.#rewrite((text) => withoutLine(text, endpoint));
    try {
      return (await this.#keychain.remove(accountOf(endpoint))) || wasInFile;
    } catch (error) {
      if (error instanceof KeychainError) return wasInFile;
      throw error;
    }
  }

  /** Where an endpoint's password is stored; null if nowhere. The password itself is not returned. */
  async where(asked: StoredQuestion): Promise<StoredPlace | null> {
    const endpoint = storedAs(asked);
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
      // Signing in reports this if it matters.
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

  /** @returns whether the file changed */
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
