import { expect } from 'vitest';
import type { Engine } from '../../../../src/core/engineApi.ts';
import type { EngineEvent } from '../../../../src/shared/contract.ts';
import { atBranch, fromCentral, run } from '../../../support/branch.ts';
import { differences } from '../../../support/compare.ts';
import { type DatabasePair, settled } from '../../../support/databases.ts';
import { CONNECTION, type Home, type HomeOptions, makeHome } from '../../../support/home.ts';

/** Where head office keeps this branch's tables in layout `schema`: an exact mirror, so keys look as at the branch. */
export const MIRROR = CONNECTION;

/** Statements at head office, where unqualified names mean the branch's mirror; what they make is Branchline's. */
export function atMirror(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  return run(
    pair.central,
    `CREATE SCHEMA IF NOT EXISTS ${MIRROR} AUTHORIZATION branchline`,
    `SET ROLE branchline; SET search_path = ${MIRROR}`,
    ...statements,
  );
}

/** The same statements on both sides. */
export async function onBoth(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  await atBranch(pair, ...statements);
  await atMirror(pair, ...statements);
}

export function mirrorHome(pair: DatabasePair, options: HomeOptions = {}): Home {
  return makeHome(pair, { ...options, central: { layout: 'schema', ...options.central } });
}

/** Changes at the branch, all of them before the next sync's mark. */
export async function work(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  await atBranch(pair, ...statements);
  await settled(pair.source);
}

/** Both sides have the same rows, and central counts as many as it has. */
export async function expectMirrored(pair: DatabasePair): Promise<void> {
  expect(await differences(pair, { centralSchema: MIRROR })).toEqual([]);
  expect(await miscounted(pair)).toEqual([]);
}

/** Tables of which the checkpoint claims another number of rows than there are. */
async function miscounted(pair: DatabasePair): Promise<readonly string[]> {
  const known = await fromCentral(
    pair,
    'SELECT table_name, central_rows FROM branchline.checkpoints WHERE central_rows IS NOT NULL',
  );
  const wrong: string[] = [];
  for (const [table, rows] of known) {
    const [[count] = []] = await fromCentral(pair, `SELECT count(*) FROM ${MIRROR}.${table}`);
    if (count !== rows) wrong.push(`${table}: ${rows} instead of ${count}`);
  }
  return wrong;
}

/**
 * Has statements run at the branch after one table's snapshot was taken and applied, and before that of a second one
 * is: locks hold both tables where they are meanwhile.
 */
export function between(
  pair: DatabasePair,
  engine: Engine,
  first: string,
  second: string,
  ...statements: readonly string[]
): { readonly done: Promise<void> } {
  const done = hold(pair, engine, first, second, statements);
  done.catch(() => {});
  return { done };
}

async function hold(
  pair: DatabasePair,
  engine: Engine,
  first: string,
  second: string,
  statements: readonly string[],
): Promise<void> {
  const begun = heard(engine, (event) => event.type === 'table_started' && event.table === first);
  const applied = heard(engine, (event) => event.type === 'table_progress' && event.table === first);
  const [branch, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  try {
    await central.query(`BEGIN; LOCK TABLE ${MIRROR}.${first} IN SHARE ROW EXCLUSIVE MODE`);
    await begun;
    await branch.query(`BEGIN; SET search_path = adempiere; LOCK TABLE ${second} IN ACCESS EXCLUSIVE MODE`);
    await central.query('ROLLBACK');
    await applied;
    for (const statement of statements) await branch.query(statement);
    await branch.query('COMMIT');
  } finally {
    await Promise.all([branch.end(), central.end()]);
  }
}

/** Resolves with the first event that fits. */
export function heard(engine: Engine, fits: (event: EngineEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const off = engine.on((event) => {
      if (!fits(event)) return;
      off();
      resolve();
    });
  });
}

/** The tables that were brought again, and for which. */
export function broughtAgain(engine: Engine, batchId: string): readonly string[] {
  return engine
    .log({ batchId, limit: 10_000 })
    .filter((row) => row.event === 'table_brought_again')
    .map((row) => `${row.table_name} for ${row.detail.for}`);
}
