import { type ErrorParams, FailureCode, type FailureDetail, FailureKind } from '../../shared/errors.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { ADDS_KEY, keyHindrance } from '../load/explainKey.ts';
import { interfering } from '../load/interfering.ts';
import type { Links } from '../load/pass.ts';
import type { Session } from '../postgres/session.ts';
import { changedFailure, type MissingRights, paramsOf, userOf } from '../rights/missingRights.ts';
import { missingWritingRights } from '../rights/writingRights.ts';
import { allowNullSql, dropRuleSql, failedTriggers } from '../target/ruleSql.ts';
import { POLICY_PREFIX } from '../target/target.ts';
import { explainEncoding, explainRefused, isEncodingFailure, refusedValue } from './refusedValue.ts';

/** The table that failed. */
export interface FailedTable {
  readonly source: TableShape;
  /** Its schema at central. */
  readonly targetSchema: string;
  readonly connection: string;
  /** Whether other connections write to that schema, too. */
  readonly isShared: boolean;
}

/**
 * Completes a table's final failure: adds the table's name and schema, and asks the server for what its error leaves
 * out, such as the missing right or the failed trigger. If the server does not answer, only the names are added.
 *
 * @param error the original error
 */
export async function explainFailure(
  links: Links,
  table: FailedTable,
  failure: FailureDetail,
  error: unknown,
): Promise<FailureDetail> {
  const named = withNames(failure, table);
  if (failure.kind !== FailureKind.Permanent) return named;
  try {
    return await explain(links, table, named, error);
  } catch {
    return named;
  }
}

async function explain(
  links: Links,
  table: FailedTable,
  failure: FailureDetail,
  error: unknown,
): Promise<FailureDetail> {
  const { name } = table.source;
  if (isEncodingFailure(failure)) return explainEncoding(links, table.source, failure);
  if (OF_READING.has(failure.code)) return (await links.source()).explain(table.source, failure);
  if (failure.code === FailureCode.ParentLacking) return withRuleSql(links, table, failure);
  if (table.isShared && MAY_BE_ANOTHERS.has(failure.code)) {
    const { session } = await links.central();
    const other = await otherWriters(session, table, failure.code === FailureCode.CentralKeyMissing);
    if (other !== null)
      return changedFailure(failure, FailureCode.CentralTableShared, { schema: table.targetSchema, other });
  }
  if (ADDS_KEY.has(failure.code)) {
    const { session } = await links.central();
    const hindrance = await keyHindrance(session, table, failure);
    return hindrance === null ? failure : { ...failure, ...hindrance };
  }
  if (MAY_BE_ANOTHERS.has(failure.code)) return failure;
  if (failure.params.side !== 'central') return failure;
  if (failure.code === FailureCode.DataRejected && failure.params.within === undefined) {
    const names = table.source.columns.map((one) => one.name);
    const refused = refusedValue(error, names);
    if (refused !== null) return explainRefused(links, table.source, failure, refused);
  }
  if (failure.sqlstate === NULL_REFUSED && failure.params.column !== undefined)
    return needsValue(links, table, failure, String(failure.params.column));
  const { session } = await links.central();
  if (
    failure.sqlstate !== undefined &&
    (failure.params.within !== undefined || MAY_BE_TRIGGER.test(failure.sqlstate))
  ) {
    const failed = await failedTriggers(
      session,
      table.targetSchema,
      name,
      String(failure.params.within ?? ''),
    );
    if (failed !== null)
      return changedFailure(failure, FailureCode.CentralTriggerFailed, {
        schema: table.targetSchema,
        table: name,
        ...failed,
      });
  }
  const rules =
    failure.sqlstate === NOT_SUPPORTED
      ? await interfering(session, { schema: table.targetSchema, name }, 'rule ')
      : [];
  if (rules.length > 0)
    return changedFailure(failure, FailureCode.CentralRules, { causes: rules.join(', ') });
  const denied = failure.code === FailureCode.CentralPermission && failure.params.sql === undefined;
  if (denied || failure.sqlstate === NOT_SUPPORTED)
    return writingDenied(
      failure,
      await missingWritingRights(session, table.targetSchema, name, table.connection),
    );
  return failure;
}

async function withRuleSql(
  links: Links,
  { targetSchema }: FailedTable,
  failure: FailureDetail,
): Promise<FailureDetail> {
  const { session } = await links.central();
  const at = { schema: targetSchema, name: String(failure.params.table) };
  const constraint = String(failure.params.constraint);
  const sql = await dropRuleSql(session, at, constraint);
  return changedFailure(failure, failure.code, { sql: sql ?? '–' });
}

/** Explains NOT NULL at central. PostgreSQL's error names the column, and the partition if the row went to one. */
async function needsValue(
  links: Links,
  { source, targetSchema }: FailedTable,
  failure: FailureDetail,
  column: string,
): Promise<FailureDetail> {
  const { session } = await links.central();
  const { schema, table } = failure.params;
  const target = { schema: targetSchema, name: source.name };
  const at = { schema: String(schema ?? targetSchema), name: String(table ?? source.name) };
  const sql = await allowNullSql(session, target, at, column);
  return changedFailure(failure, FailureCode.CentralNeedsValue, { column, sql });
}

