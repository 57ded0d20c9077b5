import type { Engine, RunControl } from '../../core/engineApi.ts';
import type { BatchRow, EngineEvent, TableRef, TableRow } from '../../shared/contract.ts';
import { formatCount } from '../../shared/format.ts';
import { visibleJson } from '../../shared/visible.ts';
import type { CliContext } from '../context.ts';
import { renderEvent } from '../render/eventLine.ts';
import type { Look } from '../render/marks.ts';
import type { StopSignals, StopStage } from '../stopSignals.ts';
import { BoardKeeper, isUnchanged, renderBoard, sumsUp } from './board.ts';
import { LiveDisplay } from './liveDisplay.ts';

/** Shows a run while it works. */
interface Reporter extends Disposable {
  take(event: EngineEvent): void;
  /** A line from outside the engine: "stopping …". */
  note(line: string): void;
}

type TablesOf = (batch: BatchRow) => readonly TableRow[];

/**
 * A live display on a terminal, plain lines in a pipe, events as JSON on stderr with `--json`.
 *
 * @param tablesOf what the journal knows of a batch that has just begun
 * @param verbose whether plain lines tell of each table, also where nothing had changed
 */
function openReporter(context: CliContext, tablesOf: TablesOf, verbose: boolean): Reporter {
  if (context.json) return jsonReporter(context);
  return context.live ? liveReporter(context, tablesOf) : plainReporter(context, verbose);
}

