import type {
  Engine,
  ExportRequest,
  ImportRequest,
  ResumeOutcome,
  ResumeRequest,
  SyncAllRequest,
  VerifyRequest,
} from '../core/engineApi.ts';
import type { ExportReport } from '../core/export/exportConnection.ts';
import type { Timeouts } from '../core/postgres/session.ts';
import type { RetryPolicy } from '../core/table/retry.ts';
import type { BatchRow } from '../shared/contract.ts';
import type { Pause, ServiceEvent, ServiceStatus } from '../shared/service.ts';
import type { BatchTrigger } from '../shared/status.ts';
import type { Language } from '../shared/texts/language.ts';
import type { VerifyReport } from '../shared/verify.ts';
import type { OutboxPolicy } from './notify/outboxDelivery.ts';
import type { Waker } from './schedule/waker.ts';

/** A person's request, without the trigger, which the service adds. */
export type RunNowRequest = Omit<SyncAllRequest, 'trigger' | 'schedule'>;
export type ResumeNowRequest = Omit<ResumeRequest, 'trigger'>;
export type VerifyNowRequest = Omit<VerifyRequest, 'trigger'>;
export type ExportNowRequest = Omit<ExportRequest, 'trigger'>;
export type ImportNowRequest = Omit<ImportRequest, 'trigger'>;

/**
 * The long-running part of tray and agent: runs what is planned, resumes what was cut off, retries transient
 * failures, and reports its status. There is one per user-data folder.
 */
export interface Service extends AsyncDisposable {
  /**
   * For reading batches; null until the settings can be used. Get it again each time: after a journal error
   * it is replaced.
   */
  readonly engine: Engine | null;
  status(): ServiceStatus;
  /** Runs a batch as soon as nothing else runs. Two equal requests in the queue become one. */
  runNow(request?: RunNowRequest): Promise<BatchRow>;
  /** Resumes a batch; with `tables`, only those. */
  resumeNow(batchId: string, request?: ResumeNowRequest): Promise<ResumeOutcome>;
  verifyNow(request?: VerifyNowRequest): Promise<VerifyReport>;
  /** Writes a branch's tables into a file. Nothing goes on with it by itself, because the passphrase is not kept. */
  exportNow(request: ExportNowRequest): Promise<ExportReport>;
  /** Loads such a file into head office, as a batch. */
  importNow(request: ImportNowRequest): Promise<BatchRow>;
  /**
   * Starts nothing automatically until the pause ends. What runs now goes on, whoever began it: {@link stopRun} stops
   * it.
   *
   * @param until null: until {@link unpause}
   */
  pause(until: Date | null): Pause;
  unpause(): void;
  /** Stops the current run at the next chunk border, for a person: the batch is not resumed automatically. */
  stopRun(): void;
  /** Checks clock, settings and journal again, for example after a sleep or when the network is back. */
  wake(): void;
  /**
   * Ends the service. The current run stops at the next chunk border with the reason `shutdown`, and the next
   * start continues it.
   *
   * @param now stop at once instead; the next start sends the current chunk again
   */
  stop(now?: AbortSignal): Promise<void>;
  /** Returns the function that unsubscribes. */
  on(listener: (event: ServiceEvent) => void): () => void;
}

/** What a service is started with. */
export interface ServiceSetup {
  /** The user-data folder. */
  readonly folder: string;
  readonly trigger: BatchTrigger;
  /** The language in which problems of the settings are described. */
  readonly language: Language;
  readonly waker: Waker;
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<RetryPolicy>;
  readonly outbox?: Partial<OutboxPolicy>;
}
