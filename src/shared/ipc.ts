import type { BatchRow, LeaseHolder, TableRow } from './contract.ts';
import type { ErrorParams, FailureDetail, UsageCode } from './errors.ts';
import type { Language } from './texts/language.ts';

/**
 * What the window asks of the main process: each query once, with its signature. The main process's
 * handlers, the preload's object and the window's calls are all typed by this map, so that none of them
 * can drift from the others.
 */
export interface Queries {
  /** In which language to speak, and what is wrong with the settings, if anything. */
  readonly setup: () => Setup;
  /** Latest first. */
  readonly batches: (limit: number) => readonly BatchRow[];
  /** Refused with `batch_unknown`. */
  readonly batch: (batchId: string) => BatchView;
  /** Null where nothing has run yet. */
  readonly latestBatch: () => BatchView | null;
  /** Who runs now, or null. */
  readonly holder: () => LeaseHolder | null;
}
export type QueryName = keyof Queries;

/** A batch with its tables, in the order of its plan. */
export interface BatchView {
  readonly batch: BatchRow;
  readonly tables: readonly TableRow[];
}

export interface Setup {
  readonly language: Language;
  /** Null where the settings are there and right. */
  readonly problem: Refusal | null;
}

/** Why a query has no answer, as codes: the window says it in its language. */
export type Refusal =
  | { readonly kind: 'usage'; readonly code: UsageCode; readonly params: ErrorParams }
  | { readonly kind: 'failure'; readonly failure: FailureDetail };

/** Errors travel as values: thrown across processes they would arrive as a bare English message. */
export type Answer<Q extends QueryName> =
  | { readonly ok: true; readonly value: ReturnType<Queries[Q]> }
  | { readonly ok: false; readonly refusal: Refusal };

/** The one object that the preload gives to the window, as `window.branchline`. */
export type Bridge = {
  readonly [Q in QueryName]: (...args: Parameters<Queries[Q]>) => Promise<Answer<Q>>;
} & {
  /** Calls back with the batch that the window is to show. */
  readonly onShow: (listener: (batchId: string) => void) => void;
};

/** The name of a query's channel between the two processes. */
export function channelOf<Q extends QueryName>(query: Q): `branchline:${Q}` {
  return `branchline:${query}`;
}

/** By which the main process tells the window to show a batch: a person has clicked a notification or the tray. */
export const showChannel = 'branchline:show';
