import type { Engine, RunControl } from '../../core/engineApi.ts';
import type { EngineEvent, TableRef } from '../../shared/contract.ts';
import { formatCount } from '../../shared/format.ts';
import { visibleJson } from '../../shared/visible.ts';
import type { CliContext } from '../context.ts';
import { renderEvent } from '../render/eventLine.ts';
import type { Look } from '../render/marks.ts';
import type { StopSignals, StopStage } from '../stopSignals.ts';
import { isUnchanged, renderBoard, sumsUp } from './board.ts';
import { LiveDisplay } from './liveDisplay.ts';

/** Shows a run's progress. */
interface Reporter extends Disposable {
  take(event: EngineEvent): void;
  /** Shows a line from outside the engine: "stopping …". */
  note(line: string): void;
}

/**
 * A live display on a terminal, plain lines in a pipe, events as JSON on stderr with `--json`.
 *
 * @param verbose whether plain lines also list unchanged tables
 */
function openReporter(context: CliContext, engine: Engine, verbose: boolean): Reporter {
  if (context.json) return jsonReporter(context);
  return context.live ? liveReporter(context, engine) : plainReporter(context, verbose);
}

function jsonReporter(context: CliContext): Reporter {
  const stream = new EventStream((line) => context.world.stderr.write(line));
  return {
    take: (event) => stream.take(event),
    // A sentence between JSON lines would break their reader; the last event has the same information.
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

/** The events that change the display. */
const SHOWN: ReadonlySet<EngineEvent['type']> = new Set([
  'table_started',
  'table_progress',
  'table_ended',
  'waiting_for_central',
]);

function liveReporter(context: CliContext, engine: Engine): Reporter {
  let run = engine.followRun(null, null);
  const display = new LiveDisplay(context.world.stdout, () =>
    renderBoard(run.view(), context.look).map((line) => context.printable(line)),
  );
  return {
    take: (event) => {
      if (event.type === 'batch_started') run = engine.followRun(event.batch.batch_id, null);
      if (event.type === 'batch_resumed') run = engine.followRun(event.batch.batch_id, event.only);
      run.take(event);
      if (SHOWN.has(event.type)) display.update();
      const line = isNews(event) ? renderEvent(event, context.look) : null;
      if (line !== null) display.note(context.printable(line));
    },
    note: (line) => display.note(context.printable(line)),
    [Symbol.dispose]: () => display.stop(),
  };
}

/** Whether an event gets a line that stays above the bars. Successful tables are only counted. */
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

/** One progress line per second and table is enough for a program. */
const PROGRESS_MS = 1000;

/** Events as NDJSON: one object per line, in the format of shared/contract.ts. */
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

/** A table that runs longer than this is named before it ends. */
const NAMED_AFTER_MS = 2000;

/**
 * The lines of a run in a pipe. In a large batch, only tables that changed rows, failed, were retried or took
 * long get a line; one line at the end counts the others.
 */
export class PlainLines {
  readonly #look: Look;
  readonly #verbose: boolean;
  readonly #now: () => number;
  /** Tables that have begun and are not named yet: their line and start time. */
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

/** NUL is the only character that a table's name cannot contain. */
function keyOf({ connection, table }: TableRef): string {
  return `${connection}\0${table}`;
}

/**
 * Runs something on the engine and shows its progress, until it ends or signals stop it.
 *
 * @param wait whether to wait for another run to end (`--wait`)
 * @param verbose whether to list unchanged tables too (`--verbose`)
 */
export async function runShown<T>(
  context: CliContext,
  engine: Engine,
  signals: StopSignals,
  wait: boolean,
  run: (control: RunControl) => Promise<T>,
  verbose = false,
): Promise<T> {
  using reporter = openReporter(context, engine, verbose);
  const before = signals.onStage;
  // Goes through the reporter: written past the live display, it would be overwritten or leave a torn line.
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
