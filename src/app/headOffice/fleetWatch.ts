import { FleetReader, type FleetReading, type GroupSums } from '../../core/headOffice/fleet.ts';
import type { Ports } from '../../core/ports.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { FleetBranch, FleetDay, FleetTable } from '../../shared/fleet.ts';
import type { CentralSettings } from '../../shared/settings.ts';
import type { FleetBranchView, FleetChange, FleetDays, FleetView, Refusal } from '../../window-api/views.ts';
import type { WindowEvent } from '../../window-api/windowApi.ts';
import { computerZone, lastDays } from '../historyViews.ts';
import { Listeners } from '../live/listeners.ts';
import { refusalOf } from '../windowCommands.ts';

/** Half of the five seconds in which a window shows a change. */
const POLL_MS = 2500;
/** A central that takes long to answer is asked so rarely that this takes at most a twentieth of its time. */
const REST_FACTOR = 20;
/** How long the session at central is kept when no window is open. */
const IDLE_MS = 30_000;
const DAYS = 31;

interface Place {
  readonly central: CentralSettings;
  readonly folder: string;
}

/**
 * All branches as head office's tables say, read when a window asks and kept up to date while one is open: one session at
 * central for all windows, and a query that only sums up what may have changed.
 */
export class FleetWatch implements AsyncDisposable {
  readonly #ports: Ports;
  readonly #placeOf: () => Place;
  readonly #listeners: Listeners;
  readonly #closed = new AbortController();
  #reader: { readonly reader: FleetReader; readonly place: string } | null = null;
  /** Queries run one after the other: they share the session. */
  #queue: Promise<unknown> = Promise.resolve();
  #known: ReadonlyMap<string, { readonly group: string; readonly branch: FleetBranch }> = new Map();
  /** Null: all branches are to be read. */
  #sums: GroupSums | null = null;
  #asOf: Date | null = null;
  #problem: Refusal | null = null;
  #error: unknown = null;
  #days: { readonly names: readonly string[]; readonly bounds: readonly string[]; of: DaysOf } | null = null;
  #loop: Promise<void> | null = null;
  #usedAt = 0;

  /** @param placeOf where central is, by the settings as they are now; may throw */
  constructor(ports: Ports, placeOf: () => Place) {
    this.#ports = ports;
    this.#placeOf = placeOf;
    this.#listeners = new Listeners(ports.logger);
  }

  on(listener: (event: WindowEvent) => void): () => void {
    const off = this.#listeners.add(listener);
    this.#keepUp();
    return off;
  }

