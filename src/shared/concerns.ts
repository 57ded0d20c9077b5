import type { TableName } from './contract.ts';
import type { Attention, Difference, FormerConnection, LeftBehind, ServiceStatus } from './service.ts';

/**
 * What keeps a status from being plainly well, the most pressing first. Tray, Today and `sync-status` all say the
 * first of these that holds; what needs a person stands before all that mends itself.
 */
export const CONCERN_RANKS = [
  // The settings or the folder cannot be used: nothing below can be mended before that.
  'cannot_work',
  // Tables failed and are not tried again without a person: a question, a right, a schema.
  'failed',
  // Tables are copied and known to differ from the branch.
  'differs',
  // A batch was stopped before its end, and nobody goes on with it.
  'stopped',
  // A run or a verify is at work: it may well do what is said below.
  'working',
  // An enabled connection was never copied, while others are, and nothing is about to copy it.
  'never_copied',
  // Tables are no longer at the branch, and head office keeps what it had of them.
  'left_behind',
  // The settings no longer have a connection, and head office keeps what it had of it.
  'former_connections',
  // What was known to differ was lost with the journal, and nobody has compared since.
  'compare_due',
  // A person has stopped all that runs by itself.
  'paused',
  // It mends itself: a database or another run is waited for, tables are tried again.
  'waiting',
  // Nothing was copied yet: a new installation.
  'nothing_copied',
  // A table has had no success yet, or the tables of a connection are not known.
  'not_all',
] as const;
export type ConcernKind = (typeof CONCERN_RANKS)[number];

export type Concern =
  | { readonly kind: 'failed'; readonly attention: Attention; readonly tables: readonly TableName[] }
  | { readonly kind: 'differs'; readonly tables: readonly Difference[] }
  | { readonly kind: 'stopped'; readonly attention: Attention }
  | { readonly kind: 'left_behind'; readonly tables: readonly LeftBehind[] }
  | { readonly kind: 'former_connections'; readonly connections: readonly FormerConnection[] }
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
      >;
    };

/** All that holds of a status, the most pressing first; empty where all is well. */
export function concernsOf(status: ServiceStatus, upTo: string | null): readonly Concern[] {
  return CONCERN_RANKS.flatMap((kind) => concernOf(kind, status, upTo) ?? []);
}

/** The most pressing of {@link concernsOf}; null where all is well. */
export function worstConcern(status: ServiceStatus, upTo: string | null): Concern | null {
  return concernsOf(status, upTo)[0] ?? null;
}

/** What does not come right by itself; latest first. */
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
      return when(['running', 'starting', 'verifying'].includes(status.activity.kind), { kind });
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

/** Nothing was ever copied of any connection. */
function isNew({ neverCopied, connections }: ServiceStatus): boolean {
  return neverCopied.length === connections;
}

/** A batch that has tables of a connection is gone on with by itself. */
function isAboutToCopy({ attention }: ServiceStatus, connection: string): boolean {
  return attention.some(
    ({ batch, retrying, resumesAlone }) =>
      retrying.some((one) => one.connection === connection) ||
      (resumesAlone && batch.options.connections.includes(connection)),
  );
}
