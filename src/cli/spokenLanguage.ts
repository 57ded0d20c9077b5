import { join } from 'node:path';
import { dataFolder } from '../core/settings/dataFolder.ts';
import { decodeText } from '../core/settings/jsonText.ts';
import { readSmallFile } from '../core/settings/smallFile.ts';
import { chooseLanguage, isLanguage, type Language } from '../shared/texts/language.ts';
import type { World } from './world.ts';

/**
 * The language to speak, before anything is parsed: help and the parser's own complaints come in it too.
 * `--language` first, then the settings, then the system.
 */
export function spokenLanguage(world: World): Language {
  const flag = argumentOf('--language', world.argv);
  if (flag !== undefined && isLanguage(flag)) return flag;
  const folder = dataFolder({ ...world, dataDir: argumentOf('--data-dir', world.argv) });
  return chooseLanguage(languageSetting(join(folder, 'settings.json')), world.env);
}

/** Settings that are missing or broken are told of later, by the command that needs them. */
function languageSetting(file: string): Language | 'auto' {
  try {
    // With a byte order mark, or in UTF-16, as Windows editors save it: JSON.parse alone takes neither.
    const settings: unknown = JSON.parse(decodeText(readSmallFile(file)) ?? '');
    if (typeof settings !== 'object' || settings === null || !('language' in settings)) return 'auto';
    const { language } = settings;
    return typeof language === 'string' && isLanguage(language) ? language : 'auto';
  } catch {
    return 'auto';
  }
}

function argumentOf(option: string, argv: readonly string[]): string | undefined {
  const index = argv.findIndex((word) => word === option || word.startsWith(`${option}=`));
  if (index < 0) return undefined;
  const word = argv[index] ?? '';
  return word === option ? argv[index + 1] : word.slice(option.length + 1);
}
