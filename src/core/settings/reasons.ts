import type { Catalogue } from '../../shared/texts/catalogues.ts';
import { settingsProblems as en } from '../../shared/texts/en/settingsProblems.ts';
import { settingsProblems as id } from '../../shared/texts/id/settingsProblems.ts';
import type { Language } from '../../shared/texts/language.ts';

/** Not the whole catalogues, which a command would take longer to load. */
const PROBLEMS: Readonly<Record<Language, Problems>> = { en, id };
type Problems = Catalogue['settingsProblem'];

/** Values in a reason. Never a text from the file, which might be a password. */
export type ReasonValues = Readonly<Record<string, string | number>>;

export type Reason = keyof typeof en.reason;

/** Whether a schema's own reason is one of these. */
export function isReason(text: unknown): text is Reason {
  return typeof text === 'string' && Object.hasOwn(en.reason, text);
}

/** A reason in words, as shown after the name of the setting. */
export function sayReason(language: Language, reason: Reason, values: ReasonValues = {}): string {
  return filled(language, PROBLEMS[language].reason[reason], values);
}

/** A position in the text of the settings. */
export function sayPlace(language: Language, line: number, column: number): string {
  return filled(language, PROBLEMS[language].place, { line, column });
}

function filled(language: Language, template: string, values: ReasonValues): string {
  const words: Readonly<Record<string, string>> = PROBLEMS[language].value;
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name] ?? '?';
    return Object.hasOwn(words, value) ? (words[value] ?? '') : String(value);
  });
}
