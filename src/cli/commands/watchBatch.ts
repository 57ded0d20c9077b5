import { setTimeout as delay } from 'node:timers/promises';
import { BatchStatus } from '../../shared/status.ts';
import type { CliContext } from '../context.ts';
import { LiveDisplay } from '../progress/liveDisplay.ts';
import type { BatchWithTables } from '../render/batchView.ts';
import { renderWatched, renderWatchedLine } from '../render/watchView.ts';
import { listenForStop } from '../stopSignals.ts';

/** The journal is read, not the runner: a second is fresh enough, and costs nothing. */
const EVERY_MS = 1000;

/** The lease is free for an instant between a batch's last row and the next look; twice is the end. */
const UNHELD_LOOKS = 2;

/**
 * Shows a batch that another process runs, until it ends or its runner is gone. What is left on the
 * screen is nothing: the caller shows how it ended.
 */
export async function watchBatch(batchId: string | undefined, context: CliContext): Promise<void> {
  await using engine = await context.openEngine();
  const watched = batchId ?? engine.latestBatch()?.batch.batch_id;
  if (watched === undefined) return;
  using signals = listenForStop(process, () => undefined);
  const show = openView(context);
  let unheld = 0;
  while (!signals.stop.aborted) {
    const now = engine.batch(watched);
    unheld = engine.holder() === null ? unheld + 1 : 0;
    if (now.batch.status !== BatchStatus.Running || unheld >= UNHELD_LOOKS) break;
    show.draw(now);
    await pause(signals.stop);
  }
  show.end();
}

interface View {
  draw(now: BatchWithTables): void;
  end(): void;
}

function openView(context: CliContext): View {
  if (context.live) return liveView(context);
  let last = '';
  return {
    draw: (now) => {
      const line = context.json ? JSON.stringify(now) : renderWatchedLine(now, context.look);
      if (line === last) return;
      last = line;
      if (context.json) context.world.stderr.write(`${line}\n`);
      else context.print([line]);
    },
    end: () => undefined,
  };
}

function liveView(context: CliContext): View {
  let current: BatchWithTables | null = null;
  const display = new LiveDisplay(context.world.stdout, () =>
    current === null
      ? []
      : renderWatched(current, context.look, new Date()).map((line) => context.printable(line)),
  );
  return {
    draw: (now) => {
      current = now;
      display.update();
    },
    end: () => display.stop(),
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
}
