import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { CDPSession, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LAYOUT = readFileSync(new URL('./inPage/layout.js', import.meta.url), 'utf8');

/** Every rule of WCAG 2 at A and AA, and what axe holds for good practice besides. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Looks at a page from inside. */
export interface Inspector {
  /** Resolves when what follows from a change of the window's size has been drawn. */
  drawn(): Promise<void>;
  /** What axe finds wrong with the page as it is now, one line each. */
  violations(): Promise<readonly string[]>;
  /** Texts that are cut off, and whether the page is wider than its window, one line each. */
  layoutFaults(): Promise<readonly string[]>;
}

/**
 * By the debugger's own way in: the page's content security policy lets no script in, nor strings be evaluated, which
 * is how it is to be.
 */
export async function inspect(page: Page): Promise<Inspector> {
  const session = await page.context().newCDPSession(page);
  return {
    drawn: async () => {
      await evaluate(
        session,
        `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))`,
      );
    },
    violations: async () => {
      // Gone after each navigation to another document.
      await evaluate(session, `globalThis.axe === undefined && ((module) => { ${AXE} })(undefined), null`);
      const run = `axe.run({ runOnly: { type: 'tag', values: ${JSON.stringify(RULES)} } })`;
      const results = (await evaluate(session, run)) as AxeResults;
      return results.violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`),
      );
    },
    layoutFaults: async () => (await evaluate(session, LAYOUT)) as readonly string[],
  };
}

async function evaluate(session: CDPSession, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description);
  return result.value;
}
