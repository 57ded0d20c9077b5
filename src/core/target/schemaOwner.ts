import { centralRefusal, FailureCode } from '../../shared/errors.ts';
import type { CentralSettings } from '../../shared/settings.ts';
import { literal, oneLine } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import { UNKNOWN_IDENTITY } from '../source/mark.ts';

/** Where a connection's tables go at central, as its settings say. */
export interface TargetPlace {
  readonly layout: CentralSettings['layout'];
  readonly schema: string;
}

/** Who wants a schema. */
export interface SchemaClaimant {
  readonly connection: string;
  readonly installation: string;
  /** Of the source; see {@link claimConnection}. */
  readonly identity: string;
}

/** Whoever takes a schema looks first whose it is: one after the other. Taken once a connection, not once a run. */
const LOCK =
  "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('branchline.target_schemas', 0))";

/** Whether central knows this place as the connection's already, so that nobody else can have taken it. */
export function isRecorded(row: TextRow, { layout, schema }: TargetPlace): boolean {
  return row.layout === layout && row.target_schema === schema;
}

/** SET items that record a place. */
export function placeItems({ layout, schema }: TargetPlace): readonly string[] {
  return [`layout = ${literal(layout)}`, `target_schema = ${literal(schema)}`];
}

/**
 * Makes sure that no other connection's rows are removed by a mirror: whatever is not at the mirrored branch goes
 * there. Two data folders, each with one of two branches, do not see each other's settings; central does. A schema
 * stays its connection's until that goes elsewhere, or head office releases it.
 *
 * A mirror of the same installation and the same source is the connection under its former id: the settings of an
 * installation have one connection for a mirror, and now it is this one.
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

/** SQL that lets a schema go, so that another connection may have it. */
function releaseSql(rows: readonly TextRow[]): string {
  const ids = rows.map((one) => literal(one.connection ?? '')).join(', ');
  return `UPDATE branchline.sources SET target_schema = NULL
    WHERE connection OPERATOR(pg_catalog.=) ANY (ARRAY[${ids}]::pg_catalog.text[])`;
}

/** The same as head office's people would write it. */
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
