import type { Locator, Page } from 'playwright-core';
import { createTranslator } from '../../../src/shared/texts/translate.ts';

/** What the window says, in the languages that it speaks. */
export const t = createTranslator('en');
export const tid = createTranslator('id');

/** Goes to a page by the window's navigation. */
export async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
}

export function button(of: Page | Locator, name: string): Locator {
  return of.getByRole('button', { name, exact: true });
}

/** Waits until it stands there, as a part of a text or all of it. */
export function reads(of: Page | Locator, text: string | RegExp): Promise<void> {
  return of.getByText(text).first().waitFor();
}

/** The page Today, when head office has the data of today. */
export const FRESH = /^Head office has everything up to \d\d:\d\d today$/;

/** Opens a tab of a branch's page by the list of branches. */
export async function openBranch(
  page: Page,
  name: string,
  tab: 'overview' | 'tables' | 'settings' = 'overview',
  say = t,
): Promise<Locator> {
  await goTo(page, say('window.pages.branches'));
  await page.getByRole('table').getByRole('link', { name, exact: true }).click();
  const label = say(`branchesPage.tab.${tab}`);
  await page.getByRole('tab', { name: label }).click();
  const panel = page.getByRole('tabpanel', { name: label });
  await panel.waitFor();
  return panel;
}
