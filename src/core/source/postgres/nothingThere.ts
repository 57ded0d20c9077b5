import { FailureCode, FailureKind, SyncFailure } from '../../../shared/errors.ts';
import type { ConnectionSettings } from '../../../shared/settings.ts';
import { oneLine } from '../../postgres/quote.ts';
import type { Session } from '../../postgres/session.ts';

/**
 * The failure for a schema without tables: it is empty or does not exist. Usually the settings name the wrong one, so the
 * failure lists schemas that have tables.
 */
export async function nothingThere(
  session: Session,
  { id, schema }: Pick<ConnectionSettings, 'id' | 'schema'>,
): Promise<SyncFailure> {
  const { rows } = await session.query(oneLine(SCHEMAS), [schema]);
  const exists = rows.some((row) => row.own === 't');
  const others = rows.filter((row) => row.own !== 't' && Number(row.tables) > 0);
  const listed = others.slice(0, NAMED).map((row) => `${row.schema} (${row.tables})`);
  const schemas = listed.length === 0 ? '–' : `${listed.join(', ')}${others.length > NAMED ? ', …' : ''}`;
  const [first] = others;
  const elsewhere = first === undefined ? '' : `; ${first.schema} has ${first.tables}`;
  return new SyncFailure({
    code: exists ? FailureCode.SourceSchemaEmpty : FailureCode.SourceSchemaMissing,
    kind: FailureKind.Permanent,
    message: exists ? `${schema} has no tables${elsewhere}` : `there is no schema ${schema}${elsewhere}`,
    params: {
      connection: id,
      side: 'source',
      schema,
      schemas,
      ...(first !== undefined && { elsewhere: first.schema ?? '', elsewhereTables: Number(first.tables) }),
    },
  });
}

/** Maximum number of schemas to name. */
const NAMED = 5;

/** Schemas with their number of tables and views, largest first. The requested schema is included even if it is empty. */
const SCHEMAS = `SELECT n.nspname AS schema, pg_catalog.count(c.oid) AS tables,
    n.nspname OPERATOR(pg_catalog.=) $1 AS own
  FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
    AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}') AND NOT c.relispartition
  WHERE n.nspname OPERATOR(pg_catalog.=) $1 OR (n.nspname OPERATOR(pg_catalog.!~~) 'pg\\_%'
    AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema')
  GROUP BY n.nspname ORDER BY 2 USING OPERATOR(pg_catalog.>), n.nspname LIMIT 50`;
