import type { CDPSession, Page } from 'playwright-core';

/** What has the focus, as the browser tells it to screen readers. */
export interface Focused {
  readonly role: string;
  readonly name: string;
}

/** Somebody who has a keyboard and no mouse, and looks where the focus is. */
export interface Keyboard {
  focused(): Promise<Focused>;
  press(...keys: readonly string[]): Promise<void>;
  type(text: string): Promise<void>;
  /** Goes on with Tab, or with `back` Shift+Tab, until something of this role and name has the focus. */
  tabTo(role: string, name: string | RegExp, back?: 'back'): Promise<void>;
  /** Goes once round with Tab, and says what is wrong with the stops on the way, one line each. */
  round(): Promise<{ readonly stops: readonly Focused[]; readonly faults: readonly string[] }>;
}

/** More stops than any page has. */
const MOST = 150;

export async function keyboardOf(page: Page): Promise<Keyboard> {
  const session = await page.context().newCDPSession(page);
  const focused = (): Promise<Focused> => ask(session);
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  return {
    focused,
    press,
    type: (text) => page.keyboard.type(text),
    tabTo: async (role, name, back) => {
      const met: string[] = [];
      for (let step = 0; step < MOST; step++) {
        await press(back === undefined ? 'Tab' : 'Shift+Tab');
        const here = await focused();
        if (here.role === role && (typeof name === 'string' ? here.name === name : name.test(here.name)))
          return;
        met.push(`${here.role} "${here.name}"`);
      }
      throw new Error(`No ${role} "${name}" on the way: ${[...new Set(met)].join(', ')}`);
    },
    round: async () => {
      const stops: Focused[] = [];
      const faults: string[] = [];
      await meet(page, 'begin');
      for (let step = 0; step < MOST; step++) {
        await press('Tab');
        const here = await focused();
        // Between the last stop and the first the focus is with the browser itself.
        if (await isNowhere(page)) continue;
        const met = await meet(page);
        // A field for a time has stops of its own, for hours and minutes.
        if (met === 'same') continue;
        if (met === 'again') return { stops, faults };
        stops.push(here);
        if (here.name.trim() === '') faults.push(`a ${here.role} without a name: ${await html(page)}`);
        if (!(await isSeen(page)))
          faults.push(`${here.role} "${here.name}" does not show that it has the focus`);
      }
      throw new Error(`Tab does not come round: ${JSON.stringify(stops.slice(-3))}`);
    },
  };
}

async function ask(session: CDPSession): Promise<Focused> {
  const { result } = await session.send('Runtime.evaluate', { expression: 'document.activeElement' });
  if (result.objectId === undefined) return { role: 'none', name: '' };
  const { nodes } = await session.send('Accessibility.getPartialAXTree', {
    objectId: result.objectId,
    fetchRelatives: false,
  });
  return { role: String(nodes[0]?.role?.value ?? ''), name: String(nodes[0]?.name?.value ?? '') };
}

function isNowhere(page: Page): Promise<boolean> {
  return page.evaluate('document.activeElement === document.body');
}

/** Whether what has the focus has it for the first time since `begin`, or had it just now. */
function meet(page: Page, begin?: 'begin'): Promise<'new' | 'same' | 'again'> {
  return page.evaluate(`(() => {
    ${begin === undefined ? '' : 'globalThis.focusMet = [];'}
    const here = document.activeElement;
    const met = focusMet.includes(here) ? (focusMet.at(-1) === here ? 'same' : 'again') : 'new';
    if (met === 'new') focusMet.push(here);
    return met;
  })()`);
}

function html(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.outerHTML.slice(0, 300)');
}

/** Whether a picture of the window differs from one without the focus: whatever shows it, a ring or a border. */
async function isSeen(page: Page): Promise<boolean> {
  const inside = (work: string): Promise<unknown> =>
    page.evaluate(`(() => { globalThis.hadFocus ??= null; ${work} })()`);
  const shown = await page.screenshot({ animations: 'disabled' });
  await inside('hadFocus = document.activeElement; hadFocus.blur();');
  const without = await page.screenshot({ animations: 'disabled' });
  await inside('hadFocus.focus({ preventScroll: true, focusVisible: true });');
  return !shown.equals(without);
}
