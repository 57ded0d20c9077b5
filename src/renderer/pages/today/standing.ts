import { worstConcern } from '../../../shared/concerns.ts';
import { NOT_BEGUN, type TableName, type TableRow, tableKey } from '../../../shared/contract.ts';
import { namesOf, tableNames } from '../../../shared/naming.ts';
import type { Difference } from '../../../shared/service.ts';
import { TableStatus } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { LinkLoss } from '../../../window-api/bridge.ts';
import type { LiveView } from '../../../window-api/views.ts';
import type { Format } from '../../words/format.ts';
import { sayFailure } from '../../words/refusal.ts';

/** How good or bad the state is, shown as shape and colour. */
export type Tone = 'good' | 'busy' | 'waiting' | 'paused' | 'warn' | 'bad' | 'quiet';

/** The page's headline. */
export interface Standing {
  readonly tone: Tone;
  /** Up to when head office has the data. */
  readonly sentence: string;
  /** What is happening or what to do; null if there is nothing to add. */
  readonly detail: string | null;
}

export interface StandingFacts {
  readonly live: LiveView;
  /** Whether there are no usable settings at all. */
  readonly notSetUp: boolean;
  /** Whether settings are in force, but the file now has an error. */
  readonly settingsWrong: boolean;
  /** Why the program cannot be reached, so that everything shown is old; null if it can. */
  readonly linkLoss: LinkLoss | null;
  /** Whether a batch has ever run. */
  readonly hasHistory: boolean;
  readonly now: Date;
  /** A connection's display name. */
  labelOf(connection: string): string;
}

/** How texts and times are written. */
interface Say {
  readonly t: Translate;
  readonly format: Format;
}

/** The state in one sentence, plus at most one more. */
export function standingOf(facts: StandingFacts, say: Say): Standing {
  if (facts.notSetUp)
    return {
      tone: 'quiet',
      sentence: say.t('todayPage.fresh.none'),
      detail: say.t('todayPage.state.setUpFirst'),
    };
  if (facts.linkLoss !== null)
    return { tone: 'quiet', sentence: headline(facts, 'has', say), detail: lastKnown(facts, say) };
  const state = stateOf(facts, say);
  return { sentence: headline(facts, state.tone === 'bad' ? 'lacks' : 'has', say), ...state };
}

/** @param said whether to say up to when head office has the data, or since when it lacks it */
function headline(facts: StandingFacts, said: 'has' | 'lacks', say: Say): string {
  const { upTo } = facts.live;
  // The settings say which connections count, so without them nothing is known.
  if (facts.settingsWrong && upTo === null) return say.t('todayPage.fresh.unknown');
  const except = exceptFailed(facts, say);
  if (except !== null) return except;
  // Of what is wrong, the headline says what the sign is for.
  const isFailed = worstConcern(facts.live.status, upTo)?.kind === 'failed';
  if (upTo !== null && said === 'lacks' && isFailed) return missing(upTo, facts.now, say);
  const known = exception(facts, say);
  if (known !== null) return known;
  if (upTo !== null && said === 'lacks') return missing(upTo, facts.now, say);
  return freshness(upTo, facts.hasHistory, facts.now, say);
}

/** Since when head office lacks data, which is not today ({@link stateOf}), with the day named as people do. */
function missing(since: string, now: Date, { t, format }: Say): string {
  const days = format.daysAgo(since, now);
  const time = format.clock(since);
  if (days === 1) return t('todayPage.missing.yesterday', { time });
  if (days < 7) return t('todayPage.missing.day', { day: format.dayName(since), time });
  return t('todayPage.missing.date', { time: format.shortTime(since) });
}

/** What today's data is missing, if all tables but those that failed have it; null otherwise. */
function exceptFailed({ live, now, labelOf }: StandingFacts, { t, format }: Say): string | null {
  if (!hasTodayExceptFailed(live, now, format)) return null;
  const failed = live.status.attention.flatMap((one) => [...one.failed, ...one.retrying]);
  const connections = [...new Set(failed.map((one) => one.connection))];
  if (live.status.connections > 1 && connections.length < live.status.connections)
    return t('todayPage.except.branches', { connections: namesOf(connections.map(labelOf), t) });
  // Of a whole connection nobody knows how many tables failed, but then no others have today's data.
  return t('todayPage.except.tables', { count: failed.length });
}

