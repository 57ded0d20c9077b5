import type { ChaosReport } from './chaosRun.ts';
import { FAULTS } from './faults.ts';

/** Prints what happened, what was done all the same, and what is not as it should be. */
export function printReport({ faults, batches, resumes, chunks, writer, problems, kept }: ChaosReport): void {
  const kills = FAULTS.filter((one) => one.kill).reduce((sum, { name }) => sum + (faults.get(name) ?? 0), 0);
  console.log(`\nFaults: ${total(faults)}, of them ${kills} times SIGKILL to the service or a whole server`);
  print(faults);
  console.log(`Batches: ${total(batches)}, resumed ${resumes} times`);
  print(batches);
  console.log('Chunks');
  line(chunks.committed, 'committed');
  line(chunks.brokenOff, 'sent twice: their transaction did not commit');
  line(chunks.lostWithServer, 'committed, and sent twice because the server died before its disk had them');
  line(
    chunks.outcomeUnknown,
    `outcome of the COMMIT unknown; ${chunks.unknownSentAgain} of them were sent again`,
  );
  console.log(`Written at the source, in ${writer.transactions} transactions`);
  line(writer.inserted, 'rows inserted');
  line(writer.updated, 'rows updated');
  line(writer.deleted, 'rows deleted');
  line(writer.keysChanged, 'keys changed');
  line(writer.heldOpen, 'transactions held open for a while');
  line(writer.rolledBack, 'transactions rolled back');
  line(writer.failed, 'transactions that the server ended or refused');
  if (problems.length === 0) {
    console.log('\nBoth sides are equal, and the journal is whole.');
    return;
  }
  console.log(`\n${problems.length} problems`);
  for (const problem of problems) console.log(`  ${problem}`);
  console.log(`Left for a look: ${kept.join(', ')}`);
}

function print(counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) line(count, name);
}

function line(count: number, what: string): void {
  console.log(`${String(count).padStart(8)}  ${what}`);
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
