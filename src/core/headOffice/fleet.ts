import { SyncFailure, UsageCode, UsageError } from '../../shared/errors.ts';
import type { FleetBatch, FleetBranch, FleetDay, FleetTable } from '../../shared/fleet.ts';
import type { CentralSettings } from '../../shared/settings.ts';
import { openLink } from '../postgres/link.ts';
import { textArray } from '../postgres/quote.ts';
import { DEFAULT_TIMEOUTS, type Session, type Statement, type TextRow } from '../postgres/session.ts';
import { FENCED } from '../target/checkpoint.ts';
import { REFUSE_PLANTED, readingSql } from '../target/headOfficeTables.ts';
import { REFUSE_UNTRUSTED_OWNERS } from '../target/ownOwners.ts';
import { UNDEFINED_COLUMN, UNDEFINED_TABLE } from '../target/setup.ts';
import {
  ALL_BRANCHES,
  BATCH_TABLES,
  BATCHES,
  BRANCHES_OF_GROUPS,
  DAYS,
  GROUP_SUMS,
  LATEST_TABLES,
  toBatch,
  toBranch,
  toDays,
  toTable,
} from './fleetSql.ts';

/** A person or a monitoring system waits for it. */
const ANSWER_MS = 20_000;

/** The groups of branches and the sum of each, to compare with the next reading. */
export type GroupSums = ReadonlyMap<string, string>;

/** A branch, and the group that it always belongs to. */
interface FoundBranch {
  readonly group: string;
  readonly branch: FleetBranch;
}

export interface FleetReading {
  readonly found: readonly FoundBranch[];
  /** The groups that were read; null for all. A known branch of such a group that was not found is gone. */
  readonly groups: ReadonlySet<string> | null;
  readonly sums: GroupSums;
}

/** One branch in detail. */
export interface FleetDetails {
  readonly batches: readonly FleetBatch[];
  /** The last report of each table that failed or changed rows. */
  readonly tables: readonly FleetTable[];
}

/**
 * Reads all branches from central, the worst first. Writes nothing, and needs only the right to read the view.
 *
 * @param folder the data folder, where relative file names in the settings start
 * @throws UsageError `fleet_missing`, `fleet_outdated`, `fleet_denied`, `fleet_untrusted`; SyncFailure why central cannot be
 *   reached
 */
export async function readFleet(central: CentralSettings, folder: string): Promise<readonly FleetBranch[]> {
  await using reader = await FleetReader.open(central, folder, 'branchline-fleet');
  return await reader.branches();
}

/**
 * One session at central that reads head office's tables. It cannot write: each transaction is READ ONLY, and so is the
 * session itself where no pooler shares it. All methods throw as {@link readFleet} does.
 */
export class FleetReader implements AsyncDisposable {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async open(central: CentralSettings, folder: string, applicationName: string): Promise<FleetReader> {
    const { session } = await openLink({
      side: 'central',
      endpoint: central,
      connection: 'central',
      folder,
      applicationName,
      timeouts: { ...DEFAULT_TIMEOUTS, answerMs: ANSWER_MS },
    });
    if (!session.pooled) await session.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY');
    return new FleetReader(session);
  }

  /** All branches, the worst first. */
  async branches(): Promise<readonly FleetBranch[]> {
    const [rows = []] = await this.#read([ALL_BRANCHES]);
    return rows.map(toBranch);
  }

  /** All branches, and the sums for {@link changedSince}. */
  async branchesWithSums(): Promise<FleetReading> {
    const [rows = [], sums = []] = await this.#read([ALL_BRANCHES, GROUP_SUMS]);
    return { found: rows.map(toFound), groups: null, sums: toSums(sums) };
  }

  /** The branches of all groups in which something has changed since earlier sums; null if nothing has. */
  async changedSince(earlier: GroupSums): Promise<FleetReading | null> {
    const [found = []] = await this.#read([GROUP_SUMS]);
    const sums = toSums(found);
    const groups = [...new Set([...earlier.keys(), ...sums.keys()])].filter(
      (group) => earlier.get(group) !== sums.get(group),
    );
    if (groups.length === 0) return null;
    const [rows = []] = await this.#read([{ text: BRANCHES_OF_GROUPS, values: [`{${groups.join()}}`] }]);
    return { found: rows.map(toFound), groups: new Set(groups), sums };
  }

  /**
   * What branches did by day.
   *
   * @param bounds the first moment of each day, and the moment after the last; ISO 8601
   * @param connections null for all
   */
  async days(
    bounds: readonly string[],
    connections: readonly string[] | null,
  ): Promise<ReadonlyMap<string, readonly FleetDay[]>> {
    const some = connections === null ? null : textArray(connections);
    const [rows = []] = await this.#read([{ text: DAYS, values: [textArray(bounds), some] }]);
    return new Map(rows.map(toDays).map(({ connection, days }) => [connection, days]));
  }

  async details(connection: string): Promise<FleetDetails> {
    const values = [connection];
    const [batches = [], tables = []] = await this.#read([
      { text: BATCHES, values },
      { text: LATEST_TABLES, values },
    ]);
    return { batches: batches.map(toBatch), tables: tables.map(toTable) };
  }

  /** The tables of one batch that failed or changed rows. */
  async batchTables(connection: string, batchId: string): Promise<readonly FleetTable[]> {
    const [rows = []] = await this.#read([{ text: BATCH_TABLES, values: [connection, batchId] }]);
    return rows.map(toTable);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
  }

  /** Runs queries in one snapshot. Whether the view is head office's own is checked each time, as it may be replaced. */
  async #read(queries: readonly (string | Statement)[]): Promise<readonly (readonly TextRow[])[]> {
    const session = this.#session;
    const begin = session.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const before = [...begin, REFUSE_UNTRUSTED_OWNERS, REFUSE_PLANTED];
    try {
      const results = await session.script([...before, ...queries, 'COMMIT']);
      return results.slice(before.length, before.length + queries.length).map(({ rows }) => rows);
    } catch (error) {
      throw await explained(session, error);
    }
  }
}

function toFound(row: TextRow): FoundBranch {
  return { group: row.branches ?? '', branch: toBranch(row) };
}

function toSums(rows: readonly TextRow[]): GroupSums {
  return new Map(rows.map(({ branches, sum }) => [branches ?? '', sum ?? '']));
}

/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

/** The error in words for a person, where it is about head office's tables. Ends the open transaction. */
async function explained(session: Session, error: unknown): Promise<unknown> {
  const sqlstate = error instanceof SyncFailure ? error.detail.sqlstate : undefined;
  if (!session.lost) await session.query('ROLLBACK').catch(() => {});
  if (sqlstate === UNDEFINED_TABLE) return new UsageError(UsageCode.FleetMissing, {}, { cause: error });
  if (sqlstate === UNDEFINED_COLUMN) return new UsageError(UsageCode.FleetOutdated, {}, { cause: error });
  if (sqlstate !== DENIED && sqlstate !== FENCED) return error;
  const found = await session.query('SELECT current_user AS role').catch(() => null);
  const user = found?.rows[0]?.role ?? '';
  if (sqlstate === FENCED) return new UsageError(UsageCode.FleetUntrusted, { user }, { cause: error });
  const sql = readingSql(user).join('\n');
  return new UsageError(UsageCode.FleetDenied, { user, sql }, { cause: error });
}
