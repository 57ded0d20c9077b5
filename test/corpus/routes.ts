import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import type { ServerAddress, TestServer } from '../support/servers.ts';
import { serverOf } from '../support/versions.ts';
import { type CorpusLayout, type CorpusSchema, LAYOUTS, type Route } from './corpus.ts';
import { accounting } from './schemas/accounting.ts';
import { billing } from './schemas/billing.ts';
import { documents } from './schemas/documents.ts';
import { erp } from './schemas/erp.ts';
import { modern } from './schemas/modern.ts';
import { music } from './schemas/music.ts';
import { tellStory } from './story.ts';

/**
 * Everything on every route takes half an hour. `npm test` runs each schema in each layout on one of the two routes,
 * with a small ERP, and one of 300 tables once; `npm run test:long` runs all of them, with an ERP of 760.
 */
export const WHOLE = process.env.BRANCHLINE_CORPUS === 'full';
const LARGE = { tables: 760, keyless: 114 };
export const MIDDLE = { tables: 300, keyless: 45 };
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
    test.each(LAYOUTS.filter((layout) => WHOLE || isSampled(schema, layout, { from, to })))(
      'ends equal in layout %s',
      async (layout) => {
        await tellStory(schema, layout, {
          source: serverFor(from, 'source'),
          central: serverFor(to, 'central'),
        });
      },
    );
  });
}

/** Alternates between the routes, so that each has every schema and every layout. */
function isSampled(schema: CorpusSchema, layout: CorpusLayout, { to }: Route): boolean {
  // A schema that an older branch server does not know has one route.
  if ((schema.since ?? 0) > 15) return true;
  const turn = SCHEMAS.indexOf(schema) + LAYOUTS.indexOf(layout);
  return turn % 2 === (to === 18 ? 0 : 1);
}