  /** @throws UsageError, SyncFailure if central has never answered */
  async view(): Promise<FleetView> {
    this.#keepUp();
    const at = this.#asOf?.getTime() ?? 0;
    if (this.#now() - at > POLL_MS) await this.#poll();
    if (this.#asOf === null) throw this.#error;
    const branches = Array.from(this.#known.values(), ({ branch }) => branch);
    return { branches, asOf: this.#asOf.toISOString(), problem: this.#problem };
  }

  async days(): Promise<FleetDays> {
    this.#keepUp();
    return this.#inTurn(async (reader) => {
      const { names, of } = await this.#readDays(reader);
      return { days: names, of: Object.fromEntries(of) };
    });
  }

  /** @throws UsageError `fleet_branch_unknown` */
  async branch(connection: string): Promise<FleetBranchView> {
    await this.view();
    const found = this.#known.get(connection);
    if (found === undefined) throw new UsageError(UsageCode.FleetBranchUnknown, { connection });
    const details = await this.#inTurn((reader) => reader.details(connection));
    return { branch: found.branch, ...details };
  }

  batch(connection: string, batchId: string): Promise<readonly FleetTable[]> {
    this.#keepUp();
    return this.#inTurn((reader) => reader.batchTables(connection, batchId));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#loop;
    await this.#closeInTurn();
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }

  /** Keeps polling while a window is open, and ends the session some time after the last one was closed. */
  #keepUp(): void {
    this.#usedAt = this.#now();
    this.#loop ??= this.#run()
      .catch((error: unknown) => {
        this.#ports.logger.log('error', 'The branches are not read any more', { error: String(error) });
      })
      .finally(() => {
        this.#loop = null;
      });
  }

  async #run(): Promise<void> {
    const { clock } = this.#ports;
    const { signal } = this.#closed;
    let rest = POLL_MS;
    while (!this.#listeners.isEmpty || this.#now() - this.#usedAt < IDLE_MS) {
      await clock.sleep(rest, signal).catch(() => {});
      if (signal.aborted) return;
      if (this.#listeners.isEmpty) continue;
      const before = clock.monotonic();
      await this.#poll();
      rest = Math.max(POLL_MS, (clock.monotonic() - before) * REST_FACTOR);
    }
    await this.#closeInTurn();
  }

  /** Reads what has changed and tells it. Never throws: what went wrong is told as well. */
  async #poll(): Promise<void> {
    const had = this.#problem;
    try {
      const change = await this.#inTurn((reader) => this.#readChange(reader));
      this.#problem = null;
      this.#error = null;
      if (change !== null || had !== null) this.#tell(change ?? {});
    } catch (error) {
      this.#error = error;
      const problem = refusalOf(error, 'fleet', this.#ports.logger);
      this.#problem = problem;
      if (JSON.stringify(problem) !== JSON.stringify(had)) this.#tell({});
    }
  }

  #tell(change: Partial<Pick<FleetChange, 'changed' | 'gone' | 'days'>>): void {
    const asOf = (this.#asOf ?? this.#ports.clock.now()).toISOString();
    this.#listeners.tell({
      type: 'fleet',
      changed: [],
      gone: [],
      days: {},
      ...change,
      asOf,
      problem: this.#problem,
    });
  }

  async #readChange(reader: FleetReader): Promise<Pick<FleetChange, 'changed' | 'gone' | 'days'> | null> {
    const sums = this.#sums;
    const isFirst = this.#asOf === null;
    const reading = sums === null ? await reader.branchesWithSums() : await reader.changedSince(sums);
    this.#asOf = this.#ports.clock.now();
    const newDay = this.#days !== null && this.#days.names.at(-1) !== this.#today().at(-1)?.day;
    if (reading === null) return newDay ? { changed: [], gone: [], days: null } : null;
    const { changed, gone } = this.#take(reading);
    // No window has anything yet that could change.
    if (isFirst) return null;
    const ran = changed.filter((one) => one.last_batch !== null).map(({ connection }) => connection);
    if (newDay || changed.length + gone.length === 0) return newDay ? { changed, gone, days: null } : null;
    // After a lost session nobody knows which days have changed.
    if (this.#days === null) return { changed, gone, days: sums === null ? null : {} };
    if (ran.length === 0) return { changed, gone, days: {} };
    const days = await reader.days(this.#days.bounds, ran);
    this.#days.of = new Map([...this.#days.of, ...days]);
    return { changed, gone, days: Object.fromEntries(days) };
  }

  /** Takes over a reading. @returns the branches that differ from what was known */
  #take({ found, groups, sums }: FleetReading): Pick<FleetChange, 'changed' | 'gone'> {
    const read = new Map(found.map((one) => [one.branch.connection, one]));
    const changed = found
      .map(({ branch }) => branch)
      .filter(
        (branch) => JSON.stringify(branch) !== JSON.stringify(this.#known.get(branch.connection)?.branch),
      );
    const kept = [...this.#known].filter(([, { group }]) => groups !== null && !groups.has(group));
    const next = new Map([...kept, ...read]);
    const gone = [...this.#known.keys()].filter((connection) => !next.has(connection));
    this.#known = next;
    this.#sums = sums;
    return { changed, gone };
  }

  #today() {
    return lastDays(this.#ports.clock.now(), DAYS, computerZone());
  }

  async #readDays(reader: FleetReader) {
    const days = this.#today();
    const names = days.map(({ day }) => day);
    if (this.#days?.names.at(-1) === names.at(-1) && this.#days !== null) return this.#days;
    const bounds = [...days.map(({ from }) => from), days.at(-1)?.to ?? ''];
    this.#days = { names, bounds, of: await reader.days(bounds, null) };
    return this.#days;
  }

  /** Runs queries when the earlier ones have ended. A session after an error is not used again. */
  #inTurn<T>(work: (reader: FleetReader) => Promise<T>): Promise<T> {
    const turn = this.#queue.then(async () => {
      try {
        return await work(await this.#open());
      } catch (error) {
        await this.#close();
        throw error;
      }
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  #closeInTurn(): Promise<void> {
    const closed = this.#queue.then(() => this.#close());
    this.#queue = closed;
    return closed;
  }

  async #open(): Promise<FleetReader> {
    const { central, folder } = this.#placeOf();
    const place = JSON.stringify(central);
    if (this.#reader?.place === place) return this.#reader.reader;
    await this.#close();
    const reader = await FleetReader.open(central, folder, 'branchline-head-office');
    this.#reader = { reader, place };
    return reader;
  }

  /** Ends the session. What is known stays, and all is read when there is a session again. */
  async #close(): Promise<void> {
    const open = this.#reader;
    this.#reader = null;
    this.#sums = null;
    this.#days = null;
    await open?.reader[Symbol.asyncDispose]().catch(() => {});
  }
}

type DaysOf = ReadonlyMap<string, readonly FleetDay[]>;
