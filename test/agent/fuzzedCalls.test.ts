import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { $ZodError } from 'zod/v4/core';
import { CALL_NAMES } from '../../src/window-api/windowApi.ts';
import { windowAppOn } from '../app/support.ts';
import { FUZZED_SETTINGS, fuzzedCall, mayRepeat, SEED, STACK } from '../support/fuzzedCalls.ts';
import { hostileValue, SECRET } from '../support/hostileValues.ts';
import { serveNotes } from './served.ts';
import { ask, temporaryFolder, windowHeaders } from './support.ts';

/** `BRANCHLINE_FUZZ_CALLS=5000 npx vitest run test/agent/fuzzedCalls.test.ts`: so many by each of the two ways. */
const RUNS = Number(process.env.BRANCHLINE_FUZZ_CALLS ?? 250);

test(`${RUNS} fuzzed calls of a window, seed ${SEED}: answered or refused by a code, settings untouched`, async () => {
  process.env.FUZZ_PASSWORD = SECRET;
  const folder = temporaryFolder();
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify(FUZZED_SETTINGS));
  const { windowApp } = windowAppOn(folder);
  const ends = { answered: 0, refused: 0, malformed: 0 };
  await fc.assert(
    fc.asyncProperty(fuzzedCall, async ([call, args]) => {
      const before = readFileSync(file);
      const answer = await windowApp.answer(call, args).catch((error: unknown) => {
        if (error instanceof $ZodError) return null;
        throw error;
      });
      if (answer === null) ends.malformed++;
      else if (answer.ok) ends.answered++;
      else ends.refused++;
      const told = JSON.stringify(answer) ?? '';
      expect(told).not.toMatch(STACK);
      if (!mayRepeat(call, args)) expect(told).not.toContain(SECRET);
      if (answer?.ok === false && answer.refusal.kind === 'failure')
        expect(answer.refusal.failure.code, `${call} ${JSON.stringify(args)?.slice(0, 300)}`).not.toBe(
          'internal',
        );
      if (call !== 'saveSettings' || answer?.ok !== true)
        expect(readFileSync(file).equals(before)).toBe(true);
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
    }),
    { numRuns: RUNS, seed: SEED },
  );
  console.info(`seed ${SEED}:`, ends);
}, 1_800_000);

test(`${RUNS} fuzzed requests, seed ${SEED}: no stack, and only calls reach the window app`, async () => {
  const served = await serveNotes();
  const { port } = served;
  const names = fc.oneof(fc.constantFrom<string>(...CALL_NAMES), fc.string({ unit: 'binary' }));
  const bodies = fc.oneof(
    hostileValue.map((value) => Buffer.from(JSON.stringify(value) ?? '')),
    fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('['.repeat(500_000), '{"a":'.repeat(100_000), '{"__proto__":{"polluted":true}}')
      .map((text) => Buffer.from(text)),
  );
  const types = fc.constantFrom(
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/xml',
    '',
  );
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(names, bodies, types, async (name, body, type) => {
      const path = `/api/call/${encodeURIComponent(name.toWellFormed())}`;
      const headers = { ...windowHeaders(port, served), 'content-type': type };
      const reply = await ask({ port, method: 'POST', path, headers, body });
      seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
      expect([200, 400, 404, 413, 414, 415]).toContain(reply.status);
      expect(reply.body).not.toMatch(STACK);
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
    }),
    { numRuns: RUNS, seed: SEED },
  );
  expect(served.reached.every(([call]) => CALL_NAMES.some((name) => name === call))).toBe(true);
  console.info(`seed ${SEED}:`, Object.fromEntries(seen));
}, 1_800_000);
