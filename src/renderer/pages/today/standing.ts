import type { Translate } from '../../../shared/texts/translate.ts';
import type { LinkLoss } from '../../../shared/window/bridge.ts';
import type { LiveView } from '../../../shared/window/views.ts';
import { sayFailure } from '../../words/failure.ts';
import type { Format } from '../../words/format.ts';

/** How good or bad it is: shown by shape and colour. */
export type Tone = 'good' | 'busy' | 'waiting' | 'paused' | 'warn' | 'bad' | 'quiet';

/** What the page's largest words say. */
export interface Standing {
  readonly tone: Tone;
  /** Up to when head office has the data. */
  readonly sentence: string;
  /** What goes on, or what to do; null where there is nothing to add. */
  readonly detail: string | null;
}

export interface StandingFacts {
  readonly live: LiveView;
  /** Whether there are no usable settings at all. */
  readonly notSetUp: boolean;
  /** Whether there are some, and the file as it is now cannot be used. */
  readonly settingsWrong: boolean;
  /** Why nothing is heard of the program behind the window, so that all of this is as it was; null where it is. */
  readonly linkLoss: LinkLoss | null;
  /** Whether a batch has ever run. */
  readonly hasHistory: boolean;
  readonly now: Date;
  /** The name that people know a connection by. */
  labelOf(connection: string): string;
}

/** In which words things are put. */
export interface Say {
  readonly t: Translate;
  readonly format: Format;
}

/** How things stand, in one sentence and at most one more. */
export function standingOf(facts: StandingFacts, say: Say): Standing {
  if (facts.notSetUp)
    return {
      tone: 'quiet',
      sentence: say.t('todayPage.fresh.none'),
      detail: say.t('todayPage.state.setUpFirst'),
    };
  const { upTo } = facts.live;
  // Which connections count stands in the settings.
  const sentence =
    facts.settingsWrong && upTo === null
      ? say.t('todayPage.fresh.unknown')
      : freshness(upTo, facts.hasHistory, facts.now, say);
  if (facts.linkLoss !== null) return { tone: 'quiet', sentence, detail: lastKnown(facts, say) };
  return { sentence, ...stateOf(facts, say) };
}

/** Up to when head office has everything; named as people name days. */
export function freshness(upTo: string | null, hasHistory: boolean, now: Date, { t, format }: Say): string {
  if (upTo === null) return hasHistory ? t('todayPage.fresh.notAll') : t('todayPage.fresh.none');
  const days = format.daysAgo(upTo, now);
  const time = format.clock(upTo);
  // A clock that was set back may make it tomorrow: it is as new as can be.
  if (days <= 0) return t('todayPage.fresh.today', { time });
  if (days === 1) return t('todayPage.fresh.yesterday', { time });
  // From seven days on the name of the day would mean two days.
  if (days < 7) return t('todayPage.fresh.day', { day: format.dayName(upTo), time });
  return t('todayPage.fresh.date', { time: format.shortTime(upTo) });
}

/** How things stood, where nothing is heard any more. */
function lastKnown({ linkLoss, live }: StandingFacts, { t }: Say): string {
  if (linkLoss === 'signed_out') return t('todayPage.state.signedOut');
  const isOpen = live.status.attention.length > 0;
  return isOpen ? t('todayPage.state.linkLostOpen') : t('todayPage.state.linkLost');
}

type State = Pick<Standing, 'tone' | 'detail'>;

function stateOf(facts: StandingFacts, say: Say): State {
  const { live, now } = facts;
  const { upTo } = live;
  const isFresh = upTo !== null && say.format.daysAgo(upTo, now) <= 0;
  return busy(facts, isFresh, say) ?? troubled(facts, isFresh, say) ?? atRest(facts, isFresh, say);
}

/** What is being done at this moment, or waited for. */
function busy(
  { live, settingsWrong, labelOf }: StandingFacts,
  isFresh: boolean,
  { t, format }: Say,
): State | null {
  const { activity } = live.status;
  switch (activity.kind) {
    case 'running':
      if (live.upTo === null) return { tone: 'busy', detail: t('todayPage.state.runningFirst') };
      return {
        tone: 'busy',
        detail: isFresh ? t('todayPage.state.runningToday') : t('todayPage.state.runningLate'),
      };
    case 'starting':
      return { tone: 'busy', detail: t('todayPage.state.starting') };
    case 'verifying': {
      const at = live.verifying;
      if (at === null) return { tone: 'busy', detail: t('todayPage.state.verifying') };
      const table = { table: at.table, connection: labelOf(at.connection) };
      return { tone: 'busy', detail: t('todayPage.state.verifyingTable', table) };
    }
    case 'waiting_lease':
      return { tone: 'waiting', detail: t('todayPage.state.waitingLease') };
    case 'waiting_database': {
      // It may be waited for because of them.
      if (settingsWrong) return null;
      const { connection, failure, nextAttemptAt } = activity;
      const time = format.clock(nextAttemptAt);
      const says =
        connection === null
          ? t('todayPage.state.waitingCentral', { time })
          : t('todayPage.state.waitingSource', { connection: labelOf(connection), time });
      const params = { ...(connection === null ? {} : { connection }), ...failure.params };
      // Else it stands below, with what failed for it.
      if (live.status.attention.some((one) => one.resumesAlone && one.failed.length > 0))
        return { tone: 'waiting', detail: says };
      const { next } = sayFailure({ code: failure.code, params }, t, labelOf);
      return { tone: 'waiting', detail: `${says} ${t('todayPage.state.waitingNext', { next })}` };
    }
    case 'idle':
      return null;
  }
}

/** What does not come right by itself. */
function troubled({ live, settingsWrong }: StandingFacts, isFresh: boolean, { t }: Say): State | null {
  const { attention, refusal } = live.status;
  // What arrived today arrived, even where something else did not.
  const tone = isFresh ? 'warn' : 'bad';
  if (refusal !== null || settingsWrong) return { tone, detail: t('todayPage.state.settings') };
  const pressing = attention.find((one) => !one.resumesAlone);
  if (pressing === undefined) return null;
  const { failed } = pressing;
  if (failed.length === 0) return { tone, detail: t('todayPage.state.stopped') };
  return { tone, detail: t('todayPage.state.failed', { count: failed.length }) };
}

function untilWhen(until: string, now: Date, { t, format }: Say): string {
  return format.daysAgo(until, now) === -1
    ? t('todayPage.state.pausedTomorrow', { time: format.clock(until) })
    : t('todayPage.state.pausedUntil', { time: format.shortTime(until) });
}

function atRest({ live, hasHistory, now }: StandingFacts, isFresh: boolean, { t, format }: Say): State {
  const { status, upTo } = live;
  const { pause, attention, next } = status;
  if (pause !== null)
    return {
      tone: 'paused',
      detail: pause.until === null ? t('todayPage.state.paused') : untilWhen(pause.until, now, { t, format }),
    };
  if (attention.length > 0) return { tone: 'waiting', detail: t('todayPage.state.resumes') };
  if (isFresh) return { tone: 'good', detail: null };
  if (upTo === null)
    return {
      tone: 'quiet',
      detail: hasHistory ? t('todayPage.state.notAll') : t('todayPage.state.noneYet'),
    };
  // Early in the morning yesterday's data is all there can be.
  const comesToday = next !== null && format.daysAgo(next.at, now) === 0;
  if (comesToday && format.daysAgo(upTo, now) === 1)
    return { tone: 'quiet', detail: t('todayPage.state.dueToday', { time: format.clock(next.at) }) };
  return { tone: 'bad', detail: t('todayPage.state.late') };
}
