import type { ConnectionTestStep } from '../../shared/contract.ts';
import { UsageError } from '../../shared/errors.ts';
import type { Draft } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { type OnTestProgress, testDraft } from './connectionTest.ts';

/** One of many tests. */
export interface TestItem {
  readonly key: string;
  readonly draft: Draft;
  /** As a person typed it; null uses the stored one. */
  readonly password: string | null;
}

/** Each test has one session at a branch, and branches wait for their own links: so many do not load this computer. */
const AT_ONCE = 8;

/**
 * Tests many connections, some at once.
 *
 * @param onProgress called with the steps of each while it is tested, and without a step under way at its end
 * @param stop aborted to end the tests that have not begun and to cancel those that have
 * @returns by key; tests that were stopped are missing
 */
export async function testMany(
  folder: string,
  items: readonly TestItem[],
  onProgress: (key: string, ...progress: Parameters<OnTestProgress>) => void,
  language: Language,
  stop: AbortSignal,
): Promise<ReadonlyMap<string, readonly ConnectionTestStep[]>> {
  const results = new Map<string, readonly ConnectionTestStep[]>();
  const waiting = items.values();
  const work = async (): Promise<void> => {
    for (const { key, draft, password } of waiting) {
      if (stop.aborted) return;
      try {
        const told: OnTestProgress = (progress) => onProgress(key, progress);
        const steps = await testDraft(folder, draft, password, language, stop, null, told);
        if (stop.aborted) return;
        results.set(key, steps);
        onProgress(key, { steps, doing: null });
      } catch (error) {
        // What the settings refuse cannot be tested; the line itself says why.
        if (!(error instanceof UsageError)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return results;
}
