import { FailureCode, type FailureDetail } from '../../../shared/errors.ts';
import type { TableShape } from '../../catalogue/shape.ts';
import { qualified } from '../../postgres/quote.ts';
import type { Session } from '../../postgres/session.ts';
import { changedFailure, type MissingRights, paramsOf, userOf } from '../../rights/missingRights.ts';
import { missingReadingRights } from '../../rights/readingRights.ts';

/** SQLSTATE object_not_in_prerequisite_state. */
const NOT_READY = '55000';
/** SQLSTATE feature_not_supported. */
const NOT_SUPPORTED = '0A000';

/** Asks the server for what its error leaves out: the missing right, or why a relation cannot be read. */
export async function explainReading(
  session: Session,
  table: TableShape,
  failure: FailureDetail,
): Promise<FailureDetail> {
  if (failure.code === FailureCode.SourcePermission && failure.params.sql === undefined) {
    const { schema, name } = table;
    return readingDenied(failure, await missingReadingRights(session, session.version(), schema, name));
  }
  if (failure.sqlstate === NOT_SUPPORTED && (await isUnlogged(session, table)))
    return changedFailure(failure, FailureCode.SourceUnlogged, {});
  if (failure.sqlstate === NOT_READY && table.kind === 'materialized_view') {
    const sql = `REFRESH MATERIALIZED VIEW ${qualified(table.schema, table.name)};`;
    return changedFailure(failure, FailureCode.SourceNotPopulated, { sql });
  }
  return failure;
}

/** Whether the table is unlogged and the source a standby, which then has none of its rows. */
async function isUnlogged(session: Session, { oid }: TableShape): Promise<boolean> {
  const { rows } = await session.query(
    `SELECT pg_catalog.pg_is_in_recovery() AND c.relpersistence OPERATOR(pg_catalog.=) 'u' AS lacks
     FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid`,
    [oid],
  );
  return rows[0]?.lacks === 't';
}

function readingDenied(failure: FailureDetail, missing: MissingRights): FailureDetail {
  if (missing.sql.length === 0) return changedFailure(failure, FailureCode.SourceDenied, userOf(missing));
  const code = missing.secured.length > 0 ? FailureCode.SourceRowSecurity : FailureCode.SourcePermission;
  return changedFailure(failure, code, paramsOf(missing));
}
