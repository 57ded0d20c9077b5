import type { DiscoveredTable, Discovery } from '../../shared/contract.ts';
import { compareNames, modelName } from '../../shared/naming.ts';
import type { Draft } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { selectTables } from '../batch/select.ts';
import { RELATION_KINDS } from '../catalogue/facts.ts';
import { EXCLUSIVELY_LOCKED } from '../catalogue/read.ts';
import { openLink } from '../postgres/link.ts';
import { oneLine } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import { type CheckedDraft, checkDraft, draftSession, endpointOf } from './draft.ts';

/** Limits of the answer: more could not be shown, and are not known to exist. */
const MOST_TABLES = 20_000;
const MOST_SCHEMAS = 1_000;

/**
 * The tables that could be copied, for a connection that is not saved yet.
 *
 * @param folder the data folder; it needs no settings
 * @param password as a person typed it; null uses the stored one
 * @param sshSecret the SSH server's password or its key's passphrase, likewise
 * @param stop aborted when nobody waits any more: the server's statement is then cancelled
 * @throws UsageError `settings_invalid` if the draft itself is invalid; SyncFailure if the database cannot be
 *   read
 */
export async function discoverTables(
  folder: string,
  draft: Draft,
  password: string | null,
  language: Language = 'en',
  stop?: AbortSignal,
  sshSecret: string | null = null,
): Promise<Discovery> {
  const checked = checkDraft(folder, draft, language);
  const { session } = await openLink(draftSession(folder, checked, { password, sshSecret }, stop));
  try {
    const schemas = await readSchemas(session);
    return { schemas, tables: await readTables(session, checked) };
  } finally {
    await session.close();
  }
}

async function readSchemas(session: Session): Promise<Discovery['schemas']> {
  const { rows } = await session.query(
    oneLine(`SELECT n.nspname AS schema, pg_catalog.count(*) AS tables
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,f}') AND NOT c.relispartition
    AND n.nspname OPERATOR(pg_catalog.!~~) 'pg\\_%' AND n.nspname OPERATOR(pg_catalog.<>) ALL ('{information_schema,branchline}')
    GROUP BY n.nspname ORDER BY n.nspname LIMIT ${MOST_SCHEMAS}`),
  );
  return rows.map((row) => ({ schema: row.schema ?? '', tables: Number(row.tables) }));
}

async function readTables(session: Session, draft: CheckedDraft): Promise<readonly DiscoveredTable[]> {
  const { rows } = await session.query(oneLine(TABLES), [endpointOf(draft).schema]);
  const found = rows.map(toTable).sort((a, b) => compareNames(a.table, b.table));
  const names = draft.kind === 'central' ? [] : selectTables(draft.connection, found.map(named));
  const selected = new Set(names.map((one) => one.table));
  return found.map((one) => ({ ...one, selected: selected.has(one.table) }));
}

function named({ table, kind }: Pick<DiscoveredTable, 'table' | 'kind'>) {
  return { name: table, kind };
}

function toTable(row: TextRow): Omit<DiscoveredTable, 'selected'> {
  const table = row.relname ?? '';
  return {
    table,
    model: modelName(table),
    kind: RELATION_KINDS[row.relkind ?? ''] ?? 'table',
    estimatedRows: Number(row.estimated_rows ?? 0),
    bytes: Number(row.bytes ?? 0),
    hasKey: row.has_key === 't',
    readable: row.readable === 't',
  };
}

/**
 * A partitioned table has no rows or size of its own, so those of its partitions at all levels are summed up.
 * The size of an exclusively locked table could only be asked by waiting, so its page count is used instead.
 */
const TABLES = `WITH RECURSIVE root AS (
  SELECT c.oid, c.relname, c.relkind, n.oid AS schema FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}') AND NOT c.relispartition
  ORDER BY c.relname LIMIT ${MOST_TABLES}
), part (root, oid, relkind) AS (
  SELECT r.oid, r.oid, r.relkind FROM root r
  UNION ALL
  SELECT p.root, c.oid, c.relkind FROM part p JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) p.oid AND p.relkind OPERATOR(pg_catalog.=) 'p'
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid
), sized AS (
  SELECT p.root, pg_catalog.sum(CASE WHEN z.locked THEN c.relpages OPERATOR(pg_catalog.*) z.block ELSE pg_catalog.pg_total_relation_size(c.oid) END) AS bytes,
  pg_catalog.sum(CASE WHEN c.reltuples OPERATOR(pg_catalog.>) 0 AND c.relpages OPERATOR(pg_catalog.>) 0 THEN pg_catalog.round(c.reltuples::numeric OPERATOR(pg_catalog./) c.relpages OPERATOR(pg_catalog.*)
    CASE WHEN z.locked THEN c.relpages ELSE pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog./) z.block END) END) AS estimated_rows
  FROM part p JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) p.oid
  CROSS JOIN LATERAL (SELECT c.oid OPERATOR(pg_catalog.=) ANY (ARRAY(${EXCLUSIVELY_LOCKED})) AS locked,
    pg_catalog.current_setting('block_size')::pg_catalog.int8 AS block) z
  GROUP BY p.root
)
SELECT r.relname, r.relkind, s.bytes, s.estimated_rows,
  pg_catalog.has_schema_privilege(r.schema, 'USAGE') AND pg_catalog.has_table_privilege(r.oid, 'SELECT') AS readable,
  EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid OPERATOR(pg_catalog.=) r.oid AND i.indisunique AND i.indisvalid
    AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT EXISTS (
      SELECT FROM pg_catalog.unnest((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts OPERATOR(pg_catalog.-) 1]) AS k (number)
      JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) r.oid AND a.attnum OPERATOR(pg_catalog.=) k.number WHERE NOT a.attnotnull
        OR EXISTS (SELECT FROM pg_catalog.pg_constraint v WHERE v.conrelid OPERATOR(pg_catalog.=) a.attrelid
          AND v.conkey[1] OPERATOR(pg_catalog.=) a.attnum AND v.contype OPERATOR(pg_catalog.=) 'n' AND NOT v.convalidated))) AS has_key
FROM root r JOIN sized s ON s.root OPERATOR(pg_catalog.=) r.oid`;
