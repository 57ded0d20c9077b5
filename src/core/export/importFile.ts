import { createHash } from 'node:crypto';
import type { BatchRow } from '../../shared/contract.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { type ConnectionSettings, type Settings, settingsSchema } from '../../shared/settings.ts';
import type { BatchTrigger } from '../../shared/status.ts';
import type { EngineBase } from '../batch/engineBase.ts';
import { runNewBatch } from '../batch/newBatch.ts';
import { newWork } from '../batch/runBatch.ts';
import type { SourcePlan } from '../batch/sourcePlan.ts';
import { storedShape } from '../catalogue/storedShape.ts';
import { damaged } from '../disk/diskErrors.ts';
import { ExportFile } from '../disk/exportFile.ts';
import type { RunControl } from '../engineApi.ts';
import type { Installation } from '../target/ownership.ts';
import { placeOf } from '../target/target.ts';

export interface ImportOptions {
  readonly trigger: BatchTrigger;
  readonly file: string;
  readonly passphrase: string;
  /** The connection that the file has to be of; null takes any. */
  readonly connection: string | null;
  noteBatch(batchId: string): void;
}

/**
 * Loads an exported file into central, as a batch whose source is the file. Needs the lease.
 *
 * @throws UsageError about the file, `export_connection_other`, `export_place_other`
 */
export async function importFile(
  base: EngineBase,
  { trigger, file, passphrase, connection: wanted, noteBatch }: ImportOptions,
  control: RunControl,
): Promise<BatchRow> {
  await using exported = await ExportFile.open(file, passphrase);
  const connection = connectionOf(base.settings, exported);
  const { id } = connection;
  if (wanted !== null && wanted !== id)
    throw new UsageError(UsageCode.ExportConnectionOther, { file, connection: wanted, found: id });
  refuseOtherPlace(base.settings, connection, exported);
  const own: EngineBase = {
    ...base,
    exported,
    installation: importer(base.installation, exported),
    settings: {
      ...base.settings,
      connections: [connection],
      // No link is read from, and no snapshot is held open.
      sync: { ...base.settings.sync, bandwidthKbps: 0, maxSnapshotMinutes: Number.POSITIVE_INFINITY },
    },
  };
  const works = [newWork(planOf(connection, exported), base.journal, [], null)];
  return await runNewBatch(
    own,
    { request: { trigger }, names: [], works, imported: file, noteBatch },
    control,
  );
}

/** The connection as the branch's settings have it. Its address stays empty: the file takes the server's place. */
function connectionOf({ central }: Settings, { head, name }: ExportFile): ConnectionSettings {
  const nowhere = { host: '-', database: '-', user: '-' };
  const parsed = settingsSchema.safeParse({ central, connections: [{ ...head.connection, ...nowhere }] });
  const [connection] = parsed.data?.connections ?? [];
  if (connection === undefined) throw damaged(name, 'head', parsed.error);
  return connection;
}

/**
 * Refuses a file whose rows the branch's next sync would look for in another place than where the settings here lead to.
 * The settings here decide, so that a file cannot choose head office's own tables.
 */
function refuseOtherPlace(
  { central, connections }: Settings,
  connection: ConnectionSettings,
  { head }: ExportFile,
): void {
  const known = connections.find((one) => one.id === connection.id) ?? connection;
  const own = placeOf(central, known);
  const { schema } = head.layout === 'schema' ? placeOf({ ...central, layout: 'schema' }, connection) : head;
  if (head.layout === central.layout && schema === own.schema) return;
  throw new UsageError(UsageCode.ExportPlaceOther, {
    connection: connection.id,
    layout: head.layout,
    schema,
    ownLayout: central.layout,
    ownSchema: own.schema,
  });
}

/**
 * An import claims the connection under an id of its own: this installation does not become the branch's. The next sync
 * of the branch takes the claim over, and the same import here gets its own claim back.
 */
function importer({ id, host }: Installation, exported: ExportFile): Installation {
  const hash = createHash('sha256').update(`${id}/${exported.id}`).digest('hex');
  return { id: hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'), host };
}

function planOf(connection: ConnectionSettings, { head, tables }: ExportFile): SourcePlan {
  const { schema } = connection;
  return {
    connection,
    identity: head.identity,
    hidden: head.hidden,
    failure: null,
    // Strategies of the settings are for the link: a file has all rows, and nothing else.
    selected: tables.map((one) => ({
      table: one.name,
      shape: storedShape({ ...one, schema }, one),
      strategy: null,
      cursor: null,
      mayDelete: one.allowDeletes,
    })),
  };
}
