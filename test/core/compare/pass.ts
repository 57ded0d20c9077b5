import { readTables } from '../../../src/core/catalogue/read.ts';
import { WorkerLinks } from '../../../src/core/load/links.ts';
import { NO_CONSTRAINTS, type PassContext } from '../../../src/core/load/pass.ts';
import { Throttle } from '../../../src/core/load/throttle.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import { openLink } from '../../../src/core/postgres/link.ts';
import { DEFAULT_TIMEOUTS, type SessionOptions } from '../../../src/core/postgres/session.ts';
import { installation } from '../../../src/core/settings/installation.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { openSource } from '../../../src/core/source/openSource.ts';
import type { Snapshot } from '../../../src/core/source/port.ts';
import { acquireTable, type Checkpoint } from '../../../src/core/target/checkpoint.ts';
import { describeTarget } from '../../../src/core/target/describeTarget.ts';
import { applicationName, claimConnection } from '../../../src/core/target/ownership.ts';
import { layoutOf, targetSchema } from '../../../src/core/target/target.ts';

/** A pass over one table that is about to begin. */
export interface OpenPass extends AsyncDisposable {
  readonly context: PassContext;
  readonly snapshot: Snapshot;
  readonly at: Checkpoint;
}

/** Opens what a strategy is given: a claim, the table's checkpoint, and a snapshot of the source. */
export async function openPass(folder: string, table: string): Promise<OpenPass> {
  const settings = loadSettings(folder);
  const [connection] = settings.connections;
  if (connection === undefined) throw new Error('no connection in the settings');
  const { clock } = systemPorts({ log: () => {} });
  const owner = installation(folder);
  const name = applicationName(owner, connection.id);
  const common = { connection: connection.id, folder, applicationName: name, timeouts: DEFAULT_TIMEOUTS };
  const sourceOptions: SessionOptions = { ...common, side: 'source', endpoint: connection };
  const centralOptions: SessionOptions = { ...common, side: 'central', endpoint: settings.central };

  const first = await openSource(sourceOptions);
  const { identity } = await first.facts();
  await first.close();
  const control = await openLink(centralOptions);
  const claim = await claimConnection(control.session, clock, owner, connection.id, identity);
  const at = await acquireTable(control.session, owner, claim, table);
  const schema = targetSchema(settings.central, connection);
  const [existing] = await readTables(control.session, control.version, schema, [table]);
  await control.session.close();

  const links = new WorkerLinks(clock, sourceOptions, centralOptions);
  const from = await links.source();
  const [source] = await from.readTables(connection, [table]);
  if (source === undefined || existing === undefined) throw new Error(`${table} is not on both sides`);
  const layout = layoutOf(settings.central, existing);
  const target = describeTarget(schema, layout, source, existing, false);
  const context: PassContext = {
    links,
    connection: connection.id,
    source,
    target,
    limits: settings.sync,
    throttle: new Throttle(0, null, clock, () => 0),
    clock,
    stop: new AbortController().signal,
    deletes: true,
    allowDeletes: false,
    constraints: NO_CONSTRAINTS,
    onRewritten: () => {},
    onCommit: () => {},
  };
  const snapshot = await from.openSnapshot(source, { shapeDigest: target.shapeDigest });
  return { context, snapshot, at, [Symbol.asyncDispose]: () => links.close() };
}