/** Failures that may mean that two branches use one name for different tables. Changing the table would harm the other. */
const MAY_BE_ANOTHERS: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FailureCode.ColumnIncompatible,
  FailureCode.CentralKeyMissing,
]);

/**
 * The other connections that have written the table; null where there are none, or where the table has all columns of
 * our key and only the key itself is missing.
 */
async function otherWriters(
  session: Session,
  table: FailedTable,
  keyMissing: boolean,
): Promise<string | null> {
  const { source, targetSchema, connection } = table;
  const { rows } = await session.query(WRITERS, [
    connection,
    source.name,
    targetSchema,
    JSON.stringify(source.key ?? []),
  ]);
  const others = rows[0]?.others ?? null;
  return keyMissing && rows[0]?.has_key === 't' ? null : others;
}

const WRITERS = `SELECT (SELECT pg_catalog.string_agg(c.connection, ', ') FROM branchline.checkpoints c
    WHERE c.connection OPERATOR(pg_catalog.<>) $1 AND c.table_name OPERATOR(pg_catalog.=) $2
      AND c.state OPERATOR(pg_catalog.<>) 'new') AS others,
  NOT EXISTS (SELECT FROM pg_catalog.json_array_elements_text($4::pg_catalog.json) k (name)
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) r.relnamespace
      WHERE n.nspname OPERATOR(pg_catalog.=) $3 AND r.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name
        AND a.attname::pg_catalog.text OPERATOR(pg_catalog.=) k.name AND NOT a.attisdropped)) AS has_key`;

/** Failures of reading about which the source can say more. */
const OF_READING: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FailureCode.SourcePermission,
  FailureCode.SourceQueryFailed,
]);

/** SQLSTATE not_null_violation. */
const NULL_REFUSED = '23502';
/** SQLSTATE feature_not_supported: COPY into a table whose row-level security binds us, writing through a rule. */
const NOT_SUPPORTED = '0A000';
/** Errors that only code of head office's raises: external routines, RAISE. */
const MAY_BE_TRIGGER = /^(?:38|39|P0)/;

function writingDenied(
  failure: FailureDetail,
  missing: MissingRights & { readonly ownRole: boolean },
): FailureDetail {
  const denied = failure.code === FailureCode.CentralPermission;
  if (missing.secured.length > 0 && !missing.ownRole)
    return changedFailure(failure, FailureCode.CentralRowSecurity, paramsOf(missing));
  // A role of this branch alone is always bound: by our policies, which hide nothing of it.
  const policies = missing.policies.flatMap((one) => one.split(', '));
  const isForeign = policies.length === 0 || policies.some((one) => !one.startsWith(POLICY_PREFIX));
  if (missing.secured.length > 0 && missing.sql.length === 0 && isForeign)
    return changedFailure(failure, FailureCode.CentralPolicyForeign, paramsOf(missing));
  if (!denied) return failure;
  if (missing.sql.length === 0) return changedFailure(failure, FailureCode.CentralDenied, userOf(missing));
  return changedFailure(failure, FailureCode.CentralPermission, paramsOf(missing));
}

/** Failures that are about the branch's table although they occur at central. */
const OF_SOURCE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FailureCode.SourceTableMissing,
  FailureCode.SourceShapeChanged,
  FailureCode.ColumnIncompatible,
  FailureCode.AttributeIncompatible,
  FailureCode.AttributesDiffer,
  FailureCode.ColumnSortsOtherwise,
  FailureCode.StampColumnTaken,
  FailureCode.TooManyColumns,
  FailureCode.TooManyNewColumns,
  FailureCode.ReplaceUnsafe,
]);

function withNames(failure: FailureDetail, { source, targetSchema }: FailedTable): FailureDetail {
  const { params } = failure;
  const named = params.table !== undefined && params.schema !== undefined;
  const atSource = OF_SOURCE.has(failure.code) || params.side === 'source';
  const schema = atSource ? source.schema : targetSchema;
  // The staging table is internal: show the table's own name instead.
  const ours = params.schema === 'branchline';
  const table = ours ? source.name : String(params.table ?? source.name);
  const bare = table.startsWith(`${schema}.`) ? table.slice(schema.length + 1) : table;
  const names = named && !ours ? {} : { schema, table: bare };
  return { ...failure, params: { ...params, ...names, ...ruleOf(failure) } };
}

/** A name to show for a constraint without one. */
function ruleOf({ code, sqlstate, params }: FailureDetail): ErrorParams {
  if (code !== FailureCode.ConstraintViolated || params.constraint !== undefined) return {};
  if (params.column !== undefined) return { constraint: `NOT NULL (${params.column})` };
  // A row that fits no partition (23514), or a view's WITH CHECK OPTION (44000).
  return { constraint: sqlstate === '23514' ? 'PARTITION BY' : 'CHECK' };
}
