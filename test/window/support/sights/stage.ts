import type { Locator, Page } from 'playwright-core';
import type { Language } from '../../../../src/shared/texts/language.ts';
import { createTranslator, type Translate } from '../../../../src/shared/texts/translate.ts';

/** Called with each sight: a screen as it looks in one of its states. */
export type Look = (name: string) => Promise<void>;

/** A window, and how to find things in it. */
export interface Stage {
  readonly page: Page;
  readonly t: Translate;
  readonly look: Look;
  /** Opens a page by its address. */
  go(place: string): Promise<void>;
  button(name: string, inside?: Locator): Locator;
  /** The dialog that is open. */
  dialog(): Locator;
  /** Closes the dialog that is open. */
  close(): Promise<void>;
}

export function stageOf(page: Page, language: Language, look: Look): Stage {
  const t = createTranslator(language);
  const dialog = (): Locator => page.getByRole('dialog').last();
  const button = (name: string, inside: Locator | Page = page): Locator =>
    inside.getByRole('button', { name, exact: true }).first();
  return {
    page,
    t,
    go: async (place) => {
      await page.evaluate((hash) => Reflect.set(Reflect.get(globalThis, 'location'), 'hash', hash), place);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
    button,
    dialog,
    close: async () => {
      const opened = dialog();
      await button(t('window.close'), opened).click();
      await opened.waitFor({ state: 'detached' });
    },
    look: async (name) => {
      // What is still being read is no sight of its own.
      await page
        .getByRole('status', { name: t('window.loading') })
        .first()
        .waitFor({ state: 'detached' });
      // A button that waits shows where it was pressed, and no words.
      await page.locator('[data-loading]').first().waitFor({ state: 'detached' });
      // What was clicked last is not pointed at any more.
      await page.mouse.move(0, 0);
      await look(name);
    },
  };
}
