import type { SettingsFile } from '../../shared/settings.ts';
import type { SettingsView } from '../../shared/window/views.ts';

/**
 * Makes the changed document of the one before, which stays as it is. It writes only what a person changed:
 * a default that is not written follows the program's later versions.
 */
export type SettingsChange = (document: SettingsFile) => SettingsFile;

/** The document that a form was filled from. */
export type SettingsBase = Pick<SettingsView, 'document' | 'revision'>;

/** What the first change is made to, where there is no file yet. Without a head office it is no settings. */
export const NOT_WRITTEN: SettingsFile = {
  central: { host: '', database: '', user: '' },
  connections: [],
};
