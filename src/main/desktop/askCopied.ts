import { dialog } from 'electron';
import { installation, keepInstallation, renewInstallation } from '../../core/settings/installation.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { Translate } from '../../shared/texts/translate.ts';

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
    if (response === 0) keepInstallation(folder);
    if (response === 1) renewInstallation(folder);
    return response !== 2;
  }
}
