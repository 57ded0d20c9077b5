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
const WHOLE = process.env.BRANCHLINE_CORPUS === 'full';
const LARGE = { tables: 760, keyless: 114 };
const SMALL = { tables: 60, keyless: 9 };

const ROUTES: readonly Route[] = [
  { from: 15, to: 18 },
  { from: 18, to: 15 },
];

const SCHEMAS: readonly CorpusSchema[] = [
  accounting,
  music,
  billing,
  documents,
  modern,
  erp(WHOLE ? LARGE : SMALL),
];

let fifteen: TestServer;

beforeAll(async () => {
  fifteen = await serverOf(15);
});

afterAll(async () => {
  await fifteen.remove();
});

describe.each(ROUTES)('from PostgreSQL $from to $to', (route) => {
  describe.each(SCHEMAS.filter((one) => route.from >= (one.since ?? 0)))('$name', (schema) => {
    test.each(LAYOUTS)('ends equal in layout %s', (layout) => tellStory(schema, layout, servers(route)));
  });
});

test.runIf(!WHOLE)(
  `ERP of ${LARGE.tables} tables ends equal`,
  async () => {
    await tellStory(erp(LARGE), 'schema', servers({ from: 18, to: 18 }));
  },
  600_000,
);

function servers({ from, to }: Route): { source: ServerAddress; central: ServerAddress } {
  const shared = inject('servers');
  const of = (major: number, side: 'source' | 'central') => (major === 15 ? fifteen : shared[side]);
  return { source: of(from, 'source'), central: of(to, 'central') };
}
