import type { UsageTexts } from '../../shared/texts/translate.ts';
import type { Look } from './look.ts';

/** The first line stands alone and unadorned, so that scripts can look for it. */
export function renderUsage(texts: UsageTexts, { colors }: Look): string[] {
  const lines = [colors.red(texts.what)];
  if (texts.hint !== null) lines.push(colors.bold(texts.hint));
  lines.push(texts.means, texts.next);
  return lines;
}
