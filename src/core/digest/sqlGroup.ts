import { ident } from '../postgres/quote.ts';
import type { Session, StatementResult } from '../postgres/session.ts';
import type { ComparedGroup, Digest, Digests, GroupRequest, KeyBounds } from './comparedTable.ts';
import type { SideName } from './rowHash.ts';
import { sharedQueries, sharedQuerySql } from './sharedQueries.ts';
import { addDigest, boundsOf, type SqlTablePlace } from './sqlTable.ts';

/** Tables of a PostgreSQL database, and how their snapshot begins and ends. */
export interface SqlGroupPlace {
  readonly side: SideName;
  readonly version: number;
  readonly encoding: string;
  /** FROM and WHERE of each table's rows of the connection, as `t`. */
  readonly tables: readonly Pick<SqlTablePlace, 'from' | 'where'>[];
  /** Statements that open the snapshot, sent with the first query; none if it is open. */
  readonly ahead: readonly string[];
  readonly end: 'COMMIT' | 'ROLLBACK';
}

/** Several tables of a PostgreSQL database in one snapshot. Each call is one round trip, however many tables there are. */
export class SqlGroup implements ComparedGroup {
  readonly #session: Session;
  readonly #place: SqlGroupPlace;
  #ahead: readonly string[];

  constructor(session: Session, place: SqlGroupPlace) {
    this.#session = session;
    this.#place = place;
    this.#ahead = place.ahead;
  }

  get version(): number {
    return this.#place.version;
  }

  get encoding(): string {
    return this.#place.encoding;
  }

  async keyBounds(columns: readonly (string | null)[]): Promise<readonly (KeyBounds | 'far' | null)[]> {
    const asked = columns.flatMap((column, place) => {
      if (column === null) return [];
      const key = `t.${ident(column)}`;
      return [
        `SELECT ${place} AS n, pg_catalog.min(${key})::pg_catalog.text AS low, pg_catalog.max(${key})::pg_catalog.text AS high FROM ${this.#rowsOf(place)}`,
      ];
    });
    if (asked.length === 0) return columns.map(() => null);
    const [result] = await this.#run([asked.join(' UNION ALL ')]);
    const found = new Map(result?.rows.map((row) => [Number(row.n), row]));
    return columns.map((_, place) => boundsOf(found.get(place)));
  }

  async digests(requests: readonly GroupRequest[]): Promise<ReadonlyMap<number, Digests>> {
    const { side, tables, end } = this.#place;
    const queries = sharedQueries(requests).map((one) => sharedQuerySql(one, side, tables));
    const results = await this.#run([...queries, end]);
    const digests = new Map(requests.map(({ place }) => [place, new Map<number, Digest>()]));
    for (const row of results.flatMap((one) => one.rows)) {
      const table = digests.get(Number(row.n));
      if (table !== undefined) addDigest(table, row);
    }
    return digests;
  }

  async close(): Promise<void> {
    // Nothing was sent, so nothing is open.
    if (this.#ahead.length > 0 || this.#session.lost) return;
    await this.#session.query('ROLLBACK').catch(() => this.#session.destroy());
  }

  #rowsOf(place: number): string {
    const { from, where } = this.#place.tables[place] ?? { from: '', where: [] };
    return where.length === 0 ? from : `${from} WHERE ${where.join(' AND ')}`;
  }

  /** Runs statements in one round trip. */
  async #run(statements: readonly string[]): Promise<readonly StatementResult[]> {
    const ahead = this.#ahead;
    this.#ahead = [];
    const results = await this.#session.script([...ahead, ...statements], this.#session.workMs);
    return results.slice(ahead.length);
  }
}