function hasTodayExceptFailed({ upTo, upToOthers }: LiveView, now: Date, format: Format): boolean {
  const isToday = (at: string | null): boolean => at !== null && format.daysAgo(at, now) <= 0;
  return !isToday(upTo) && isToday(upToOthers);
}

/** Why head office may not have everything although something arrived; null if nothing is known against it. */
function exception({ live: { status }, labelOf }: StandingFacts, { t }: Say): string | null {
  const { neverCopied, connections, differing, compareDue } = status;
  if (neverCopied.length > 0 && neverCopied.length < connections)
    return t('todayPage.fresh.neverCopied', {
      count: neverCopied.length,
      connections: namesOf(neverCopied.map(labelOf), t),
    });
  if (differing.length > 0) return t('todayPage.fresh.differs', { count: differing.length });
  return compareDue.length > 0 ? t('todayPage.fresh.compareDue') : null;
}

/** Up to when head office has everything, with the day named as people do. */
export function freshness(upTo: string | null, hasHistory: boolean, now: Date, { t, format }: Say): string {
  if (upTo === null) return hasHistory ? t('todayPage.fresh.notAll') : t('todayPage.fresh.none');
  const days = format.daysAgo(upTo, now);
  const time = format.clock(upTo);
  // A clock that was set back can make it tomorrow: then it is as fresh as possible.
  if (days <= 0) return t('todayPage.fresh.today', { time });
  if (days === 1) return t('todayPage.fresh.yesterday', { time });
  // From seven days on, a weekday's name would be ambiguous.
  if (days < 7) return t('todayPage.fresh.day', { day: format.dayName(upTo), time });
  return t('todayPage.fresh.date', { time: format.shortTime(upTo) });
}

/** The last known state, if the program cannot be reached. */
function lastKnown({ linkLoss, live }: StandingFacts, { t }: Say): string {
  if (linkLoss === 'signed_out') return t('todayPage.state.signedOut');
  const isOpen = live.status.attention.length > 0;
  return isOpen ? t('todayPage.state.linkLostOpen') : t('todayPage.state.linkLost');
}

type State = Pick<Standing, 'tone' | 'detail'>;

/** The most pressing state that applies; see CONCERN_RANKS. */
function stateOf(facts: StandingFacts, say: Say): State {
  const { live, settingsWrong, now } = facts;
  const { t } = say;
  const { status, upTo } = live;
  const isFresh = upTo !== null && say.format.daysAgo(upTo, now) <= 0;
  // If data arrived today, a failure is only a warning.
  const troubled = isFresh || hasTodayExceptFailed(live, now, say.format) ? 'warn' : 'bad';
  if (settingsWrong) return { tone: troubled, detail: t('todayPage.state.settings') };
  const concern = worstConcern(status, upTo);
  switch (concern?.kind) {
    case 'cannot_work':
      return { tone: troubled, detail: t('todayPage.state.cannotWork') };
    case 'failed':
      return { tone: troubled, detail: t('todayPage.state.failed', { count: concern.tables.length }) };
    case 'differs':
      return {
        tone: troubled,
        detail: t(
          concern.tables.every((one) => one.collides) ? 'todayPage.state.collide' : 'todayPage.state.differs',
        ),
      };
    case 'stopped':
      return { tone: troubled, detail: t('todayPage.state.stopped') };
    case 'working':
      return { tone: 'busy', detail: atWork(facts, isFresh, say) };
    case 'never_copied':
      return { tone: 'warn', detail: t('todayPage.state.neverCopied') };
    case 'left_behind':
      return {
        tone: 'warn',
        detail: t('todayPage.state.leftBehind', {
          count: concern.tables.length,
          names: tableNames(concern.tables, {
            t: say.t,
            labelOf: facts.labelOf,
            several: status.connections > 1,
          }),
        }),
      };
    case 'former_connections':
      return {
        tone: 'warn',
        detail: t('todayPage.state.formerConnections', {
          connections: namesOf(
            concern.connections.map((one) => `${one.connection} (${one.schema ?? '?'})`),
            t,
          ),
        }),
      };
    case 'compare_due':
      return {
        tone: 'warn',
        detail: t('todayPage.state.compareDue', {
          connections: namesOf(concern.connections.map(facts.labelOf), t),
        }),
      };
    case 'hook_failed':
      return { tone: 'warn', detail: t('todayPage.state.hookFailed', { hooks: namesOf(concern.hooks, t) }) };
    case 'paused':
      return { tone: 'paused', detail: paused(status.pause?.until ?? null, now, say) };
    case 'waiting':
      return { tone: 'waiting', detail: waitingFor(facts, say) };
    default:
      return atRest(facts, isFresh, say);
  }
}

