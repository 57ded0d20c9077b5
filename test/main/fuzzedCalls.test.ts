import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CallName } from '../../src/window-api/windowApi.ts';
import { FUZZED_SETTINGS, fuzzedCall, mayRepeat, SEED, STACK } from '../support/fuzzedCalls.ts';
import { SECRET } from '../support/hostileValues.ts';
import { buildApp, dataFolder, hasRuntime, startApp } from './support/app.ts';

/** `BRANCHLINE_FUZZ_IPC=10000 npx vitest run test/main/fuzzedCalls.test.ts`. */
const RUNS = Number(process.env.BRANCHLINE_FUZZ_IPC ?? 500);

/** Values that JSON cannot hold, and structured cloning can, or refuses. */
const EXOTIC = `({
  undefined: () => undefined,
  hole: () => [, 1, ,],
  bigint: () => 10n ** 400n,
  nan: () => NaN,
  infinity: () => -Infinity,
  date: () => new Date(NaN),
  map: () => new Map([['connections', ['pgsql_lmp']]]),
  set: () => new Set([1]),
  buffer: () => new ArrayBuffer(1_000_000),
  shared: () => new Uint8Array(5),
  regexp: () => /(a+)+$/,
  error: () => new Error('${SECRET}'),
  cyclic: () => { const one = {}; one.self = one; return one; },
  function: () => () => 'called',
  throwing: () => ({ get connections() { throw new Error('thrown'); } }),
  promise: () => Promise.resolve(1),
  symbol: () => Symbol('one'),
  window: () => window,
  proxy: () => new Proxy({}, { ownKeys: () => ['connections'], get: () => 1 }),
  blob: () => new Blob(['x']),
})`;
const EXOTIC_NAMES = [...EXOTIC.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1] ?? '');

/** Where they are answered. An answer about a copied folder may switch connections off. */
const WRITES_SETTINGS: ReadonlySet<CallName> = new Set(['saveSettings', 'answerCopy']);

/** What a call came to in the window. */
type End =
  | { readonly kind: 'answered' | 'refused'; readonly answer: unknown }
  | { readonly kind: 'thrown'; readonly message: string };

/** Calls through the preload's bridge; an exotic value takes the place of one argument. */
function callIn(
  page: Page,
  call: CallName,
  args: unknown,
  exotic: readonly [number, string] | null,
): Promise<End> {
  const text = JSON.stringify(JSON.stringify(Array.isArray(args) ? args : [args]));
  const put = exotic === null ? '' : `args[${exotic[0]}] = exotics[${JSON.stringify(exotic[1])}]();`;
  return page.evaluate(`(async () => {
    const args = JSON.parse(${text});
    ${put}
    try {
      const answer = await branchline[${JSON.stringify(call)}](...args);
      return { kind: answer.ok ? 'answered' : 'refused', answer };
    } catch (error) {
      return { kind: 'thrown', message: String(error?.message ?? error) };
    }
  })()`);
}

describe.skipIf(!hasRuntime)('the window of a real Electron', () => {
  beforeAll(buildApp);

  test(`${RUNS} fuzzed calls, seed ${SEED}: answered or refused, no crash, no stack, no secret, settings untouched`, async () => {
    const folder = dataFolder();
    process.env.FUZZ_PASSWORD = SECRET;
    // Start at login is a file there.
    process.env.XDG_CONFIG_HOME = dataFolder();
    const file = join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify(FUZZED_SETTINGS));
    const { app, page } = await startApp({ folder });
    // Nobody is there to close the system's dialog.
    await app.evaluate(({ dialog }) => {
      dialog.showOpenDialog = async () => ({ canceled: true, filePaths: [] });
    });
    const output: string[] = [];
    for (const stream of [app.process().stdout, app.process().stderr])
      stream?.on('data', (data: Buffer) => output.push(data.toString()));
    await page.evaluate(`globalThis.exotics = ${EXOTIC}; globalThis.notReloaded = true`);
    const ends = { answered: 0, refused: 0, thrown: 0 };

    const exotics = fc.oneof(
      { arbitrary: fc.constant(null), weight: 5 },
      { arbitrary: fc.tuple(fc.nat(2), fc.constantFrom(...EXOTIC_NAMES)), weight: 1 },
    );
    await fc.assert(
      fc.asyncProperty(fuzzedCall, exotics, async ([call, args], exotic) => {
        const before = readFileSync(file);
        const end = await callIn(page, call, args, exotic);
        ends[end.kind]++;
        const told = JSON.stringify(end);
        expect(told).not.toMatch(STACK);
        if (!mayRepeat(call, args) && exotic?.[1] !== 'error') expect(told).not.toContain(SECRET);
        expect(told).not.toContain('"code":"internal"');
        if (end.kind !== 'answered' || !WRITES_SETTINGS.has(call))
          expect(readFileSync(file).equals(before)).toBe(true);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    console.info(`seed ${SEED}:`, ends);

    expect(await page.evaluate('notReloaded && ({}).polluted === undefined')).toBe(true);
    expect(await callIn(page, 'live', [], null)).toMatchObject({ kind: 'answered' });
    expect(output.join('')).not.toContain(SECRET);
    expect(output.join('')).not.toMatch(/unhandled|uncaught/i);
  }, 3_600_000);
});
