import type { BatchRow, EngineEvent, TableRow } from '../../shared/contract.ts';
import type { CliContext } from '../context.ts';
import { renderBoard } from '../render/boardView.ts';
import { renderEvent } from '../render/eventLine.ts';
import { BoardKeeper } from './board.ts';
import { EventStream } from './eventStream.ts';
import { LiveDisplay } from './liveDisplay.ts';
import { PlainLines } from './plainLines.ts';

/** Shows a run while it works. */
export interface Reporter extends Disposable {
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
export function openReporter(context: CliContext, tablesOf: TablesOf, verbose: boolean): Reporter {
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