/** What is being done now. */
function atWork({ live, labelOf }: StandingFacts, isFresh: boolean, { t }: Say): string {
  switch (live.status.activity.kind) {
    case 'verifying': {
      const at = live.verifying;
      if (at === null) return t('todayPage.state.verifying');
      return t('todayPage.state.verifyingTable', { table: at.table, connection: labelOf(at.connection) });
    }
    case 'exporting':
      return t('todayPage.state.exporting');
    case 'after_batch':
      return t('todayPage.state.afterBatch', { hook: live.status.activity.hook });
    case 'running':
      if (live.upTo === null) return t('todayPage.state.runningFirst');
      return isFresh ? t('todayPage.state.runningToday') : t('todayPage.state.runningLate');
    default:
      return t('todayPage.state.starting');
  }
}

/** Problems that resolve themselves. */
function waitingFor({ live, labelOf }: StandingFacts, { t, format }: Say): string {
  const { activity, attention } = live.status;
  if (activity.kind === 'waiting_lease') return t('todayPage.state.waitingLease');
  if (activity.kind !== 'waiting_database') return t('todayPage.state.resumes');
  const { connection, failure, nextAttemptAt } = activity;
  const time = format.clock(nextAttemptAt);
  const says =
    connection === null
      ? t('todayPage.state.waitingCentral', { time })
      : t('todayPage.state.waitingSource', { connection: labelOf(connection), time });
  const params = { ...(connection === null ? {} : { connection }), ...failure.params };
  // Otherwise this is shown below, with the tables that failed because of it.
  if (attention.some((one) => one.retrying.length > 0)) return says;
  const { next } = sayFailure({ code: failure.code, params }, t, labelOf);
  return `${says} ${t('todayPage.state.waitingNext', { next })}`;
}

function paused(until: string | null, now: Date, { t, format }: Say): string {
  if (until === null) return t('todayPage.state.paused');
  return format.daysAgo(until, now) === -1
    ? t('todayPage.state.pausedTomorrow', { time: format.clock(until) })
    : t('todayPage.state.pausedUntil', { time: format.shortTime(until) });
}

function atRest({ live, hasHistory, now }: StandingFacts, isFresh: boolean, { t, format }: Say): State {
  const { status, upTo } = live;
  if (isFresh) return { tone: 'good', detail: null };
  if (upTo === null)
    return {
      tone: 'quiet',
      detail: hasHistory ? t('todayPage.state.notAll') : t('todayPage.state.noneYet'),
    };
  // Early in the morning, yesterday's data is the newest there can be.
  const { next } = status;
  const comesToday = next !== null && format.daysAgo(next.at, now) === 0;
  if (comesToday && format.daysAgo(upTo, now) === 1)
    return { tone: 'quiet', detail: t('todayPage.state.dueToday', { time: format.clock(next.at) }) };
  return { tone: 'bad', detail: t('todayPage.state.late') };
}

/**
 * When the next run begins, with the day named as people do. To the minute: its seconds come from this
 * installation's jitter and mean nothing to a person.
 */
export function sayNext(at: string, now: Date, { t, format }: Say): string {
  const time = format.clock(at);
  switch (format.daysAgo(at, now)) {
    case 0:
      return t('todayPage.nextToday', { time });
    case -1:
      return t('todayPage.nextTomorrow', { time });
    default:
      return t('todayPage.next', { time: format.moment(at) });
  }
}

/**
 * The failed tables of a batch that still need attention.
 *
 * @param open tables that no later batch has completed; others are no longer a problem
 */
export function openFailures(rows: readonly TableRow[], open: readonly TableName[]): readonly TableRow[] {
  const keys = new Set(open.map((one) => tableKey(one.connection, one.table)));
  return rows.filter(
    (row) => row.status === TableStatus.Failed && keys.has(tableKey(row.connection, row.table_name)),
  );
}

/**
 * A differing table as a table row, so that it can be listed and grouped like failed tables, by what prevents
 * its repair.
 */
export function differenceRow({ connection, table, failure }: Difference): TableRow {
  return {
    batch_id: '',
    connection,
    table_name: table,
    model_name: table,
    ...NOT_BEGUN,
    status: failure === null ? TableStatus.Completed : TableStatus.Failed,
    error_code: failure?.code ?? null,
    error_message: failure?.message ?? null,
    error_detail: failure,
  };
}
