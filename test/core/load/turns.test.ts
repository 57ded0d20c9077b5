import { expect, test } from 'vitest';
import { BYTES_A_TURN } from '../../../src/core/load/fillChunk.ts';
import { Throttle } from '../../../src/core/load/throttle.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import { runKeyedPass } from '../../../src/core/table/strategies/keyedPass.ts';
import { atBranch, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { openPass } from '../compare/pass.ts';

const { clock } = systemPorts({ log: () => {} });
const ROWS = 40_000;
/** One more turn may begin before the loop has come round, and the last block may go beyond. */
const MOST_BYTES = 2 * BYTES_A_TURN + 256 * 1024;

/** Sees what passes between two turns of the event loop. */
class TurnMeter extends Throttle {
  #inTurn = 0;
  #turning = true;
  readonly #sent: () => number;
  #seen: number;
  most = 0;

  /** @param sent bytes that have passed so far */
  constructor(sent: () => number) {
    super(0, null, clock, sent);
    this.#sent = sent;
    this.#seen = sent();
    const turn = (): void => {
      this.#inTurn = 0;
      if (this.#turning) setImmediate(turn);
    };
    turn();
  }

  override async acquire(): Promise<void> {
    const sent = this.#sent();
    this.#inTurn += sent - this.#seen;
    this.#seen = sent;
    this.most = Math.max(this.most, this.#inTurn);
  }

  [Symbol.dispose](): void {
    this.#turning = false;
  }
}

test('what was read ahead while central was busy does not go out in one turn of the event loop', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair, { connection: { tables: ['wide'] } });
  await atBranch(pair, 'CREATE TABLE wide (id integer PRIMARY KEY, text text NOT NULL)');
  {
    await using engine = home.open();
    await sync(engine);
  }
  await atBranch(
    pair,
    `INSERT INTO wide SELECT n, repeat('kayu ', 200) FROM generate_series(1, ${ROWS}) AS n`,
  );
  await using pass = await openPass(home.folder, 'wide');
  const { session } = await pass.context.links.central();
  using meter = new TurnMeter(() => session.bytes);
  // While central applies one chunk, 16 MB of the next ones come.
  const limits = { ...pass.context.limits, chunkBytes: 12_000_000 };
  const context = { ...pass.context, limits, throttle: meter };

  const plan = { strategy: 'full', rows: null, removes: 'none', sourceRows: null } as const;
  const start = { ...pass.at, state: 'running' } as const;
  const { checkpoint } = await runKeyedPass(context, pass.snapshot, plan, start);

  expect(checkpoint.processed).toBe(ROWS);
  expect(meter.most).toBeLessThan(MOST_BYTES);
});
