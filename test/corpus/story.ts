import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { expect } from 'vitest';
import type { Engine } from '../../src/core/engineApi.ts';
import { SOURCE_ROLE } from '../../src/demo/endpoint.ts';
import { BatchStatus, TableStatus } from '../../src/shared/status.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { type Home, makeHome } from '../support/home.ts';
import { startRunner } from '../support/runner.ts';
import type { ServerAddress } from '../support/servers.ts';
import { contentsDiffer, type Side } from './contents.ts';
import type { CorpusConnection, CorpusLayout, CorpusSchema, Stage } from './corpus.ts';

/** Small, so that every table is several chunks. */
const CHUNK_ROWS = 16;
/** Chunks after which the program is killed in the last stage. */
const KILLED_AFTER = 3;

export interface StoryServers {
  readonly source: ServerAddress;
  readonly central: ServerAddress;
}

/**
 * Tells the story of one schema in one layout: first load, changes, deletes, a schema change, killed and resumed,
 * verified. After each stage the sides are compared by a reading of the tests' own.
 */
export async function tellStory(
  schema: CorpusSchema,
  layout: CorpusLayout,
  servers: StoryServers,
): Promise<void> {
  await using pair = await freshDatabases({ sourceServer: servers.source, centralServer: servers.central });
  await using ends = await openEnds(pair);
  await setUp(schema, pair, ends);
  using home = makeHome(pair, { sync: { chunkRows: CHUNK_ROWS, parallelTables: 2 } });
  const connections = connectionsOf(schema, layout);
  writeSettings(home, layout, connections);
  const telling: Telling = { schema, layout, connections, ends, home };

  await stage(telling, 'first load', []);
  await stage(telling, 'changes', schema.changes);
  await stage(telling, 'deletes', schema.deletes);
  await stage(telling, 'schema change', schema.schemaChange);
  await stage(telling, 'nothing new', []);
  await killedStage(telling);
  await verifyStage(telling);
}

interface Ends extends AsyncDisposable {
  readonly source: pg.Client;
  readonly central: pg.Client;
  /** Signed in as Branchline's own role at the branch, with that role's own search_path. */
  readonly reader: pg.Client;
}

interface Telling {
  readonly schema: CorpusSchema;
  readonly layout: CorpusLayout;
  readonly connections: readonly CorpusConnection[];
  readonly ends: Ends;
  readonly home: Home;
}

async function openEnds(pair: DatabasePair): Promise<Ends> {
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  const reader = await pair.source.connect();
  const clients = [source, central, reader];
  return {
    source,
    central,
    reader,
    [Symbol.asyncDispose]: async () => void (await Promise.all(clients.map((one) => one.end()))),
  };
}

async function setUp(schema: CorpusSchema, pair: DatabasePair, ends: Ends): Promise<void> {
  for (const name of schema.extensions ?? []) {
    await ends.source.query(`CREATE EXTENSION ${name} SCHEMA public`);
    await ends.central.query(`CREATE EXTENSION ${name} SCHEMA public`);
  }
  // The pair comes with an empty schema of the demo's name.
  await ends.source.query('DROP SCHEMA IF EXISTS adempiere CASCADE');
  await runAll(ends.source, schema.setUp);
  await runAll(ends.central, schema.setUpCentral ?? []);
  for (const name of new Set(schema.connections.map((one) => one.schema))) {
    await ends.source.query(`GRANT USAGE ON SCHEMA ${quote(name)} TO ${SOURCE_ROLE}`);
    await ends.source.query(`GRANT SELECT ON ALL TABLES IN SCHEMA ${quote(name)} TO ${SOURCE_ROLE}`);
    await ends.source.query(
      `ALTER DEFAULT PRIVILEGES IN SCHEMA ${quote(name)} GRANT SELECT ON TABLES TO ${SOURCE_ROLE}`,
    );
  }
  if (schema.searchPath === undefined) return;
  await ends.source.query(
    `ALTER DATABASE ${quote(pair.source.database)} SET search_path = ${schema.searchPath}`,
  );
  await ends.reader.query(`SET search_path = ${schema.searchPath}`);
}

