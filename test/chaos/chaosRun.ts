import { BatchStatus } from '../../src/shared/status.ts';
import { seeded } from '../faults/support/random.ts';
import { settled } from '../support/databases.ts';
import type { ChunkCounts } from './chunkCounter.ts';
import { type ChaosPlace, makePlace, type Way } from './place.ts';
import type { ServiceMessage, ServiceProcess } from './serviceProcess.ts';
import { type FaultCounts, storm } from './storm.ts';
import { judge, type Verdict } from './verdict.ts';
import { startWriter, type WriterCounts } from './writer.ts';

export interface ChaosOptions {
  /** How long there are faults. */
  readonly ms: number;
  readonly seed: number;
  /** How the service reaches head office. Default: `direct`. */
  readonly way?: Way;
}

export interface ChaosReport extends Verdict {
  readonly faults: FaultCounts;
  readonly chunks: ChunkCounts;
  readonly writer: WriterCounts;
  /** Where to look; empty where all is well. */
  readonly kept: readonly string[];
}

/** A loaded machine takes its time; what has not come by then does not come. */
const QUIET_PASS_MS = 180_000;

/**
 * Runs the service between two servers under faults while the source is written to; then lets all be well, waits
 * for one whole pass, and looks whether both sides and the journal are as they should be.
 */
export async function runChaos({ ms, seed, way = 'direct' }: ChaosOptions): Promise<ChaosReport> {
  const place = await makePlace(way);
  try {
    place.service.start();
    const writer = startWriter(place.pair.source, seed);
    const faults = await storm(place, seeded(seed), ms).finally(() => writer.stop());
    const quiet = await quietPass(place);
    await place.service.stop();
    const verdict = await judge(place);
    const problems = [...quiet, ...verdict.problems];
    const report = { ...verdict, problems, faults, chunks: place.chunks.counts, writer: writer.counts };
    if (problems.length > 0) return { ...report, kept: await place.keep() };
    await place.remove();
    return { ...report, kept: [] };
  } catch (error) {
    const kept = await place.keep();
    throw new Error(`The chaos run broke; see ${kept.join(', ')}`, { cause: error });
  }
}

/** The first batch that begins when all is well again. @returns what was not well with it */
async function quietPass(place: ChaosPlace): Promise<readonly string[]> {
  for (const link of [place.sourceLink, place.centralLink]) {
    link.disarm();
    link.thaw();
  }
  await settled(place.pair.source);
  const ended = await nextBatch(place.service);
  if (ended === null) return ['no batch came to its end after the faults'];
  const { batch_id, status } = ended;
  return status === BatchStatus.Completed ? [] : [`${batch_id}, the quiet pass, ended ${status}`];
}

/** The end of a batch that has not begun yet; null where there is none for too long. */
function nextBatch(service: ServiceProcess): Promise<ServiceMessageOf['batch'] | null> {
  const { promise, resolve } = Promise.withResolvers<ServiceMessageOf['batch'] | null>();
  const begun = new Set<string>();
  const off = service.on((message) => {
    if (message.kind === 'batch_started') begun.add(message.batch.batch_id);
    if (message.kind === 'batch_ended' && begun.has(message.batch.batch_id)) resolve(message.batch);
  });
  const timer = setTimeout(() => resolve(null), QUIET_PASS_MS);
  return promise.finally(() => {
    clearTimeout(timer);
    off();
  });
}

type ServiceMessageOf = Extract<ServiceMessage, { readonly kind: 'batch_started' | 'batch_ended' }>;
