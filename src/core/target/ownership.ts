import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { Clock } from '../ports.ts';
import { awaitEnded, endedBackends, endingBackends } from '../postgres/endBackends.ts';
import { ident, literal, oneLine } from '../postgres/quote.ts';
import { catalogueUnreadable } from '../postgres/readJson.ts';
import type { Session, Statement, StatementResult, TextRow } from '../postgres/session.ts';
import { wholeNumber } from '../postgres/wholeNumber.ts';
import type { HiddenHistory } from '../source/port.ts';
import { isRecorded, placeItems, type TargetPlace, takeSchema, UNKNOWN_IDENTITY } from './schemaOwner.ts';
import { staleBackends } from './staleBackends.ts';

/**
 * A connection is not taken from another installation whose heartbeat is younger than this. A heartbeat further in the
 * future than this was written while head office's clock was wrong, and is ignored: a live installation would have
 * written another one since.
 */
const ALIVE_SECONDS = 120;
/** Four heartbeats in that time, so that one lost on a bad link does no harm. */
export const HEARTBEAT_MS = 30_000;
/** Time limit of one heartbeat; it leaves time for the next one. */
const BEAT_MS = 15_000;

/** This installation, as central knows it. */
export interface Installation {
  readonly id: string;
  readonly host: string;
  /** When a person last confirmed that this copy of the data folder is the right one (`installation keep`). */
  readonly kept?: string | undefined;
  /** The installation from whose data folder this one was copied. */
  readonly previous?: string | undefined;
  /** Installations before that one. */
  readonly earlier?: readonly string[] | undefined;
  /** Connections that its data folder has claimed; absent where that was never noted. */
  readonly claimed?: readonly string[] | undefined;
}

/**
 * What this data folder remembers of its claims to a connection, to detect copies of the folder. A copy has the same
 * installation id, and on a cloned virtual machine the same machine id too. The only sign of it is that central has seen
 * more of "our" claims than we remember.
 */
export interface RememberedClaim {
  /** The highest claim number that this data folder may have at central; stored before the claim is sent. */
  readonly upTo: string;
  /** {@link Installation.kept} at that claim: a person's confirmation is valid for one claim. */
  readonly kept: string | null;
}

export interface ClaimMemory {
  /** Null where nothing is remembered: the first claim, and the first after the journal was lost. */
  recall(): RememberedClaim | null;
  /** Must be on the disk when it returns. After a power cut, a claim that was not stored would look like a copy's. */
  keep(claim: RememberedClaim): void;
}

export interface ClaimOptions {
  /** A person has confirmed that the source may be another one than before. */
  readonly acceptsIdentity?: boolean;
  /** What the source hides from our role. */
  readonly hidden?: HiddenHistory | null;
  /** Without it, copies of the data folder are not detected. */
  readonly memory?: ClaimMemory;
  /** Where the connection's tables go. Without it, central does not record that. */
  readonly place?: TargetPlace;
  /** Result of {@link ownerQuery} in the open transaction. Without it, the transaction is opened here. */
  readonly owner?: StatementResult | undefined;
  /** Statements that need the claim, for the same round trip. They open their own transaction. */
  readonly next?: readonly (string | Statement)[];
}

/** The right to write a connection's rows, until the next claim. */
export interface Claim {
  readonly connection: string;
  readonly claim: string;
  /** Whether the previous claim was this installation's too. */
  readonly own: boolean;
  /** Number of stale backends that were ended. */
  readonly staleBackends: number;
  /**
   * Results of {@link ClaimOptions.next}; null if stale backends were ended: one may have committed after those statements
   * had run, so that their results may be out of date.
   */
  readonly answers?: readonly StatementResult[] | null;
}

/** The sessions' application name. It fits into PostgreSQL's 63 bytes, since a connection id has at most 40. */
export function applicationName(installation: Installation, connection: string): string {
  return `branchline/${installation.id.replaceAll('-', '').slice(0, 8)}/${connection}`;
}

/**
 * Claims the right to write a connection's rows. An installation gets its own claim back at once, as after a crash. The
 * previous holder is fenced off: see {@link underClaim}. Its stale backends are ended, because one whose client vanished in the
 * middle of a COPY keeps its locks for ever (cancelling does not work on it, and no statement time-out fires).
 *
 * @param found identity of the source; null where it is hidden
 * @throws SyncFailure `owned_elsewhere`, `folder_copied`, `folder_copy_at_work`, `folder_previous`, `source_identity_changed`,
 *   `source_identity_hidden`, `central_schema_owned`; `journal_failed` where the claim cannot be remembered
 */
