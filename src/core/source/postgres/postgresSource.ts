import type { FailureDetail } from '../../../shared/errors.ts';
import type { ShapeMemory } from '../../catalogue/memory.ts';
import { readTables, type TableChoice } from '../../catalogue/read.ts';
import type { TableShape } from '../../catalogue/shape.ts';
import type { Clock } from '../../ports.ts';
import { type Link, openLink } from '../../postgres/link.ts';
import type { SessionOptions } from '../../postgres/session.ts';
import type {
  GroupSnapshot,
  MarkedTable,
  RefusedValue,
  ServerRunMemory,
  Snapshot,
  SnapshotOptions,
  SourceConnection,
  SourceEndpoint,
  SourceFacts,
  SourceSchema,
  UnchangedTables,
} from '../port.ts';
import { beginSnapshot } from './beginSnapshot.ts';
import { explainReading } from './explainReading.ts';
import { explainEncoding, keyOfValue } from './faultyRows.ts';
import { openGroup } from './groupSnapshot.ts';
import { nothingThere } from './nothingThere.ts';
import { oldestTransaction } from './openTransaction.ts';
import { withServerRuns } from './serverRuns.ts';
import { openSnapshot } from './snapshot.ts';
import { readServerFacts } from './sourceFacts.ts';
import { tryReading } from './tryReading.ts';
import { findUnchanged } from './unchanged.ts';

/** Opens a connection to a PostgreSQL source. @param memory stores the server's known runs */
export async function openPostgres(
  options: SessionOptions,
  memory: ServerRunMemory,
): Promise<PostgresSource> {
  return new PostgresSource(await openLink(options), memory);
}

/** A connection to a PostgreSQL source. */
class PostgresSource implements SourceConnection {
  readonly textOnly = false;
  readonly #link: Link;
  readonly #memory: ServerRunMemory;

  constructor(link: Link, memory: ServerRunMemory) {
    this.#link = link;
    this.#memory = memory;
  }

  get version(): number {
    return this.#link.version;
  }

  get encrypted(): boolean {
    return this.#link.session.encrypted;
  }

  get lost(): boolean {
    return this.#link.lost;
  }

  get bytes(): number {
    return this.#link.bytes;
  }

  async facts(): Promise<SourceFacts> {
    const { identity, hidden, open } = await readServerFacts(this.#link.session);
    const transaction = open ? await oldestTransaction(this.#link.session) : null;
    return { identity, hidden, transaction };
  }

  async readTables(
    settings: SourceSchema,
    choice?: TableChoice,
    memory?: ShapeMemory,
  ): Promise<readonly TableShape[]> {
    const { session, version } = this.#link;
    const tables = await readTables(session, version, settings.schema, choice, memory);
    if (tables.length === 0 && choice === undefined) throw await nothingThere(session, settings);
    return tables;
  }

  openSnapshot(table: TableShape, options: SnapshotOptions): Promise<Snapshot> {
    return openSnapshot(this.#link.session, table, options, this.#memory);
  }

  openGroup(tables: readonly TableShape[], mostBytes: number): Promise<GroupSnapshot> {
    return openGroup(this.#link.session, tables, mostBytes, this.#memory);
  }

  findUnchanged(tables: readonly MarkedTable[]): Promise<UnchangedTables> {
    return findUnchanged(this.#link.session, tables, this.#memory);
  }

  async noteServerRun(): Promise<void> {
    const { horizon } = await beginSnapshot(this.#link.session, this.#link.version, []);
    withServerRuns(horizon, this.#memory);
  }

  tryReading(
    settings: SourceEndpoint,
    choose: (all: readonly TableShape[]) => readonly string[],
  ): Promise<number> {
    return tryReading(this.#link.session, settings, () => this.readTables(settings), choose);
  }

  explain(table: TableShape, failure: FailureDetail): Promise<FailureDetail> {
    return explainReading(this.#link.session, table, failure);
  }

  explainEncoding(
    table: TableShape,
    failure: FailureDetail,
    centralEncoding: string,
  ): Promise<FailureDetail> {
    return explainEncoding(this.#link.session, table, failure, centralEncoding);
  }

  keyOfValue(table: TableShape, refused: RefusedValue): Promise<string | null> {
    return keyOfValue(this.#link.session, table, refused);
  }

  isAtWork(): Promise<boolean | null> {
    return this.#link.isAtWork();
  }

  async endLost(lost: SourceConnection, clock: Clock): Promise<void> {
    if (lost instanceof PostgresSource) await this.#link.endLost(lost.#link, clock);
  }

  destroy(): void {
    this.#link.destroy();
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}
