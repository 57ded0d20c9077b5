import { FailureCode } from '../../shared/errors.ts';
import type { FailureTexts, FailureToExplain, Translate } from '../../shared/texts/translate.ts';
import type { Refusal } from '../../window-api/views.ts';
import { Refused } from '../data/refused.ts';
import { problemsOf, type SettingsProblem } from '../data/settingsProblems.ts';

/** What happened, then what it means and what to do next. */
export interface Sentences {
  readonly what: string;
  /** The problems one by one, for a refusal that lists several, as `settings_invalid` does. */
  readonly problems: readonly SettingsProblem[];
  readonly rest: readonly string[];
}

type LabelOf = (connection: string) => string;

/**
 * Why something was not done, for a person.
 *
 * @param labelOf the name of a connection by its id
 */
export function sentencesOf(error: Error, t: Translate, labelOf: LabelOf): Sentences {
  if (error instanceof Refused) return sayRefusal(error.refusal, t, labelOf);
  return { what: t('window.noAnswer'), problems: [], rest: [t('window.noAnswerNext')] };
}

/** See {@link sentencesOf}. */
export function sayRefusal(refusal: Refusal, t: Translate, labelOf: LabelOf): Sentences {
  if (refusal.kind === 'failure') {
    const { sentence, next } = sayFailure(refusal.failure, t, labelOf);
    return { what: sentence, problems: [], rest: [next] };
  }
  const { code, params } = refusal;
  // The command line, whose words these are, runs nothing; behind the window the settings of before stay in force.
  if (code === 'settings_invalid')
    return {
      what: t('window.settingsWrong.what'),
      problems: problemsOf(params),
      rest: [
        t('window.settingsWrong.means'),
        t('window.settingsWrong.next', { file: String(params.file ?? '?') }),
      ],
    };
  const { what, hint, means, next } = t.usage(code, params);
  // Where these words name the command line, the window has a button.
  if (code === 'installation_copied') return { what, problems: [], rest: [means, t('troubles.copyNext')] };
  return { what, problems: [], rest: [hint, means, next].filter((text) => text !== null) };
}

/**
 * A failure in the window's words: connections by the names that people know them by, and next steps that can be
 * done here, where `t.failure` names commands.
 *
 * @param labelOf the name of a connection by its id
 */
export function sayFailure(
  { code, params }: FailureToExplain,
  t: Translate,
  labelOf: (connection: string) => string,
): FailureTexts {
  const { connection, other } = params;
  const named = {
    ...params,
    ...(typeof connection === 'string' ? { connection: labelOf(connection) } : {}),
    ...(typeof other === 'string' ? { other: other.split(', ').map(labelOf).join(', ') } : {}),
  };
  const { sentence, next } = t.failure({ code, params: named });
  return { sentence, next: nextHere(code, String(named.connection ?? '?'), t) ?? next };
}

/** Where the failure's own next step names the command line, the window has a button. */
function nextHere(code: FailureCode, connection: string, t: Translate): string | null {
  switch (code) {
    case FailureCode.TooManyDeletes:
    case FailureCode.TooManyDeletesInAll:
      return t('troubles.deletesNext');
    case FailureCode.SourceIdentityChanged:
      return t('troubles.sourceNext', { connection });
    case FailureCode.PasswordMissing:
      return t('troubles.passwordNext');
    case FailureCode.FolderCopied:
    case FailureCode.FolderPrevious:
      return t('troubles.copyNext');
    case FailureCode.FolderCopyAtWork:
      return t('troubles.copyAtWorkNext');
    default:
      return null;
  }
}
