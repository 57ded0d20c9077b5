import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { UsageError } from '../../../src/shared/errors.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { mutated, SECRET } from '../../support/hostileValues.ts';
import { testFolder } from './folder.ts';

/** `BRANCHLINE_FUZZ_SETTINGS=5000 npx vitest run test/core/settings/mutated.test.ts`, with BRANCHLINE_FUZZ_SEED to repeat. */
const RUNS = Number(process.env.BRANCHLINE_FUZZ_SETTINGS ?? 500);
const SEED = Number(process.env.BRANCHLINE_FUZZ_SEED ?? Date.now() % 1_000_000);

const RIGHT = {
  central: {
    host: 'hq.example',
    port: 5432,
    database: 'dash',
    user: 'branchline',
    password: `${'$'}{CENTRAL_PASSWORD}`,
    sslmode: 'verify-full',
    layout: 'auto',
  },
  connections: [
    {
      id: 'pgsql_lmp',
      label: 'Lampung',
      url: 'postgres://reader@127.0.0.1:5432/idempiere?sslmode=prefer',
      tables: ['*', { name: 'c_invoice', strategy: 'cursor', cursor: { column: 'updated' } }],
      exclude: ['t_*'],
      allowCleartextPassword: false,
    },
  ],
  schedules: [{ id: 'morning', cron: '30 8 * * *', timezone: 'Asia/Jakarta' }],
  sync: { parallelTables: 2, chunkRows: 1000 },
  notifications: { webhook: `https://hooks.example/${SECRET}`, email: null },
  language: 'auto',
};

/** The text of a mutated file: of another shape, or with bytes that are not its own. */
const files = fc.oneof(
  mutated(RIGHT).map((value) => Buffer.from(JSON.stringify(value) ?? '')),
  mutated(RIGHT)
    .chain(mutated)
    .map((value) => Buffer.from(JSON.stringify(value) ?? '')),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 20 })).map(([at, put]) => {
    const text = Buffer.from(JSON.stringify(RIGHT, null, 2));
    const place = at % text.length;
    return Buffer.concat([text.subarray(0, place), put, text.subarray(place + put.length)]);
  }),
  fc.constantFrom('['.repeat(200_000), '{"a":'.repeat(50_000)).map((text) => Buffer.from(text)),
);

test(`${RUNS} mutated settings files, seed ${SEED}: right or refused, untouched, no stack and no secret`, () => {
  const folder = testFolder();
  const file = join(folder, 'settings.json');
  const ends = { right: 0, refused: 0 };
  fc.assert(
    fc.property(files, (bytes) => {
      writeFileSync(file, bytes);
      try {
        loadSettings(folder);
        ends.right++;
      } catch (error) {
        ends.refused++;
        if (!(error instanceof UsageError)) throw error;
        for (const language of ['en', 'id'] as const) {
          const told = JSON.stringify([
            error.params,
            createTranslator(language).usage(error.code, error.params),
          ]);
          expect(told).not.toContain(SECRET);
          expect(told).not.toMatch(/\bat \S+ \(|node_modules|\.ts:\d/);
          expect(told.length).toBeLessThan(200_000);
        }
      }
      expect(readFileSync(file).equals(bytes)).toBe(true);
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
    }),
    { numRuns: RUNS, seed: SEED },
  );
  console.info(`seed ${SEED}:`, ends);
}, 1_800_000);