function jsonReporter(context: CliContext): Reporter {
  const stream = new EventStream((line) => context.world.stderr.write(line));
  return {
    take: (event) => stream.take(event),
    // A sentence among JSON lines would break the reader; what it says, the last event says too.
    note: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
}

function plainReporter(context: CliContext, verbose: boolean): Reporter {
  const plain = new PlainLines(context.look, verbose);
  return {
    take: (event) => {
      const lines = plain.take(event);
      if (lines.length > 0) context.print(lines);
    },
    note: (line) => context.print([line]),
    [Symbol.dispose]: () => undefined,
  };
}

function liveReporter(context: CliContext, tablesOf: TablesOf): Reporter {
  const keeper = new BoardKeeper();
  const display = new LiveDisplay(context.world.stdout, () =>
    renderBoard(keeper.board(), context.look).map((line) => context.printable(line)),
  );
  return {
    take: (event) => {
      if (event.type === 'batch_started') keeper.begin(event.batch, tablesOf(event.batch), null);
      if (event.type === 'batch_resumed') keeper.begin(event.batch, tablesOf(event.batch), event.only);
      if (keeper.take(event)) display.update();
      const line = isNews(event) ? renderEvent(event, context.look) : null;
      if (line !== null) display.note(context.printable(line));
    },
    note: (line) => display.note(context.printable(line)),
    [Symbol.dispose]: () => display.stop(),
  };
}

/** What stays on the screen while bars come and go. A table that just went well is counted, not told. */
function isNews(event: EngineEvent): boolean {
  switch (event.type) {
    case 'table_started':
    case 'batch_ended':
      return false;
    case 'table_ended':
      return event.outcome.failure !== null;
    default:
      return true;
  }
}

/** One progress line a second and table tells a program enough. */
const PROGRESS_MS = 1000;

/** Events as NDJSON: one object a line, as the contract has them. */
export class EventStream {
  readonly #write: (line: string) => unknown;
  readonly #lastProgress = new Map<string, number>();

  constructor(write: (line: string) => unknown) {
    this.#write = write;
  }

  take(event: EngineEvent): void {
    if (event.type === 'table_progress' && !this.#isDue(`${event.connection}\0${event.table}`)) return;
    this.#write(`${visibleJson(event)}\n`);
  }

  #isDue(table: string): boolean {
    const now = performance.now();
    const last = this.#lastProgress.get(table);
    if (last !== undefined && now - last < PROGRESS_MS) return false;
    this.#lastProgress.set(table, now);
    return true;
  }
}

/** A table that has been at work for so long is named, before it has ended. */
const NAMED_AFTER_MS = 2000;

/**
 * The lines of a run in a pipe. In a large batch a table has a line only where it moved rows, failed, was tried
 * again or took long; all others are one line at the end.
 */
export class PlainLines {
  readonly #look: Look;
  readonly #verbose: boolean;
  readonly #now: () => number;
  /** Of tables that have begun and are not named yet: their line, and since when they are at work. */
  readonly #begun = new Map<string, { readonly line: string; readonly at: number }>();
  readonly #named = new Set<string>();
  #isLarge = false;
  #unchanged = 0;

  constructor(look: Look, verbose: boolean, now: () => number = () => performance.now()) {
    this.#look = look;
    this.#verbose = verbose;
    this.#now = now;
  }

  /** @returns the lines to write now */
  take(event: EngineEvent): readonly string[] {
    const line = renderEvent(event, this.#look);
    const lines = line === null ? [] : [line];
    if (event.type === 'batch_started' || event.type === 'batch_resumed')
      this.#isLarge = !this.#verbose && sumsUp(event.batch.total_tables);
    if (!this.#isLarge) return lines;
    switch (event.type) {
      case 'table_started':
        if (line !== null) this.#begun.set(keyOf(event), { line, at: this.#now() });
        return [];
      case 'table_progress':
        return this.#nameLongOne(event);
      case 'table_retrying':
      case 'table_resumed':
        this.#begun.delete(keyOf(event));
        this.#named.add(keyOf(event));
        return lines;
      case 'table_ended': {
        this.#begun.delete(keyOf(event));
        if (this.#named.delete(keyOf(event)) || !isUnchanged(event.outcome)) return lines;
        this.#unchanged += 1;
        return [];
      }
      case 'batch_ended':
        return [...this.#sum(), ...lines];
      default:
        return lines;
    }
  }

  #nameLongOne(event: TableRef): readonly string[] {
    const begun = this.#begun.get(keyOf(event));
    if (begun === undefined || this.#now() - begun.at < NAMED_AFTER_MS) return [];
    this.#begun.delete(keyOf(event));
    this.#named.add(keyOf(event));
    return [begun.line];
  }

  #sum(): readonly string[] {
    const count = this.#unchanged;
    const { t } = this.#look;
    return count === 0
      ? []
      : [t('cli.progress.unchanged', { count, tables: formatCount(count, t.language) })];
  }
}

/** Table names may hold any character but NUL. */
function keyOf({ connection, table }: TableRef): string {
  return `${connection}\0${table}`;
}

/**
 * Runs something on the engine with its progress shown, until it ends or the signals stop it.
 *
 * @param wait whether to wait for another run to end (`--wait`)
 * @param verbose whether each table is told of, also where nothing had changed (`--verbose`)
 */
export async function runShown<T>(
  context: CliContext,
  engine: Engine,
  signals: StopSignals,
  wait: boolean,
  run: (control: RunControl) => Promise<T>,
  verbose = false,
): Promise<T> {
  using reporter = openReporter(context, (batch) => engine.batch(batch.batch_id).tables, verbose);
  const before = signals.onStage;
  // A notice written past the live display would be drawn over, or leave a torn line behind.
  signals.onStage = (stage) => reporter.note(stopNotice(stage, context));
  const off = engine.on((event) => reporter.take(event));
  try {
    if (wait && engine.holder() !== null) reporter.note(context.t('cli.progress.waiting'));
    return await run({ stop: signals.stop, halt: signals.halt, wait });
  } finally {
    off();
    signals.onStage = before;
  }
}

function stopNotice(stage: StopStage, { t }: CliContext): string {
  switch (stage) {
    case 'user':
      return t('cli.progress.stopping');
    case 'shutdown':
      return t('cli.progress.stoppingSignal');
    case 'halt':
      return t('cli.progress.halting');
  }
}
