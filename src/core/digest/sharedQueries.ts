import { builtinSql } from '../catalogue/typeName.ts';
import { ident } from '../postgres/quote.ts';
import { bucketOf } from './buckets.ts';
import type { GroupRequest } from './comparedTable.ts';
import {
  type HashedColumn,
  hashedValue,
  type RowHash,
  rowHashSql,
  type SideName,
  seedOf,
} from './rowHash.ts';
import type { SqlTablePlace } from './sqlTable.ts';

/**
 * One query for the digests of several tables. The SQL that hashes a row of 25 columns has 8,000 characters, nearly all of
 * what a comparison of a small table sends. So it is sent once for all of them: each table's rows are brought into the same
 * columns ("slots"), of which a slot takes columns that are hashed in the same way, and NULL where a table has none for it.
 */
interface SharedQuery {
  /** A column of each slot, which says how it is hashed. */
  readonly slots: HashedColumn[];
  readonly members: Member[];
}

interface Member extends GroupRequest {
  /** The table's column in each slot; absent where it has none. */
  readonly columns: readonly (HashedColumn | undefined)[];
}

/** With fewer slots than that, tables share a query although they are less alike. */
const FEW_SLOTS = 40;
/** Maximum number of slots for each column of a query's narrowest table. Empty ones cost time, too. */
const SLOTS_A_COLUMN = 2;
/** PostgreSQL allows 1,664 columns in a query, two of which are ours. */
const MOST_SLOTS = 1600;

/**
 * Divides tables among queries. Both databases have to do that for the same requests: a slot's place decides its seed, so a
 * table's digests depend on the tables around it.
 */
export function sharedQueries(requests: readonly GroupRequest[]): readonly SharedQuery[] {
  const queries: SharedQuery[] = [];
  for (const request of [...requests].sort((a, b) => a.hash.length - b.hash.length || a.place - b.place)) {
    const query = queries.at(-1);
    const narrowest = query?.members[0]?.hash.length ?? 0;
    const most = Math.min(MOST_SLOTS, Math.max(FEW_SLOTS, narrowest * SLOTS_A_COLUMN));
    const slots = query === undefined ? null : withColumns(query.slots, request.hash);
    if (query !== undefined && slots !== null && slots.length <= most) add(query, slots, request);
    else {
      const fresh = { slots: [], members: [] };
      add(fresh, withColumns([], request.hash), request);
      queries.push(fresh);
    }
  }
  return queries;
}

/** Whether a table's columns can be in a shared query: their types have names that SQL of ours may contain. */
export function isShareable(hash: RowHash): boolean {
  try {
    return hash.length <= MOST_SLOTS && hash.every((one) => typedNull(one) !== '');
  } catch {
    return false;
  }
}

function add({ slots, members }: SharedQuery, withNew: readonly HashedColumn[], request: GroupRequest): void {
  slots.push(...withNew.slice(slots.length));
  members.push({ ...request, columns: placed(slots, request.hash) });
}

/** The slots, and more where the columns do not fit in. */
function withColumns(slots: readonly HashedColumn[], hash: RowHash): readonly HashedColumn[] {
  const free = slots.map(kindOf);
  const more = hash.filter((column) => {
    const at = free.indexOf(kindOf(column));
    if (at >= 0) free.splice(at, 1);
    return at < 0;
  });
  return [...slots, ...more];
}

/** The columns by slot. */
function placed(slots: readonly HashedColumn[], hash: RowHash): readonly (HashedColumn | undefined)[] {
  const left = [...hash];
  return slots.map((slot) => {
    const at = left.findIndex((one) => kindOf(one) === kindOf(slot));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
}

/** Columns of the same kind are hashed by the same SQL, but for their seeds. */
function kindOf({ type, asUtf8, recoding }: HashedColumn): string {
  return JSON.stringify([type.replace(MODIFIER, '()'), asUtf8, recoding]);
}

const MODIFIER = /\([\d,-]+\)/;

/** The first table of a query decides the types of its columns. */
function typedNull({ type }: HashedColumn): string {
  return `NULL::${builtinSql(type.replace(MODIFIER, ''))}`;
}

/**
 * SQL of a shared query in one of the databases: a row for each table and bucket, as `n`, `bucket`, `rows` and `sum`.
 *
 * @param tables by place
 */
export function sharedQuerySql(
  { slots, members }: SharedQuery,
  side: SideName,
  tables: readonly Pick<SqlTablePlace, 'from' | 'where'>[],
): string {
  const rows = members.map((member, index) => {
    const { from, where } = tables[member.place] ?? { from: '', where: [] };
    const condition = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
    return `SELECT ${valuesOf(member, slots, side, index === 0).join()} FROM ${from}${condition}`;
  });
  const hash = slots.map((slot, at) => ({
    ...slot,
    name: String(at),
    seed: seedOf(at),
    // Where one table's column is NOT NULL, another's in the same slot may not be.
    notNull: false,
    conversions: { source: [], central: [] },
  }));
  const names = ['n', 'bucket', ...slots.map((_, at) => `"${at}"`)].join();
  return `SELECT t.n, t.bucket, pg_catalog.count(*) AS rows, pg_catalog.sum(${rowHashSql(hash, side)}) AS sum
    FROM (${rows.join(' UNION ALL ')}) t(${names}) GROUP BY 1, 2`;
}

/** SQL of a table's columns: its place, the bucket and the value in each slot. @param typed whether to say their types */
function valuesOf(
  { place, bucketing, columns }: Member,
  slots: readonly HashedColumn[],
  side: SideName,
  typed: boolean,
): readonly (string | number)[] {
  const bucket = bucketing.kind === 'whole' && !typed ? '0' : `(${bucketOf(bucketing, side)})::bigint`;
  const values = slots.map((slot, at) => {
    const column = columns[at];
    if (column === undefined) return typed ? typedNull(slot) : 'NULL';
    return column.conversions[side].length === 0 ? ident(column.name) : hashedValue(column, side);
  });
  return [place, bucket, ...values];
}
