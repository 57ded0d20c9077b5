import type { TableName } from './contract.ts';
import type { Attention, Difference, FormerConnection, LeftBehind, ServiceStatus } from './service.ts';

/**
 * Everything that can be wrong or unfinished, most pressing first. Tray, the Today page and `sync-status` all
 * show the first that applies. What needs a person comes before what resolves itself.
 */
export const CONCERN_RANKS = [
  // The settings or the folder cannot be used: nothing below can be fixed before that.
  'cannot_work',
  // Tables failed and are not retried automatically: they need an answer, a right, a schema.
  'failed',
  // Tables are copied and known to differ from the branch.
  'differs',
  // A batch was stopped early and is not resumed automatically.
  'stopped',
  // A batch or a verify runs, which may resolve what is below.
  'working',
  // An enabled connection was never copied while others were, and nothing is about to copy it.
  'never_copied',
  // Tables no longer exist at the branch; head office keeps their old rows.
  'left_behind',
  // A connection is no longer in the settings; head office keeps its rows.
  'former_connections',
  // The known differences were lost with the journal, and nothing has been compared since.
  'compare_due',
  // What the settings run after a batch has failed; the tables themselves are copied.
  'hook_failed',
  // A person has paused all automatic runs.
  'paused',
  // Resolves itself: waiting for a database or another run, or tables are retried.
  'waiting',
  // Nothing was copied yet: a new installation.
  'nothing_copied',
  // A table was never copied successfully, or a connection's tables are not known.
  'not_all',
] as const;
export type ConcernKind = (typeof CONCERN_RANKS)[number];

export type Concern =
  | { readonly kind: 'failed'; readonly attention: Attention; readonly tables: readonly TableName[] }
  | { readonly kind: 'differs'; readonly tables: readonly Difference[] }
  | { readonly kind: 'stopped'; readonly attention: Attention }
  | { readonly kind: 'left_behind'; readonly tables: readonly LeftBehind[] }
  | { readonly kind: 'former_connections'; readonly connections: readonly FormerConnection[] }
  | { readonly kind: 'hook_failed'; readonly hooks: readonly string[] }
  | { readonly kind: 'never_copied' | 'compare_due'; readonly connections: readonly string[] }
  | {
      readonly kind: Exclude<
        ConcernKind,
        | 'failed'
        | 'differs'
        | 'stopped'
        | 'never_copied'
        | 'left_behind'
        | 'former_connections'
        | 'compare_due'
        | 'hook_failed'
      >;
    };

const AT_WORK: ReadonlySet<ServiceStatus['activity']['kind']> = new Set([
  'running',
  'after_batch',
  'starting',
  'verifying',
  'exporting',
]);

/** All concerns that apply to a status, most pressing first; empty if all is well. */
export function concernsOf(status: ServiceStatus, upTo: string | null): readonly Concern[] {
  return CONCERN_RANKS.flatMap((kind) => concernOf(kind, status, upTo) ?? []);
}

/** The most pressing of {@link concernsOf}; null if all is well. */
export function worstConcern(status: ServiceStatus, upTo: string | null): Concern | null {
  return concernsOf(status, upTo)[0] ?? null;
}

/** Batches that need a person; latest first. */
export function pressingOf({ attention }: ServiceStatus): readonly Attention[] {
  return attention.filter((one) => !one.resumesAlone);
}

function concernOf(kind: ConcernKind, status: ServiceStatus, upTo: string | null): Concern | null {
  const when = (holds: boolean, concern: Concern): Concern | null => (holds ? concern : null);
  const pressing = pressingOf(status);
  switch (kind) {
    case 'cannot_work':
      return when(status.refusal !== null, { kind });
    case 'failed': {
      const failed = pressing.filter((one) => one.failed.length > 0);
      const [attention] = failed;
      return attention ? { kind, attention, tables: failed.flatMap((one) => one.failed) } : null;
    }
    case 'differs':
      return when(status.differing.length > 0, { kind, tables: status.differing });
    case 'stopped': {
      const attention = pressing.find((one) => one.failed.length === 0);
      return attention ? { kind, attention } : null;
    }
    case 'working':
      return when(AT_WORK.has(status.activity.kind), { kind });
    case 'never_copied': {
      const connections = isNew(status) ? [] : status.neverCopied.filter((id) => !isAboutToCopy(status, id));
      return when(connections.length > 0, { kind, connections });
    }
    case 'left_behind':
      return when(status.leftBehind.length > 0, { kind, tables: status.leftBehind });
    case 'former_connections':
      return when(status.formerConnections.length > 0, { kind, connections: status.formerConnections });
    case 'compare_due':
      return when(status.compareDue.length > 0, { kind, connections: status.compareDue });
    case 'hook_failed': {
      const hooks = status.hooks.filter((one) => one.failing !== null).map((one) => one.hook);
      return when(hooks.length > 0, { kind, hooks });
    }
    case 'paused':
      return when(status.pause !== null, { kind });
    case 'waiting': {
      const waits = status.activity.kind === 'waiting_database' || status.activity.kind === 'waiting_lease';
      return when(waits || status.attention.length > pressing.length, { kind });
    }
    case 'nothing_copied':
      return when(isNew(status), { kind });
    case 'not_all':
      return when(upTo === null, { kind });
  }
}

/** Whether no connection was ever copied. */
function isNew({ neverCopied, connections }: ServiceStatus): boolean {
  return neverCopied.length === connections;
}

/** Whether a batch with tables of this connection is resumed automatically. */
function isAboutToCopy({ attention }: ServiceStatus, connection: string): boolean {
  return attention.some(
    ({ batch, retrying, resumesAlone }) =>
      retrying.some((one) => one.connection === connection) ||
      (resumesAlone && batch.options.connections.includes(connection)),
  );
}
