import type { RunContext } from '../batch/connectionRun.ts';
import { Heart } from '../batch/heart.ts';
import { journalClaims } from '../batch/journalClaims.ts';
import type { SourcePlan } from '../batch/plan.ts';
import { type Claim, claimConnection } from '../central/ownership.ts';
import { setUpCentral } from '../central/setup.ts';
import { placeOf } from '../central/target.ts';
import { openLink } from '../sync/links.ts';
import type { Link } from '../sync/pass.ts';
import { type CentralTables, readCentralTables } from './centralTables.ts';

/** What is known of central before tables are compared, and the right to mend them. */
export interface Control extends AsyncDisposable {
  readonly tables: CentralTables;
  /** Null where differences are only told. */
  readonly claim: Claim | null;
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
    const tables = await readCentralTables(link, connection.id, place.schema, names);
    // A lost claim shows at the next checkpoint, which is then refused.
    const heart = claim === null ? null : new Heart(claim, link, open, run.ports.logger, () => {});
    return {
      tables,
      claim,
      [Symbol.asyncDispose]: () => (heart === null ? session.close() : heart.letGo()),
    };
  } catch (error) {
    session.destroy();
    throw error;
  }
}
