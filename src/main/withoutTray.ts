import { dialog } from 'electron';
import type { Translate } from '../shared/texts/translate.ts';
import type { DesktopStore } from './desktop/desktopStore.ts';
import type { Quitting } from './desktop/quit.ts';
import type { AppWindow } from './window.ts';

/**
 * Where the desktop shows no tray icons, the window is all that a person sees of the program: closing it asks, the
 * first time, whether to go on behind it.
 */
export function setupWithoutTray(
  window: AppWindow,
  store: DesktopStore,
  t: () => Translate,
  quitting: Quitting,
): void {
  window.onClose(() => {
    const known = store.get('onClose');
    if (known === 'quit') void quitting.ask();
    if (known !== undefined) return known === 'stay';
    void ask(t()).then((answer) => {
      store.set('onClose', answer);
      if (answer === 'quit') void quitting.ask();
      else window.close();
    });
    return false;
  });
}

async function ask(t: Translate): Promise<'quit' | 'stay'> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Branchline',
    message: t('quit.noTrayMessage'),
    detail: t('quit.noTrayDetail'),
    buttons: [t('quit.goOn'), t('quit.quit')],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 0 ? 'stay' : 'quit';
}
