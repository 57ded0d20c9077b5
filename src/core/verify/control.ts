import type { CentralSettings } from '../../shared/settings.ts';
import type { RunContext } from '../batch/connectionRun.ts';
import { Heart } from '../batch/heart.ts';
import { journalClaims } from '../batch/journalClaims.ts';
import type { SourcePlan } from '../batch/plan.ts';
import { type DeleteRights, deleteRightsQuery, settleDeleteRights } from '../central/deleteRights.ts';
import { ForeignKeys, foreignKeysQuery } from '../central/foreignKeys.ts';
import { type Claim, claimConnection } from '../central/ownership.ts';
import { setUpCentral } from '../central/setup.ts';
import { layoutOf, placeOf } from '../central/target.ts';
import { beginReading } from '../central/transaction.ts';
import type { Session } from '../postgres/session.ts';
import { openLink } from '../sync/links.ts';
import type { Link } from '../sync/pass.ts';
import { type CentralTables, readCentralTables } from './centralTables.ts';

/** What is known of central before tables are compared, and the right to mend them. */
export interface Control extends AsyncDisposable {
  readonly tables: CentralTables;
  /** Null where differences are only told. */
  readonly claim: Claim | null;
  /** Null where differences are only told. */
  readonly rights: DeleteRights | null;
  /** Keys that head office has put on its tables; none where nothing is mended. */
  readonly keys: ForeignKeys;
}

/**
 * Looks at central, and claims the connection where rows are to be mended: before any worker's session is
 * opened, because claiming ends what other sessions of the connection there are.
 *
 * @throws SyncFailure `owned_elsewhere`, `folder_copied`, `source_identity_changed`, `central_schema_owned`, and why central does not answer
 */
export async function openControl(run: RunContext, plan: SourcePlan, repair: boolean): Promise<Control> {
  const { connection, identity } = plan;
  const place = placeOf(run.central, connection);
  const open = (): Promise<Link> => openLink(run.sessionOptions(connection).central);
  const link = await open();
  const { session } = link;
  try {
    if (repair) await setUpCentral(session);
    const claim = repair
      ? await claimConnection(session, run.ports.clock, run.installation, connection.id, identity, {
          hidden: plan.hidden,
          memory: journalClaims(run, connection.id),
          place,
        })
      : null;
    const names = plan.selected.map((one) => one.table);
    const tables = await readCentralTables(link, connection.id, run.central, place.schema, names);
    const rights =
      claim === null
        ? null
        : await settleRights(run.central, link, connection.id, place.schema, plan, tables);
    const keys = repair ? await readKeys(session, place.schema) : new ForeignKeys([]);
    // A lost claim shows at the next checkpoint, which is then refused.
    const heart = claim === null ? null : new Heart(claim, link, open, run.ports.logger, () => {});
    return {
      tables,
      claim,
      rights,
      keys,
      [Symbol.asyncDispose]: () => (heart === null ? session.close() : heart.letGo()),
    };
  } catch (error) {
    session.destroy();
    throw error;
  }
}

/** What may be mended in tables of layout `merge`; see {@link settleDeleteRights}. */
async function settleRights(
  central: CentralSettings,
  { session }: Link,
  connection: string,
  schema: string,
  { selected }: SourcePlan,
  { shapes, checkpoints }: CentralTables,
): Promise<DeleteRights> {
  const written = selected.flatMap(({ table, mayDelete }) => {
    const shape = shapes.get(table);
    // What is not there is not mended.
    if (shape === undefined) return [];
    const isNew = (checkpoints.get(table)?.state ?? 'new') === 'new';
    return [{ name: table, layout: layoutOf(central, shape), asks: mayDelete, isNew }];
  });
  const asks = written.some((one) => one.asks);
  const query = deleteRightsQuery(connection, schema, asks);
  const begun = await session.script([...beginReading(session), query]);
  const rights = await settleDeleteRights(session, connection, schema, begun.at(-1)?.rows ?? [], written);
  await session.query('COMMIT');
  return rights;
}

async function readKeys(session: Session, schema: string): Promise<ForeignKeys> {
  const read = await session.script([...beginReading(session), foreignKeysQuery(schema), 'COMMIT']);
  return ForeignKeys.from(read.at(-2)?.rows ?? []);
}
