import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ZodError } from 'zod';
import { CALL_NAMES, type CallName } from '../../src/shared/window/calls.ts';
import { faceOn } from '../core/face/support.ts';
import { hostileValue, mutated, SECRET } from '../support/hostileValues.ts';
import { serveNotes } from './served.ts';
import { ask, temporaryFolder, windowHeaders } from './support.ts';

/** `BRANCHLINE_FUZZ_CALLS=5000 npx vitest run test/agent/fuzzedCalls.test.ts`: so many by each of the two ways. */
const RUNS = Number(process.env.BRANCHLINE_FUZZ_CALLS ?? 250);
const SEED = Number(process.env.BRANCHLINE_FUZZ_SEED ?? Date.now() % 1_000_000);

const TABLE = { connection: 'pgsql_lmp', table: 'c_invoice' };
/** Nobody listens there, so that a draft that happens to be right is soon refused. */
const NOWHERE = { host: '127.0.0.1', port: 1, database: 'x', user: 'y', connectTimeoutSeconds: 1 };
const DRAFT = { kind: 'source', connection: { id: 'pgsql_lmp', ...NOWHERE } };
const SETTINGS = {
  central: { ...NOWHERE, password: `${'$'}{FUZZ_PASSWORD}` },
  connections: [DRAFT.connection],
};

/** Right arguments, to be mutated: wrong ones of any other kind end at the first check. */
const RIGHT: Partial<Record<CallName, readonly unknown[]>> = {
  history: [{ status: 'failed', text: 'x', day: '2026-01-01' }, 0, 20],
  days: [30],
  batch: ['sync_20251108_143052_aB3dEf9h'],
  tableRuns: ['pgsql_lmp', 'c_invoice', 10],
  previewCron: ['30 8 * * *', 'Asia/Jakarta'],
  runNow: [{ connections: ['pgsql_lmp'], tables: ['c_invoice'], allowDeletes: false }],
  resume: ['sync_20251108_143052_aB3dEf9h', { tables: [TABLE] }],
  verify: [{ only: [TABLE], repair: true }],
  answerCopy: ['new', 'sync_20251108_143052_aB3dEf9h'],
  pause: ['2026-01-01T00:00:00Z'],
  prune: [true],
  testConnection: [DRAFT, SECRET],
  discover: [DRAFT, SECRET],
  saveSettings: [SETTINGS, null],
  checkImport: [JSON.stringify(SETTINGS)],
  setStartAtLogin: [true],
};
// It asks the keychain in a process of its own each time.
const CALLS = CALL_NAMES.filter((call) => call !== 'setPassword');

const calls = fc
  .constantFrom(...CALLS)
  .chain((call) =>
    fc.tuple(
      fc.constant(call),
      fc.oneof(
        { arbitrary: mutated(RIGHT[call] ?? []), weight: 4 },
        { arbitrary: hostileValue, weight: 1 },
        { arbitrary: fc.constant(RIGHT[call] ?? []), weight: 1 },
      ),
    ),
  );

function expectHarmless(answer: unknown): void {
  const told = JSON.stringify(answer) ?? '';
  expect(told).not.toContain(SECRET);
  expect(told).not.toMatch(/\bat \S+ \(|node_modules|\.ts:\d/);
}

test(`${RUNS} fuzzed calls of a window, seed ${SEED}: answered or refused by a code, settings untouched`, async () => {
  process.env.FUZZ_PASSWORD = SECRET;
  const folder = temporaryFolder();
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify(SETTINGS));
  const { face } = faceOn(folder);
  const ends = { answered: 0, refused: 0, malformed: 0 };
  await fc.assert(
    fc.asyncProperty(calls, async ([call, args]) => {
      const before = readFileSync(file);
      const answer = await face.answer(call, args).catch((error: unknown) => {
        if (error instanceof ZodError) return null;
        throw error;
      });
      if (answer === null) ends.malformed++;
      else if (answer.ok) ends.answered++;
      else ends.refused++;
      // What is asked comes back in some answers, as it was asked.
      if (call !== 'checkImport' && call !== 'history' && call !== 'previewCron') expectHarmless(answer);
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

test(`${RUNS} fuzzed requests, seed ${SEED}: no stack, and nothing reaches the face but calls`, async () => {
  const served = await serveNotes();
  const { port, cookie } = served;
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
      const headers = { ...windowHeaders(port, cookie), 'content-type': type };
      const reply = await ask({ port, method: 'POST', path, headers, body });
      seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
      expect([200, 400, 404, 413, 414, 415]).toContain(reply.status);
      expect(reply.body).not.toMatch(/\bat \S+ \(|node_modules|\.ts:\d/);
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
    }),
    { numRuns: RUNS, seed: SEED },
  );
  expect(served.reached.every(([call]) => CALL_NAMES.some((name) => name === call))).toBe(true);
  console.info(`seed ${SEED}:`, Object.fromEntries(seen));
}, 1_800_000);
