import { Notification } from 'electron';
import type { NoteTexts } from '../../service/notify/noteTexts.ts';
import type { Channel } from '../../service/notify/notifier.ts';
import type { NotificationSettings } from '../../shared/settings.ts';
import type { Translate } from '../../shared/texts/translate.ts';

/** Desktop notifications. */
export class DesktopChannel implements Channel {
  readonly #open: (batchId: string | null) => void;
  /** Notifications on the screen. Without a reference they are garbage-collected and clicks are lost. */
  readonly #shown = new Set<Notification>();

  /** @param open shows a batch in the window when its notification is clicked */
  constructor(open: (batchId: string | null) => void) {
    this.#open = open;
  }

  send(note: NoteTexts, settings: NotificationSettings | null): void {
    if (settings?.desktop ?? true) this.#show(note);
  }

  /** Shows a test notification. @returns whether this desktop supports notifications */
  test(t: Translate): boolean {
    if (!Notification.isSupported()) return false;
    this.#show({ title: t('notes.testTitle'), body: t('notes.testBody'), batchId: null });
    return true;
  }

  #show({ title, body, batchId }: NoteTexts): void {
    const notification = new Notification({ title, body: process.platform === 'linux' ? plain(body) : body });
    this.#shown.add(notification);
    notification.on('click', () => {
      this.#shown.delete(notification);
      this.#open(batchId);
    });
    notification.on('close', () => this.#shown.delete(notification));
    notification.show();
  }
}

/** Linux desktops interpret the body as markup. */
function plain(body: string): string {
  return body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
