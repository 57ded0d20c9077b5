import type { Page } from 'playwright-core';
import type { Language } from '../../../src/shared/texts/language.ts';
import { inspect } from './look.ts';
import { stageOf } from './sights/stage.ts';

/** The smallest window that is asked for, and the same at 150 % zoom. */
export const SMALLEST = { width: 1024, height: 700 };
export const ZOOMED = { width: 683, height: 467 };

/** How a window can look: its size, and the scheme of its colours. */
export interface View {
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
}

const VIEWS: readonly View[] = [
  { viewport: SMALLEST, colorScheme: 'light' },
  { viewport: SMALLEST, colorScheme: 'dark' },
  { viewport: ZOOMED, colorScheme: 'light' },
];

/**
 * Each sight's views for axe, which takes a second for each: all of them in `npm run test:long`, else the one whose
 * turn it is.
 */
export function viewsInTurn(views: readonly View[]): () => readonly View[] {
  let turn = 0;
  return () =>
    process.env.BRANCHLINE_TEST_VIEWS === 'every' ? views : [views.at(turn++ % views.length) as View];
}

/** Looks for what is cut off in both sizes, and has axe look. It reads no words: one language is enough for it. */
export async function inspectedStage(page: Page, language: Language) {
  const problems: string[] = [];
  const inside = await inspect(page);
  const note = (where: string, found: readonly string[]): void => {
    problems.push(...found.map((one) => `${where}: ${one}`));
  };
  const views = viewsInTurn(VIEWS);
  const look = async (name: string): Promise<void> => {
    for (const viewport of [ZOOMED, SMALLEST]) {
      await page.setViewportSize(viewport);
      await inside.drawn();
      note(`${name}, ${viewport.width}`, await inside.layoutFaults());
    }
    for (const { viewport, colorScheme } of language === 'en' ? views() : []) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await inside.drawn();
      note(`${name}, ${viewport.width}, ${colorScheme}`, await inside.violations());
    }
    await page.setViewportSize(SMALLEST);
    await page.emulateMedia({ colorScheme: 'light' });
  };
  return { stage: stageOf(page, language, look), problems };
}
