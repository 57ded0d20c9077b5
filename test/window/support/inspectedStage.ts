import type { Page } from 'playwright-core';
import type { Language } from '../../../src/shared/texts/language.ts';
import { inspect } from './look.ts';
import { stageOf } from './sights/stage.ts';

/** The smallest window that is asked for, and the same at 150 % zoom. */
export const SMALLEST = { width: 1024, height: 700 };
const ZOOMED = { width: 683, height: 467 };

/** Looks at each sight in both schemes and both sizes. axe reads no words: one language is enough for it. */
export async function inspectedStage(page: Page, language: Language) {
  const problems: string[] = [];
  const inside = await inspect(page);
  const note = (where: string, found: readonly string[]): void => {
    problems.push(...found.map((one) => `${where}: ${one}`));
  };
  const look = async (name: string): Promise<void> => {
    for (const [size, viewport] of Object.entries({ '100 %': SMALLEST, '150 %': ZOOMED })) {
      await page.setViewportSize(viewport);
      await inside.drawn();
      note(`${name} at ${size}`, await inside.layoutFaults());
      if (language === 'en') note(`${name} at ${size}`, await inside.violations());
    }
    await page.setViewportSize(SMALLEST);
    if (language !== 'en') return;
    await page.emulateMedia({ colorScheme: 'dark' });
    note(`${name} in the dark`, await inside.violations());
    await page.emulateMedia({ colorScheme: 'light' });
  };
  return { stage: stageOf(page, language, look), problems };
}
