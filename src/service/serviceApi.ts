import type {
  Engine,
  ResumeOutcome,
  ResumeRequest,
  SyncAllRequest,
  VerifyRequest,
} from '../core/engineApi.ts';
import type { BatchRow } from '../shared/contract.ts';
import type { Pause, ServiceEvent, ServiceStatus } from '../shared/service.ts';
import type { VerifyReport } from '../shared/verify.ts';

/** What a person asks for; who asks is known. */
export type RunNowRequest = Omit<SyncAllRequest, 'trigger' | 'schedule'>;
export type ResumeNowRequest = Omit<ResumeRequest, 'trigger'>;
export type VerifyNowRequest = Omit<VerifyRequest, 'trigger'>;

/**
 * The long-running part of tray and agent: runs what is planned, resumes what was cut off, tries again what
 * failed for reasons that pass, and tells how things stand. One a user-data folder.
 */
export interface Service extends AsyncDisposable {
  /**
   * For looking at batches; null until there are settings that can be used. To be taken anew each time: after an
   * error of the journal it is another one.
   */
  readonly engine: Engine | null;
  status(): ServiceStatus;
  /** Runs a batch as soon as nothing else runs. The same request twice in the queue is one. */
  runNow(request?: RunNowRequest): Promise<BatchRow>;
  /** Goes on with a batch; with `tables`, only those. */
  resumeNow(batchId: string, request?: ResumeNowRequest): Promise<ResumeOutcome>;
  verifyNow(request?: VerifyNowRequest): Promise<VerifyReport>;
  /**
   * Stops what runs at the next chunk border, and begins nothing by itself until the pause ends. The batch that
   * it stops goes on then.
   *
   * @param until null until {@link unpause}
   */
  pause(until: Date | null): Pause;
  unpause(): void;
  /** Stops what runs at the next chunk border, for a person: a batch is not resumed by itself then. */
  stopRun(): void;
  /** Looks at clock, settings and journal anew: the machine was asleep, the network has come back. */
  wake(): void;
  /**
   * Ends the service. What runs stops at the next chunk border, as `shutdown`: the next start goes on with it.
   *
   * @param now stop at once instead; the chunk under way is sent again by the next start
   */
  stop(now?: AbortSignal): Promise<void>;
  /** Returns the function that takes the listener off again. */
  on(listener: (event: ServiceEvent) => void): () => void;
}
