import { dialog } from 'electron';
import { settleCopy } from '../../core/face/copied.ts';
import { installation } from '../../core/settings/installation.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { Translate } from '../../shared/texts/translate.ts';

/** In the order of the buttons; the last one quits. */
const ANSWERS = ['keep', 'new'] as const;

/**
 * Asks once what a data folder is that came from another computer.
 *
 * @returns false where the person wants to quit instead
 */
export async function settleCopied(folder: string, t: Translate): Promise<boolean> {
  try {
    installation(folder);
    return true;
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== UsageCode.InstallationCopied) throw error;
    const { what, means } = t.usage(error.code, error.params);
    const { response } = await dialog.showMessageBox({
      type: 'question',
      title: 'Branchline',
      message: what,
      detail: `${means}\n\n${t('quit.copiedDetail')}`,
      buttons: [t('quit.copiedKeep'), t('quit.copiedNew'), t('quit.quit')],
      defaultId: 2,
      cancelId: 2,
      noLink: true,
    });
    const answer = ANSWERS[response];
    if (answer !== undefined) settleCopy({ folder }, t.language, answer);
    return answer !== undefined;
  }
}
