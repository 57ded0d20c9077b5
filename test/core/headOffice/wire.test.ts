import { expect, test } from 'vitest';
import { atBranch, sync } from '../../support/branch.ts';
import { freshDatabases, settled } from '../../support/databases.ts';
import { MANY } from '../../support/erpTables.ts';
import { makeHome } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import { textOf, type WireMessage } from '../../support/proxyFraming.ts';
import type { LinkObserver } from '../../support/proxyLink.ts';

/** What issue 16 allows per batch and branch. */
const MOST = { statements: 3, bytes: 4096, bytesAFailedTable: 100 };

/** A statement that a branch sends for head office's overview, or the check before it. */
const OF_REPORT = /branchline\.(installations|sync_batches|sync_progress)|\{installations,/;

/** Counts statements of reports, and the bytes of these with their values and answers. */
class Reports {
  statements = 0;
  bytes = 0;

  readonly observe = (): LinkObserver => {
    // Statements of one pipeline, in order: their answers come in the same order.
    let sent: boolean[] = [];
    let ours = false;
    return {
      passed: (message: WireMessage): void => {
        const size = message.bytes.length;
        if (message.from === 'client') {
          if (message.type === 'P') {
            ours = OF_REPORT.test(textOf(message));
            if (ours) this.statements++;
            sent.push(ours);
          }
          if (ours && 'PBDE'.includes(message.type)) this.bytes += size;
          return;
        }
        if (sent[0] === true && '12nTDC'.includes(message.type)) this.bytes += size;
        if (message.type === 'C') sent.shift();
        if (message.type === 'Z') sent = [];
      },
      ended: (): void => {},
    };
  };

  reset(): void {
    this.statements = 0;
    this.bytes = 0;
  }
}

test('a report is at most three statements and 4 KB, and 100 bytes for each failed table', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, MANY);
  await settled(pair.source);
  const reports = new Reports();
  await using central = await startProxy(pair.central, reports.observe);
  using home = makeHome(pair, { central: { port: central.port } });
  await using engine = home.open();
  await sync(engine);
  await sync(engine);
  reports.reset();

  expect((await sync(engine)).batch.status).toBe('completed');

  expect(reports.statements).toBe(2);
  expect(reports.bytes).toBeGreaterThan(1000);
  const calm = reports.bytes;
  expect(calm).toBeLessThan(MOST.bytes);
  await atBranch(
    pair,
    `DO $$ BEGIN FOR n IN 1..40 LOOP
       EXECUTE format('REVOKE SELECT ON c_document_%s FROM branchline_read', n);
     END LOOP; END $$`,
  );
  reports.reset();

  const { batch } = await sync(engine);

  expect(batch).toMatchObject({ status: 'failed', failed_tables: 40 });
  expect(reports.statements).toBe(2);
  expect(reports.bytes).toBeLessThan(MOST.bytes + 40 * MOST.bytesAFailedTable);
  reports.reset();

  await engine.resume(batch.batch_id, { trigger: 'cli' });

  expect(reports.statements).toBe(MOST.statements);
  expect(reports.bytes).toBeLessThan(MOST.bytes + 40 * MOST.bytesAFailedTable);
});
