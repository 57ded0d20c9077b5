import { CatalogueReading } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Link } from '../postgres/link.ts';
import type { Statement, StatementResult } from '../postgres/session.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import type { WrittenTable } from '../target/deleteRights.ts';
import { type DeleteRights, deleteRightsQuery, settleDeleteRights } from '../target/deleteRights.ts';
import { anyForeignKeyQuery, ForeignKeys, foreignKeysQuery } from '../target/foreignKeys.ts';
import { checkpointsQuery, followersQuery, readCheckpoints } from '../target/manyCheckpoints.ts';
import type { Claim } from '../target/ownership.ts';
import { beginReading } from '../target/setup.ts';
import type { ConnectionWork, RunContext } from './connectionRun.ts';
import { copiedTablesQuery, tellDroppedTables } from './droppedTables.ts';
import { FLEET_QUERY, noteFleet } from './fleetNote.ts';
import { formerConnectionsQuery, tellFormerConnections } from './formerConnections.ts';
import { journalMemory } from './journalMemory.ts';
import { asksForDeletes, writtenTables } from './writtenTables.ts';

/** State of a claimed connection at central. */
export interface CentralState {
  readonly existing: readonly TableShape[];
  readonly checkpoints: Map<string, Checkpoint>;
  readonly keys: ForeignKeys;
  readonly rights: DeleteRights;
  readonly written: readonly WrittenTable[];
  /** Number of all the connection's checkpoints that follow its row, of this run or not. */
  readonly followers: number;
}

type Question = 'keys' | 'rights' | 'tables' | 'checkpoints' | 'former' | 'copied' | 'followers' | 'fleet';

/** Reads what a run needs of central before its tables: in one round trip, unless something has changed. */
export class CentralReading {
  readonly #run: RunContext;
  readonly #work: ConnectionWork;
  readonly #link: Link;
  readonly #schema: string;
  readonly #catalogue: CatalogueReading;
  readonly #questions: readonly (readonly [Question, string | Statement])[];

  constructor(run: RunContext, work: ConnectionWork, link: Link, schema: string) {
    const { id } = work.connection;
    const names = work.tables.map((one) => one.table);
    const memory = journalMemory(run.journal, run.ports.logger, { side: 'central', connection: id, schema });
    this.#run = run;
    this.#work = work;
    this.#link = link;
    this.#schema = schema;
    this.#catalogue = new CatalogueReading({ ...link, schema, choice: names, memory });
    const questions: readonly (readonly [Question, string | Statement | null])[] = [
      ['keys', anyForeignKeyQuery(schema)],
      ['rights', deleteRightsQuery(id, schema, asksForDeletes(work))],
      ['tables', this.#catalogue.question],
      ['checkpoints', checkpointsQuery(id, this.#names)],
      ['former', formerConnectionsQuery(run)],
      ['copied', copiedTablesQuery(work)],
      ['followers', followersQuery(id)],
      ['fleet', run.imports || run.batchId === null ? null : FLEET_QUERY],
    ];
    this.#questions = questions.flatMap(([name, text]) => (text === null ? [] : [[name, text] as const]));
  }

  /** The tables to run, and those that may have to be run again with them. */
  get #names(): readonly string[] {
    return [...this.#work.tables, ...this.#work.others].map((one) => one.table);
  }

  /** In layouts without tables of layout `merge`, nothing has to be settled in the same transaction. */
  get #endsHere(): boolean {
    const { layout } = this.#run.central;
    return layout === 'schema' || layout === 'stamp';
  }

  /** To be run behind the claim: others' writes to checkpoints are over then. */
  get statements(): readonly (string | Statement)[] {
    const questions = this.#questions.map(([, text]) => text);
    return [...beginReading(this.#link.session), ...questions, ...(this.#endsHere ? ['COMMIT'] : [])];
  }

  /** @param answers results of {@link statements}; asked now if null */
  async read(claim: Claim, answers: readonly StatementResult[] | null): Promise<CentralState> {
    const { session } = this.#link;
    const { id } = this.#work.connection;
    const results = answers ?? (await session.script(this.statements));
    const behind = results.slice(beginReading(session).length);
    const answered = new Map(this.#questions.map(([name], index) => [name, behind[index]]));
    const hasKeys = answered.get('keys')?.rows[0]?.any === 't';
    const keys = hasKeys ? (await session.query(foreignKeysQuery(this.#schema))).rows : [];
    const existing = await this.#catalogue.read(answered.get('tables'));
    const checkpoints = await readCheckpoints(session, claim, this.#names, answered.get('checkpoints'));
    const written = writtenTables(this.#run.central, this.#work, existing, checkpoints);
    const recorded = answered.get('rights')?.rows ?? [];
    const rights = await settleDeleteRights(session, id, this.#schema, recorded, written);
    if (!this.#endsHere) await session.query('COMMIT');
    await tellFormerConnections(this.#run, id, session, answered.get('former') ?? null);
    noteFleet(this.#run, answered.get('fleet') ?? null);
    const copied = answered.get('copied') ?? null;
    await tellDroppedTables(this.#run, this.#work, this.#link, this.#schema, checkpoints, copied);
    for (const table of rights.taken) checkpoints.delete(table);
    const followers = Number(answered.get('followers')?.rows[0]?.followers ?? 0);
    return { existing, checkpoints, keys: ForeignKeys.from(this.#schema, keys), rights, written, followers };
  }
}
