import { FailureCode } from '../../shared/errors.ts';
import type { FailureTexts, FailureToExplain, Translate } from '../../shared/texts/translate.ts';

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