export async function claimConnection(
  session: Session,
  clock: Clock,
  installation: Installation,
  connection: string,
  found: string | null,
  { acceptsIdentity = false, hidden = null, memory, place, owner: asked, next = [] }: ClaimOptions = {},
): Promise<Claim> {
  const identity = found ?? UNKNOWN_IDENTITY;
  try {
    const answer = asked ?? (await session.script([...session.begin(), ownerQuery(connection)])).at(-1);
    const owner = answer?.rows[0] ?? (await firstOwner(session, installation, connection));
    const same = owner.installation === installation.id;
    if (!same && owner.alive === 't') {
      throw refusal(FailureCode.OwnedElsewhere, {
        connection,
        host: owner.host ?? '',
        since: lastSign(owner),
      });
    }
    const remembered = memory?.recall() ?? null;
    if (same) refuseCopy(installation, connection, owner, remembered);
    else refusePrevious(installation, connection, owner, remembered);
    const known = owner.identity ?? UNKNOWN_IDENTITY;
    if (known !== UNKNOWN_IDENTITY && known !== identity && !acceptsIdentity) {
      if (hidden?.identity) throw refusal(FailureCode.SourceIdentityHidden, { connection, sql: hidden.sql });
      throw refusal(FailureCode.SourceIdentityChanged, {
        connection,
        known,
        found: identity,
      });
    }
    if (place !== undefined && !isRecorded(owner, place))
      await takeSchema(session, { connection, installation: installation.id, identity }, place);
    memory?.keep({ upTo: `${numberOf(owner) + 1n}`, kept: installation.kept ?? null });
    const ours = { installation: installation.id, host: installation.host, identity };
    const set = [
      'claim = claim OPERATOR(pg_catalog.+) 1',
      'fence = claim OPERATOR(pg_catalog.+) 1',
      'heartbeat = pg_catalog.clock_timestamp()',
      ...Object.entries(ours).flatMap(([name, value]) =>
        owner[name] === value ? [] : [`${ident(name)} = ${literal(value)}`],
      ),
      ...(place === undefined || isRecorded(owner, place) ? [] : placeItems(place)),
    ];
    const take = [
      `UPDATE branchline.sources SET ${set.join(', ')}
       WHERE connection OPERATOR(pg_catalog.=) ${literal(connection)} RETURNING claim`,
      'COMMIT',
    ];
    const stale = staleBackends(same ? applicationName(installation, connection) : null, connection);
    const end = endingBackends(session, stale);
    const fence = fenceOff(session, connection, owner);
    const results = await session.script([...take, ...end, ...fence, ...next]);
    const claim = results[0]?.rows[0]?.claim ?? '';
    const ended = endedBackends(results.slice(0, take.length + end.length));
    if (ended > 0) {
      if (next.length > 0) await session.query('ROLLBACK');
      await awaitEnded(session, clock, stale, ended);
      // One of them may have committed behind the first fence.
      await session.script(fence);
    }
    const answers = ended > 0 ? null : results.slice(take.length + end.length + fence.length);
    return { connection, claim, own: same, staleBackends: ended, answers };
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Key of the lock under which commits of a claim are checked: shared by commits, alone for the next claim. */
function claimLock(connection: string): string {
  return `pg_catalog.hashtextextended(${literal(`branchline.claim ${connection}`)}, 0)`;
}

/**
 * SQL that fences off the former holder, once the new claim is committed: it waits for its commits that have passed
 * {@link underClaim}. All later ones find another claim. A holder of version 0.1 does not look at the claim, so the epochs
 * of its checkpoints are raised, once.
 */
function fenceOff(session: Session, connection: string, owner: TextRow): readonly string[] {
  const isOf = `connection OPERATOR(pg_catalog.=) ${literal(connection)}`;
  const raise = `UPDATE branchline.checkpoints SET epoch = epoch OPERATOR(pg_catalog.+) 1 WHERE ${isOf}`;
  return [
    ...session.begin(),
    `SELECT pg_catalog.pg_advisory_xact_lock(${claimLock(connection)})`,
    'COMMIT',
    // In another transaction: a commit that waits for the lock may have written checkpoints.
    ...(owner.fence === owner.claim ? [] : [...session.begin(), raise, 'COMMIT']),
  ];
}

/** The condition under which a claim's transactions commit. */
export interface UnderClaim {
  /** SQL to run first, as a statement of its own: the condition has to see what was committed before it. */
  readonly lock: string;
  /** SQL: whether nobody has claimed the connection since. True until the transaction ends if it is true once. */
  readonly holds: string;
}

/**
 * The fence of a claim. It is the number of the connection's row, so that a claim writes one row, however many tables
 * there are. The lock is an advisory one, because a lock on the row would write to it with every chunk.
 */
export function underClaim(connection: string, claim: string | null): UnderClaim {
  return {
    lock: `SELECT pg_catalog.pg_advisory_xact_lock_shared(${claimLock(connection)})`,
    holds: `EXISTS (SELECT FROM branchline.sources WHERE connection OPERATOR(pg_catalog.=) ${literal(connection)} AND claim OPERATOR(pg_catalog.=) ${literal(claim)})`,
  };
}

/**
 * Fails if another copy of this data folder has claimed the connection. A claim that we remember is our own, even that of
 * a run that died a moment ago. After a person's confirmation that the other copy is switched off, a fresh heartbeat is
 * not taken for our own.
 */
function refuseCopy(
  installation: Installation,
  connection: string,
  owner: TextRow,
  remembered: RememberedClaim | null,
): void {
  const isOurs =
    remembered === null ? mayBeOurs(installation, connection, owner) : isKnown(owner, remembered);
  const isAnswered = installation.kept !== undefined && installation.kept !== remembered?.kept;
  if (remembered === null && isOurs) return;
  if (isOurs && !isAnswered) return;
  const params = { connection, host: owner.host ?? '' };
  if (owner.alive === 't') throw refusal(FailureCode.FolderCopyAtWork, { ...params, since: lastSign(owner) });
  if (!isAnswered) throw refusal(FailureCode.FolderCopied, params);
}

function isKnown(owner: TextRow, { upTo }: RememberedClaim): boolean {
  return numberOf(owner) <= BigInt(upTo);
}

/**
 * Whether a claim that the journal does not know may be our own: a journal can get lost. It is not if the data folder has
 * never claimed the connection: then the folder was copied before its first sync, as in the image of a machine.
 */
function mayBeOurs({ claimed }: Installation, connection: string, owner: TextRow): boolean {
  return numberOf(owner) === 0n || claimed === undefined || claimed.includes(connection);
}

/**
 * Fails if the connection belongs to an installation from whose data folder ours was copied, and no person has confirmed
 * that it belongs here now.
 */
function refusePrevious(
  { previous, earlier = [], kept }: Installation,
  connection: string,
  owner: TextRow,
  remembered: RememberedClaim | null,
): void {
  const isTheirs = owner.installation != null && [previous, ...earlier].includes(owner.installation);
  const isAnswered = kept !== undefined && kept !== remembered?.kept;
  if (isTheirs && !isAnswered)
    throw refusal(FailureCode.FolderPrevious, { connection, host: owner.host ?? '' });
}

function numberOf(owner: TextRow): bigint {
  const claim = wholeNumber(owner.claim ?? '0');
  if (claim === null) throw catalogueUnreadable(`claim: ${owner.claim}`);
  return claim;
}

/** The heartbeat in ISO 8601, as texts take it. */
function lastSign({ heartbeat }: TextRow): string {
  return heartbeat == null ? '' : `${heartbeat.replace(' ', 'T')}Z`;
}

/** SQL of a connection's owner, locked until the transaction ends; no row where there was never one. */
export function ownerQuery(connection: string): string {
  return oneLine(`SELECT installation, host, identity, claim, fence, layout, target_schema, heartbeat AT TIME ZONE 'UTC' AS heartbeat,
       coalesce(heartbeat OPERATOR(pg_catalog.>) (pg_catalog.clock_timestamp()
         OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => ${ALIVE_SECONDS}))
         AND heartbeat OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp()
         OPERATOR(pg_catalog.+) pg_catalog.make_interval(secs => ${ALIVE_SECONDS})), false) AS alive
     FROM branchline.sources WHERE connection OPERATOR(pg_catalog.=) ${literal(connection)} FOR UPDATE`);
}

/** Inserts the connection's row and reads it. If another installation was quicker, that one is the owner. */
async function firstOwner(
  session: Session,
  installation: Installation,
  connection: string,
): Promise<TextRow> {
  await session.query(
    'INSERT INTO branchline.sources (connection, installation, host) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [connection, installation.id, installation.host],
  );
  return (await session.query(ownerQuery(connection))).rows[0] ?? {};
}

/** Writes a heartbeat. @throws SyncFailure `lost_lease` where another installation has claimed the connection */
export async function beat(session: Session, claim: Claim): Promise<void> {
  const result = await session.query(
    'UPDATE branchline.sources SET heartbeat = pg_catalog.clock_timestamp() WHERE connection OPERATOR(pg_catalog.=) $1 AND claim OPERATOR(pg_catalog.=) $2',
    [claim.connection, claim.claim],
    BEAT_MS,
  );
  if (result.rowCount !== 1) throw lostLease(claim.connection);
}

/** Time limit of a release. It only spares other installations two minutes, so quitting must not wait longer for it. */
const RELEASE_MS = 5000;

/** Releases the connection, so that another installation need not wait. */
export async function release(session: Session, claim: Claim): Promise<void> {
  await session.script(releaseStatements(session, claim), RELEASE_MS);
}

/**
 * The statements of {@link release}. They do not wait for central's disk: if a crash there undoes them, the heartbeat
 * expires all the same.
 */
export function releaseStatements(session: Session, claim: Claim): readonly string[] {
  const { connection } = claim;
  return [
    ...session.begin(),
    'SET LOCAL synchronous_commit = off',
    `UPDATE branchline.sources SET heartbeat = NULL WHERE connection OPERATOR(pg_catalog.=) ${literal(connection)} AND claim OPERATOR(pg_catalog.=) ${literal(claim.claim)}`,
    'COMMIT',
  ];
}

/** The failure if another installation has claimed the connection: it will sync what we have not committed. */
export function lostLease(connection: string): SyncFailure {
  return refusal(FailureCode.LostLease, { connection });
}

function refusal(code: FailureCode, params: Record<string, string>): SyncFailure {
  return new SyncFailure({ code, kind: FailureKind.Permanent, message: code, params });
}
