import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { atBranch, type Ran, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import type { ServerAddress, TestServer } from '../../support/servers.ts';
import { OTHER_VERSIONS, serverOf } from '../../support/versions.ts';
import { images, typesOf } from './support/images.ts';
import { specimenSql, specimensOf } from './support/specimens.ts';

const SHARED = 18;
/** The oldest central; older versions are sources only. */
const OLDEST_CENTRAL = 13;

const ROUTES = [
  { from: SHARED, to: SHARED },
  ...OTHER_VERSIONS.map((major) => ({ from: major, to: SHARED })),
  ...OTHER_VERSIONS.filter((major) => major >= OLDEST_CENTRAL).map((major) => ({ from: SHARED, to: major })),
];

const others = new Map<number, TestServer>();

beforeAll(async () => {
  for (const major of OTHER_VERSIONS) others.set(major, await serverOf(major));
});

afterAll(async () => {
  for (const server of others.values()) await server.remove();
});

for (const { from, to } of ROUTES) {
  for (const layout of ['schema', 'stamp'] as const) {
    describe(`from PostgreSQL ${from} to ${to} in layout ${layout} arrive unchanged`, () => {
      const schema = layout === 'schema' ? CONNECTION : 'public';
      // Before 12 the shortest form of a double was unknown: only rounded ones are written alike.
      const digits = from < 12 ? 0 : 3;
      let pair: DatabasePair;
      let home: Home;
      let first: Ran;
      let again: Ran;

      beforeAll(async () => {
        pair = await freshDatabases({
          sourceServer: address(from, 'source'),
          centralServer: address(to, 'central'),
        });
        await atBranch(pair, ...specimenSql(from));
        home = makeHome(pair, { central: { layout }, sync: { parallelTables: 1 } });
        await using engine = home.open();
        first = await sync(engine);
        again = await sync(engine, { strategy: 'full' });
      });

      afterAll(async () => {
        home?.[Symbol.dispose]();
        // DROP DATABASE … WITH (FORCE) is younger; the server ends with the file anyway.
        if (from >= OLDEST_CENTRAL) await pair?.drop();
      });

      for (const { title, table, mirrorOnly = false, takenSince = 0 } of specimensOf(from)) {
        if (mirrorOnly && layout !== 'schema') continue;
        test(title, async () => {
          if (to < takenSince) {
            expect(first.table(table)).toMatchObject({ status: 'failed', error_code: 'value_refused' });
            return;
          }
          expect(first.table(table)).toMatchObject({ error_message: null, status: 'completed' });
          expect(again.table(table)).toMatchObject({ error_message: null, status: 'completed' });
          const columns = Object.keys(await typesOf(pair.source, 'adempiere', table));
          const there = await images(pair.central, schema, table, columns, digits);
          expect(there).toEqual(await images(pair.source, 'adempiere', table, columns, digits));
        });
      }

      test('and a second pass over them finds no row that differs', () => {
        const keyed = specimensOf(from).filter(
          (one) => !one.keyless && (!one.mirrorOnly || layout === 'schema'),
        );
        const changed = keyed.filter((one) => again.table(one.table).records_processed > 0);
        expect(changed.map((one) => one.table)).toEqual([]);
      });
    });
  }
}

function address(major: number, side: 'source' | 'central'): ServerAddress {
  return others.get(major) ?? inject('servers')[side];
}
