import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Engine } from '../../src/core/engineApi.ts';
import { FailureKind } from '../../src/shared/errors.ts';
import { BatchStatus, InterruptionReason } from '../../src/shared/status.ts';
import { illegalMoves } from '../faults/support/legalMoves.ts';
import { differences } from '../support/compare.ts';
import { CONNECTION } from '../support/home.ts';
import type { ChaosPlace } from './place.ts';

/** What the journal holds at the end. */
export interface JournalFacts {
  readonly batches: ReadonlyMap<string, number>;
  readonly resumes: number;
}

export interface Verdict extends JournalFacts {
  /** Empty where all is as it should be. */
  readonly problems: readonly string[];
}

/** What may stop a batch where no person and no other installation is about. */
const EXPECTED: readonly (InterruptionReason | null)[] = [
  InterruptionReason.Crash,
  InterruptionReason.Shutdown,
  InterruptionReason.Superseded,
];

/** Looks at both sides and the journal; the service has ended, the servers run. */
export async function judge(place: ChaosPlace): Promise<Verdict> {
  const different = await notEqual(place);
  const file = journalFile(join(place.home.folder, 'journal.db'));
  await using engine = place.home.open();
  const histories = readHistories(engine);
  return {
    batches: histories.batches,
    resumes: histories.resumes,
    problems: [...different, ...file, ...histories.problems, ...place.service.errors],
  };
}

async function notEqual({ pair }: ChaosPlace): Promise<readonly string[]> {
  try {
    const different = await differences(pair, { connection: CONNECTION });
    return different.map((one) => `not equal: ${JSON.stringify(one)}`);
  } catch (error) {
    // A table that never came to central: the journal says why.
    return [`not compared: ${error}`];
  }
}

/** Before an engine opens it, which would call a batch that says `running` a crashed one. */
function journalFile(file: string): readonly string[] {
  const journal = new Database(file, { readonly: true });
  try {
    const found = journal.pragma('integrity_check', { simple: true });
    const running = journal
      .prepare<[], { batch_id: string }>("SELECT batch_id FROM sync_batches WHERE status = 'running'")
      .all();
    return [
      ...(found === 'ok' ? [] : [`integrity_check: ${found}`]),
      ...running.map(({ batch_id }) => `${batch_id} says running`),
    ];
  } finally {
    journal.close();
  }
}

function readHistories(engine: Engine): Verdict {
  const batches = new Map<string, number>();
  const problems: string[] = [];
  let resumes = 0;
  for (const { batch_id, status, interruption_reason, resume_count } of engine.batches(1_000_000)) {
    batches.set(status, (batches.get(status) ?? 0) + 1);
    resumes += resume_count;
    if (status === BatchStatus.Interrupted && !EXPECTED.includes(interruption_reason))
      problems.push(`${batch_id} was interrupted by ${interruption_reason}`);
    const log = engine.log({ batchId: batch_id, limit: 1_000_000 });
    problems.push(...illegalMoves(log).map((move) => `${batch_id}: ${move}`));
    for (const { table_name, error_code, error_message, error_detail } of engine.batch(batch_id).tables) {
      // None of the faults is a person's to mend.
      if (error_detail?.kind === FailureKind.Permanent)
        problems.push(`${batch_id} ${table_name}: ${error_code}: ${error_message}`);
    }
  }
  return { batches, resumes, problems };
}