/** A shared table without a stamp can have one owner alone, who may then delete in it. */
function connectionsOf(schema: CorpusSchema, layout: CorpusLayout): readonly CorpusConnection[] {
  if (layout !== 'merge') return schema.connections;
  return schema.connections.slice(0, 1).map((one) => ({
    ...one,
    tables: (one.tables ?? ['*']).map((entry) => ({
      ...(typeof entry === 'string' ? { name: entry } : entry),
      allowDeletes: true,
    })),
  }));
}

function writeSettings(home: Home, layout: CorpusLayout, connections: readonly CorpusConnection[]): void {
  const file = join(home.folder, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8')) as {
    central: Record<string, unknown>;
    connections: Record<string, unknown>[];
  };
  const [first] = settings.connections;
  settings.central = { ...settings.central, layout };
  settings.connections = connections.map((one) => ({ ...first, label: one.id, ...one }));
  writeFileSync(file, JSON.stringify(settings));
}

async function stage(telling: Telling, name: Stage, statements: readonly string[]): Promise<void> {
  await runAll(telling.ends.source, statements);
  await using engine = telling.home.open();
  const batch = await engine.syncAll({ trigger: 'cli' });
  await expectEqual(telling, engine, batch.batch_id, name);
}

async function killedStage(telling: Telling): Promise<void> {
  await runAll(telling.ends.source, telling.schema.whileCut);
  const killed = await startRunner(telling.home.folder);
  const { batch } = await killed.event('batch_started');
  await killed.chunks(KILLED_AFTER);
  await killed.kill();
  await using engine = telling.home.open();
  expect(engine.batch(batch.batch_id).batch.status).toBe(BatchStatus.Interrupted);
  await engine.resume(batch.batch_id, { trigger: 'cli' });
  await expectEqual(telling, engine, batch.batch_id, 'killed and resumed');
}

/** What was refused is what was expected, by its code; all else is there, as a reading of our own finds it. */
async function expectEqual(
  { schema, layout, connections, ends }: Telling,
  engine: Engine,
  batchId: string,
  name: Stage,
): Promise<void> {
  const { tables } = engine.batch(batchId);
  const failed = tables.filter((one) => one.status !== TableStatus.Completed);
  const codes = Object.fromEntries(
    failed.map((one) => [`${one.connection}/${one.table_name}`, one.error_code ?? one.status]),
  );
  const messages = failed
    .map((one) => `${one.connection}/${one.table_name}: ${one.error_message}`)
    .join('\n');
  const refused = schema.refused?.(layout, name) ?? {};
  expect(codes, `${name}: what is not completed\n${messages}`).toEqual(refused);
  const sides = sidesOf(layout, connections).filter(({ connection }) =>
    tables.some((one) => one.connection === connection),
  );
  const differing: string[] = [];
  for (const side of sides) {
    const names = tables
      .filter((one) => one.connection === side.connection && !failed.includes(one))
      .map((one) => one.table_name);
    differing.push(...(await contentsDiffer(ends, side, names, schema.views ?? [])));
  }
  expect(differing, `${name}: what is not equal`).toEqual([]);
}

function sidesOf(layout: CorpusLayout, connections: readonly CorpusConnection[]): readonly Side[] {
  return connections.map(({ id, schema }) => ({
    connection: id,
    sourceSchema: schema,
    centralSchema: layout === 'schema' ? id : 'public',
    stamp: layout === 'stamp' ? id : null,
  }));
}

async function verifyStage({ schema, layout, home }: Telling): Promise<void> {
  await using engine = home.open();
  const refused = Object.keys(schema.refused?.(layout, 'verify') ?? {});
  const { tables } = await engine.verify({ trigger: 'cli' });
  const unproved = tables
    .filter((one) => one.result !== 'equal' && !refused.includes(`${one.connection}/${one.table_name}`))
    .map((one) => ({
      table: `${one.connection}/${one.table_name}`,
      result: one.result,
      why: one.reason ?? one.left_out,
    }));
  expect(unproved, 'what verify does not prove equal').toEqual([]);
}

async function runAll(client: pg.Client, statements: readonly string[]): Promise<void> {
  for (const sql of statements) {
    await client.query(sql).catch((error: unknown) => {
      throw new Error(`${sql}: ${String(error)}`, { cause: error });
    });
  }
  await client.query('RESET search_path');
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
