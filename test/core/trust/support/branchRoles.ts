import { randomBytes } from 'node:crypto';
import { afterEach, inject } from 'vitest';
import type { Engine } from '../../../../src/core/engineApi.ts';
import { centralSql, type SeparateLayout } from '../../../../src/core/rights/centralSql.ts';
import { loadSettings } from '../../../../src/core/settings/load.ts';
import { run } from '../../../support/branch.ts';
import type { DatabasePair } from '../../../support/databases.ts';
import { type Home, makeHome } from '../../../support/home.ts';
import { connectTo } from '../../../support/servers.ts';

/** Of one test; roles belong to the whole server. */
let made: string[] = [];
afterEach(async () => {
  const client = await connectTo(inject('servers').central);
  for (const role of made) await client.query(`DROP ROLE IF EXISTS ${role}`).catch(() => undefined);
  made = [];
  await client.end();
});

export interface Branch extends Disposable {
  readonly id: string;
  readonly role: string;
  readonly home: Home;
  readonly engine: Engine;
}

/** What `central-sql` prints. */
export function printedFor(
  branch: Pick<Branch, 'id' | 'role' | 'home'>,
  layout: SeparateLayout,
): readonly string[] {
  const settings = loadSettings(branch.home.folder);
  const connection = settings.connections.find((one) => one.id === branch.id);
  if (connection === undefined) throw new Error(`no ${branch.id}`);
  return centralSql(settings.central, connection, { layout, role: branch.role }).flatMap(
    (one) => one.statements,
  );
}

/** Runs it as head office's administrator. */
export async function giveRole(
  pair: DatabasePair,
  branch: Pick<Branch, 'id' | 'role' | 'home'>,
  layout: SeparateLayout,
): Promise<void> {
  const password = `ALTER ROLE ${branch.role} PASSWORD '${pair.central.password}'`;
  await run(pair.central, ...printedFor(branch, layout), password);
}

export async function openBranch(pair: DatabasePair, id: string, layout: SeparateLayout): Promise<Branch> {
  const role = `branchline_${id}_${randomBytes(4).toString('hex')}`;
  made.push(role);
  const home = makeHome(pair, {
    connection: { id },
    central: { user: role, layout },
    sync: { chunkRows: 200 },
  });
  const engine = home.open();
  const branch = { id, role, home, engine, [Symbol.dispose]: () => home[Symbol.dispose]() };
  await giveRole(pair, branch, layout);
  return branch;
}
