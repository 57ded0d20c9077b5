import { centralRefusal, FailureCode } from '../../shared/errors.ts';
import type { CentralSettings } from '../../shared/settings.ts';
import { literal, oneLine } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';

/** Stored for a source whose identity our role may not read. */
export const UNKNOWN_IDENTITY = 'unknown';

/** Where a connection's tables go at central, according to the settings. */
export interface TargetPlace {
  readonly layout: CentralSettings['layout'];
  readonly schema: string;
}

/** The connection that claims a schema. */
export interface SchemaClaimant {
  readonly connection: string;
  readonly installation: string;
  /** Of the source; see {@link claimConnection}. */
  readonly identity: string;
}

/** A lock, so that one connection at a time checks and takes a schema. Needed once per connection, not per run. */
const LOCK =
  "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('branchline.target_schemas', 0))";

/** Whether central has already recorded this place for the connection, so that no other can have taken it. */
export function isRecorded(row: TextRow, { layout, schema }: TargetPlace): boolean {
  return row.layout === layout && row.target_schema === schema;
}

/** SET items that record a place. */
export function placeItems({ layout, schema }: TargetPlace): readonly string[] {
  return [`layout = ${literal(layout)}`, `target_schema = ${literal(schema)}`];
}

/**
 * Takes a schema for a connection, so that a mirror never removes another connection's rows: a mirror removes everything
 * that its branch does not have. Two data folders do not see each other's settings, but central knows both. A schema
 * belongs to its connection until that moves elsewhere or head office releases it.
 *
 * If the schema belongs to a mirror of the same installation and the same source, that is this connection under a former
 * id, and it is released.
 *
 * @param session in the transaction that records the place
 * @throws SyncFailure `central_schema_owned`
 */
export async function takeSchema(
  session: Session,
  claimant: SchemaClaimant,
  place: TargetPlace,
): Promise<void> {
  const results = await session.script([LOCK, othersQuery(claimant.connection, place)]);
  const others = results.at(-1)?.rows ?? [];
  const former = others.filter((one) => isFormer(one, claimant, place));
  const [first, ...more] = others.filter((one) => !former.includes(one));
  if (first !== undefined) throw schemaOwned(claimant.connection, place, [first, ...more]);
  if (former.length > 0) await session.query(releaseSql(former));
}

/** Connections whose rows are, or would be, in the same schema, where either side is a mirror. */
function othersQuery(connection: string, { layout, schema }: TargetPlace): string {
  const eitherMirrors = layout === 'schema' ? '' : " AND s.layout OPERATOR(pg_catalog.=) 'schema'";
  return oneLine(`SELECT s.connection, s.installation, s.host, s.identity, s.layout FROM branchline.sources s
    WHERE s.connection OPERATOR(pg_catalog.<>) ${literal(connection)}
      AND s.target_schema OPERATOR(pg_catalog.=) ${literal(schema)}::pg_catalog.name${eitherMirrors}
    ORDER BY s.heartbeat DESC NULLS LAST, s.connection`);
}

function isFormer(other: TextRow, claimant: SchemaClaimant, { layout }: TargetPlace): boolean {
  return (
    layout === 'schema' &&
    other.layout === 'schema' &&
    other.installation === claimant.installation &&
    other.identity === claimant.identity &&
    claimant.identity !== UNKNOWN_IDENTITY
  );
}

/** SQL that releases a schema, so that another connection can take it. */
function releaseSql(rows: readonly TextRow[]): string {
  const ids = rows.map((one) => literal(one.connection ?? '')).join(', ');
  return `UPDATE branchline.sources SET target_schema = NULL
    WHERE connection OPERATOR(pg_catalog.=) ANY (ARRAY[${ids}]::pg_catalog.text[])`;
}

/** The same as a person at head office would write it. */
function printedReleaseSql(rows: readonly TextRow[]): string {
  const ids = rows.map((one) => literal(one.connection ?? '')).join(', ');
  return `UPDATE branchline.sources SET target_schema = NULL WHERE connection IN (${ids});`;
}

function schemaOwned(connection: string, { schema }: TargetPlace, others: readonly TextRow[]) {
  const list = (of: (one: TextRow) => string | null | undefined): string =>
    [...new Set(others.map((one) => of(one) ?? ''))].join(', ');
  return centralRefusal(FailureCode.CentralSchemaOwned, {
    connection,
    schema,
    other: list((one) => one.connection),
    host: list((one) => one.host),
    installation: list((one) => one.installation),
    sql: printedReleaseSql(others),
  });
}
