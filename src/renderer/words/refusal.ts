import { FailureCode, UsageCode } from '../../shared/errors.ts';
import type { FailureTexts, FailureToExplain, Translate } from '../../shared/texts/translate.ts';
import type { Refusal } from '../../window-api/views.ts';
import { Refused } from '../data/calls.ts';
import { problemsOf, type SettingsProblem } from '../data/settingsProblems.ts';

/** What happened, then what it means and what to do next. */
export interface Sentences {
  readonly what: string;
  /** The individual problems of a refusal that lists several, such as `settings_invalid`. */
  readonly problems: readonly SettingsProblem[];
  readonly rest: readonly string[];
}

type LabelOf = (connection: string) => string;

/**
 * Why something was not done, in words.
 *
 * @param labelOf a connection's display name by its id
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
  // The text's own words are about the command line, which does not run at all; in the window the previous
  // settings stay in force.
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
  // The text names a command; the window has a button instead.
  if (code === 'installation_copied') return { what, problems: [], rest: [means, t('troubles.copyNext')] };
  const here = nextOfExport(code, t) ?? next;
  return { what, problems: [], rest: [hint, means, here].filter((text) => text !== null) };
}

/** Next steps of exports and imports whose text names a command or its options. */
function nextOfExport(code: UsageCode, t: Translate): string | null {
  switch (code) {
    case UsageCode.ExportExists:
      return t('disk.nextName');
    case UsageCode.ExportDiskFull:
      return t('disk.nextRoom');
    case UsageCode.ExportUnwritable:
      return t('disk.nextWritable');
    case UsageCode.ExportUnfinished:
      return t('disk.nextUnfinished');
    case UsageCode.ExportForeign:
      return t('disk.nextForeign');
    case UsageCode.ExportMissing:
      return t('disk.nextImport');
    default:
      return null;
  }
}

/**
 * A failure in the window's words: connections by their display names, and next steps that can be done here,
 * where `t.failure` names commands.
 *
 * @param labelOf a connection's display name by its id
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

/** The failure's own next step names a command; the window has a button instead. */
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
