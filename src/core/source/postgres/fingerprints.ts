import { digestSql, OWN_ENCODING } from '../../catalogue/memory.ts';
import { namesObjects, type TableShape } from '../../catalogue/shape.ts';
import { oneLine, own } from '../../postgres/quote.ts';
import type { Statement, TextRow } from '../../postgres/session.ts';

/**
 * The query for one fingerprint per table. It covers everything that can change contents without a new row version: the leaf tables
 * and how they store rows, row security, and of each column its name, type, generation expression, enum labels,
 * composite attributes and the value that rows older than the column have.
 *
 * Null for views and foreign tables, whose rows have no versions, and for tables with columns that name database
 * objects (regclass, …), since renaming the object changes them without a new row version.
 */
export function fingerprintsQuery(version: number, tables: readonly TableShape[]): Statement {
  const ownTypes = tables.some((table) => table.columns.some((column) => column.own !== null));
  const isTree = ownTypes || tables.some((table) => table.kind === 'partitioned');
  const text = oneLine(isTree ? treeQuery(version, ownTypes) : plainQuery(version));
  return { text, values: [`{${tables.map((table) => table.oid).join()}}`] };
}

/** Reads the rows of {@link fingerprintsQuery}; by oid. */
export function readFingerprints(
  tables: readonly TableShape[],
  rows: readonly TextRow[],
): ReadonlyMap<string, string | null> {
  const found = new Map(rows.map((row) => [row.root ?? '', row.fingerprint ?? null]));
  for (const { oid, columns } of tables) if (columns.some(namesObjects)) found.set(oid, null);
  return found;
}

/** Types with a lower oid are built in and never change. Others may contain each other, to any depth. */
const FIRST_OWN_OID = 16384;

/** Other table access methods (columnar, compressed) may have no `xmin`, or one without meaning. */
const HEAP = ` AND (c.relam ${own('=')} 0::pg_catalog.oid OR EXISTS (SELECT FROM pg_catalog.pg_am m
    WHERE m.oid ${own('=')} c.relam AND m.amhandler ${own('=')} 'pg_catalog.heap_tableam_handler(internal)'::pg_catalog.regprocedure::pg_catalog.oid))`;

/** SQL: whether the rows of a relation `c` have versions. */
function versionedSql(version: number): string {
  return `c.relkind ${own('=')} ANY ('{r,p,m}')${version >= 120000 ? HEAP : ''}`;
}

/** SQL of a text with the facts of a relation `c` that the fingerprint covers. */
function relationSql(version: number): string {
  const generated = version >= 120000 ? 'a.attgenerated' : "''";
  return `pg_catalog.concat_ws(';', c.oid, c.relkind, c.relam, c.relrowsecurity, c.relforcerowsecurity,
      (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', a.attnum, pg_catalog.quote_ident(a.attname), a.atttypid, a.atttypmod, a.attisdropped,
         a.attmissingval::pg_catalog.text, ${generated},
         CASE WHEN ${generated} ${own('<>')} '' THEN (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d
           WHERE d.adrelid ${own('=')} a.attrelid AND d.adnum ${own('=')} a.attnum) END), ';' ORDER BY a.attnum)
       FROM pg_catalog.pg_attribute a WHERE a.attrelid ${own('=')} c.oid AND a.attnum ${own('>')} 0))`;
}

const ASKED = `c.oid ${own('=')} ANY ($1)`;

/** The query for tables without partitions whose columns all have built-in types: nearly all tables. */
function plainQuery(version: number): string {
  return `SELECT c.oid AS root, CASE WHEN ${versionedSql(version)} THEN ${digestSql(relationSql(version), OWN_ENCODING)} END AS fingerprint
FROM pg_catalog.pg_class c WHERE ${ASKED}`;
}

/**
 * The query for any tables, with all their partitions. For a table without partitions it gives the same fingerprint as
 * {@link plainQuery}.
 *
 * @param ownTypes whether any of the tables has a column whose type is not built in
 */
function treeQuery(version: number, ownTypes: boolean): string {
  const whole = `pg_catalog.concat_ws('||', relations${ownTypes ? ', types.facts' : ''})`;
  return `
WITH RECURSIVE tree AS (
  SELECT c.oid AS root, c.oid AS leaf FROM pg_catalog.pg_class c WHERE ${ASKED}
  UNION ALL
  SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_class p ON p.oid ${own('=')} t.leaf AND p.relkind ${own('=')} 'p'
  JOIN pg_catalog.pg_inherits i ON i.inhparent ${own('=')} p.oid
), ${ownTypes ? typeFacts(version) : ''} facts AS (
  SELECT tree.root, pg_catalog.bool_and(${versionedSql(version)}) AS versioned,
    pg_catalog.string_agg(${relationSql(version)}, '|' ORDER BY c.oid) AS relations
  FROM tree JOIN pg_catalog.pg_class c ON c.oid ${own('=')} tree.leaf GROUP BY tree.root
)
SELECT facts.root, CASE WHEN versioned THEN ${digestSql(whole, OWN_ENCODING)} END AS fingerprint
FROM facts${ownTypes ? ` LEFT JOIN types ON types.root ${own('=')} facts.root` : ''}`;
}

/** SQL of the facts of the types of the root's columns. Partitions have the same types. */
function typeFacts(version: number): string {
  return `uses AS (
  SELECT tree.root, a.atttypid AS type FROM tree JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) tree.root
  WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND a.atttypid OPERATOR(pg_catalog.>=) ${FIRST_OWN_OID}
  UNION
  SELECT uses.root, part.oid FROM uses JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) uses.type CROSS JOIN LATERAL (
    SELECT t.typbasetype UNION ALL SELECT t.typelem
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid OPERATOR(pg_catalog.=) t.oid
    ${version >= 140000 ? 'UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid OPERATOR(pg_catalog.=) t.oid' : ''}
    UNION ALL SELECT f.atttypid FROM pg_catalog.pg_attribute f WHERE f.attrelid OPERATOR(pg_catalog.=) t.typrelid AND f.attnum OPERATOR(pg_catalog.>) 0
  ) AS part(oid) WHERE part.oid OPERATOR(pg_catalog.>=) ${FIRST_OWN_OID}
), types AS (
  SELECT uses.root, pg_catalog.string_agg(pg_catalog.concat_ws(',', t.oid, t.typbasetype, t.typelem,
    (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
     WHERE e.enumtypid OPERATOR(pg_catalog.=) t.oid),
    (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(':', f.attnum, pg_catalog.quote_ident(f.attname), f.atttypid, f.atttypmod, f.attisdropped),
       ',' ORDER BY f.attnum) FROM pg_catalog.pg_attribute f WHERE f.attrelid OPERATOR(pg_catalog.=) t.typrelid AND f.attnum OPERATOR(pg_catalog.>) 0)
  ), '|' ORDER BY t.oid) AS facts
  FROM uses JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) uses.type GROUP BY uses.root
),`;
}
