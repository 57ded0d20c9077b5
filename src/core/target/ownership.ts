import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { Clock } from '../ports.ts';
import { ident, literal, oneLine } from '../postgres/quote.ts';
import { catalogueUnreadable } from '../postgres/readJson.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import { wholeNumber } from '../postgres/wholeNumber.ts';
import { UNKNOWN_IDENTITY } from '../source/mark.ts';
import type { HiddenHistory } from '../source/snapshot.ts';
import { isRecorded, placeItems, type TargetPlace, takeSchema } from './schemaOwner.ts';
import { endStaleBackends } from './staleBackends.ts';

/**
 * Another installation that has given a sign of life within this time is not robbed. One that lies further ahead was
 * written while head office's clock was wrong: whoever lives has written another one since.
 */
const ALIVE_SECONDS = 120;
/** Four signs of life in that time: one lost on a bad link does no harm. */
export const HEARTBEAT_MS = 30_000;
/** A sign of life that gets no answer must leave time for the next one. */
const BEAT_MS = 15_000;

/** This installation, as central knows it. */
export interface Installation {
  readonly id: string;
  readonly host: string;
  /** When a person has said last that this copy of the data folder is the right one. */
  readonly kept?: string | undefined;
  /** The installation whose data folder this one began as a copy of. */
  readonly previous?: string | undefined;
  /** Those before it. */
  readonly earlier?: readonly string[] | undefined;
}

/**
 * What this data folder remembers of its claims to a connection. Another copy of the folder has the same installation
 * id, and where a virtual machine was cloned the same machine id too: that central has seen more claims of "ours" than
 * we remember is all that shows it.
 */
export interface RememberedClaim {
  /** The highest number that a claim of this data folder may have at central; noted before the claim is sent. */
  readonly upTo: string;
  /** {@link Installation.kept} as of that claim: an answer counts for one claim. */
  readonly kept: string | null;
}

export interface ClaimMemory {
  /** Null where nothing is remembered: the first claim, and the first after the journal was lost. */
  recall(): RememberedClaim | null;
  /** Must be on the disk when it returns: what a power cut takes away would look like a copy. */
  keep(claim: RememberedClaim): void;
}

export interface ClaimOptions {
  /** A person has said that another source than before is right. */
  readonly acceptsIdentity?: boolean;
  /** What the source does not tell. */
  readonly hidden?: HiddenHistory | null;
  /** Without one, copies of the data folder are not told apart. */
  readonly memory?: ClaimMemory;
  /** Where its tables go. Without it, nothing is said of that at central. */
  readonly place?: TargetPlace;
}

/** The right to write a connection's rows, until somebody claims it anew. */
export interface Claim {
  readonly connection: string;
  readonly claim: string;
  /** Whether it was this installation's before, too. */
  readonly own: boolean;
  /** Old sessions of this connection that were still there and were ended. */
  readonly staleBackends: number;
}

/** PostgreSQL cuts application names at 63 bytes; a connection id has at most 40. */
export function applicationName(installation: Installation, connection: string): string {
  return `branchline/${installation.id.replaceAll('-', '').slice(0, 8)}/${connection}`;
}

/**
 * Takes the right to write a connection's rows. The same installation takes its own back at once: that
 * is the start after a crash. Whoever wrote before is fenced off by raised epochs, and its sessions are
 * ended, because one that vanished in the middle of a COPY keeps its locks for ever (cancelling has no
 * effect on it, and no statement time-out fires).
 *
 * @param identity of the source: system identifier and database oid
 * @throws SyncFailure `owned_elsewhere`, `folder_copied`, `folder_copy_at_work`, `folder_previous`, `source_identity_changed`,
 *   `source_identity_hidden`, `central_schema_owned`; `journal_failed` where the claim cannot be remembered
 */
