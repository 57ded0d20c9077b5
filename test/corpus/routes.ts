import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import type { ServerAddress, TestServer } from '../support/servers.ts';
import { serverOf } from '../support/versions.ts';
import { type CorpusSchema, LAYOUTS, type Route } from './corpus.ts';
import { accounting } from './schemas/accounting.ts';
import { billing } from './schemas/billing.ts';
import { documents } from './schemas/documents.ts';
import { erp } from './schemas/erp.ts';
import { modern } from './schemas/modern.ts';
import { music } from './schemas/music.ts';
import { tellStory } from './story.ts';

/** Everything on every route takes half an hour: `npm test` tells the large ERP once, and its small sister otherwise. */
export const WHOLE = process.env.BRANCHLINE_CORPUS === 'full';
export const LARGE = { tables: 760, keyless: 114 };
const SMALL = { tables: 60, keyless: 9 };

const SCHEMAS: readonly CorpusSchema[] = [
  accounting,
  music,
  billing,
  documents,
  modern,
  erp(WHOLE ? LARGE : SMALL),
];

/** Declares the tests of one route: each schema, in each layout. A file a route, so that they run side by side. */
export function describeRoute({ from, to }: Route): void {
  let fifteen: TestServer;

  beforeAll(async () => {
    fifteen = await serverOf(15);
  });

  afterAll(async () => {
    await fifteen.remove();
  });

  const serverFor = (major: number, side: 'source' | 'central'): ServerAddress =>
    major === 15 ? fifteen : inject('servers')[side];

  describe.each(SCHEMAS.filter((one) => from >= (one.since ?? 0)))('$name', (schema) => {
    test.each(LAYOUTS)('ends equal in layout %s', async (layout) => {
      await tellStory(schema, layout, {
        source: serverFor(from, 'source'),
        central: serverFor(to, 'central'),
      });
    });
  });
}