export async function claimConnection(
  session: Session,
  clock: Clock,
  installation: Installation,
  connection: string,
  identity: string,
  { acceptsIdentity = false, hidden = null, memory, place }: ClaimOptions = {},
): Promise<Claim> {
  let claim: string;
  let same: boolean;
  try {
    const found = (await session.script([...session.begin(), ownerQuery(connection)])).at(-1);
    const owner = found?.rows[0] ?? (await firstOwner(session, installation, connection));
    same = owner.installation === installation.id;
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
      'heartbeat = pg_catalog.clock_timestamp()',
      ...Object.entries(ours).flatMap(([name, value]) =>
        owner[name] === value ? [] : [`${ident(name)} = ${literal(value)}`],
      ),
      ...(place === undefined || isRecorded(owner, place) ? [] : placeItems(place)),
    ];
    const [taken] = await session.script([
      `UPDATE branchline.sources SET ${set.join(', ')}
       WHERE connection OPERATOR(pg_catalog.=) ${literal(connection)} RETURNING claim`,
      'COMMIT',
    ]);
    claim = taken?.rows[0]?.claim ?? '';
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
  const staleBackends = await endStaleBackends(
    session,
    clock,
    same ? applicationName(installation, connection) : null,
    connection,
  );
  await session.query(
    'UPDATE branchline.checkpoints SET epoch = epoch OPERATOR(pg_catalog.+) 1 WHERE connection OPERATOR(pg_catalog.=) $1',
    [connection],
  );
  return { connection, claim, own: same, staleBackends };
}

/**
 * Stops where another copy of this data folder has claimed the connection. A claim that we remember is our own, also
 * that of a run which died a moment ago. Where a person has just said that the other copy is switched off, a sign of
 * life is not taken for our own.
 */
function refuseCopy(
  installation: Installation,
  connection: string,
  owner: TextRow,
  remembered: RememberedClaim | null,
): void {
  if (remembered === null) return;
  const isOurs = numberOf(owner) <= BigInt(remembered.upTo);
  const isAnswered = installation.kept !== undefined && installation.kept !== remembered.kept;
  if (isOurs && !isAnswered) return;
  const params = { connection, host: owner.host ?? '' };
  if (owner.alive === 't') throw refusal(FailureCode.FolderCopyAtWork, { ...params, since: lastSign(owner) });
  if (!isAnswered) throw refusal(FailureCode.FolderCopied, params);
}

/**
 * Stops where the connection is that of the installation whose data folder ours began as a copy of, and which works
 * on: nobody has said yet that the connection belongs here.
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

/** SQL of who owns a connection, held until the transaction ends; no row where nobody ever did. */
function ownerQuery(connection: string): string {
  return oneLine(`SELECT installation, host, identity, claim, layout, target_schema, heartbeat AT TIME ZONE 'UTC' AS heartbeat,
       coalesce(heartbeat OPERATOR(pg_catalog.>) (pg_catalog.clock_timestamp()
         OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => ${ALIVE_SECONDS}))
         AND heartbeat OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp()
         OPERATOR(pg_catalog.+) pg_catalog.make_interval(secs => ${ALIVE_SECONDS})), false) AS alive
     FROM branchline.sources WHERE connection OPERATOR(pg_catalog.=) ${literal(connection)} FOR UPDATE`);
}

/** Another installation may be quicker: then it is the owner. */
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

/** A sign of life. @throws SyncFailure `lost_lease` where somebody else has claimed the connection */
export async function beat(session: Session, claim: Claim): Promise<void> {
  const result = await session.query(
    'UPDATE branchline.sources SET heartbeat = pg_catalog.clock_timestamp() WHERE connection OPERATOR(pg_catalog.=) $1 AND claim OPERATOR(pg_catalog.=) $2',
    [claim.connection, claim.claim],
    BEAT_MS,
  );
  if (result.rowCount !== 1) throw lostLease(claim.connection);
}

/** A courtesy: without it others wait for two minutes. Whoever wants to quit must not wait longer for it. */
const RELEASE_MS = 5000;

/**
 * Lets the connection go, so that another installation need not wait. Central's disk need not have it: what a crash
 * there takes back, time tells.
 */
export async function release(session: Session, claim: Claim): Promise<void> {
  const { connection } = claim;
  await session.script(
    [
      ...session.begin(),
      'SET LOCAL synchronous_commit = off',
      `UPDATE branchline.sources SET heartbeat = NULL WHERE connection OPERATOR(pg_catalog.=) ${literal(connection)} AND claim OPERATOR(pg_catalog.=) ${literal(claim.claim)}`,
      'COMMIT',
    ],
    RELEASE_MS,
  );
}

/** Somebody else syncs this connection now; what we have not committed is theirs to do. */
export function lostLease(connection: string): SyncFailure {
  return refusal(FailureCode.LostLease, { connection });
}

function refusal(code: FailureCode, params: Record<string, string>): SyncFailure {
  return new SyncFailure({ code, kind: FailureKind.Permanent, message: code, params });
}
