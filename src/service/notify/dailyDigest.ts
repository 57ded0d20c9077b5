import { z } from 'zod';
import { notifyingChannels } from '../../core/notify/channels.ts';
import { decide, type History } from '../../core/schedule/decide.ts';
import { jitterSeconds } from '../../core/schedule/nextRuns.ts';
import { dayOf } from '../../shared/format.ts';
import { NOTIFY_CHANNELS } from '../../shared/notifyNames.ts';
import type { ServiceStatus } from '../../shared/service.ts';
import type { ScheduleSettings, Settings } from '../../shared/settings.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import type { Opened } from '../opening.ts';
import { digestFacts } from './digestFacts.ts';
import { digestMessage } from './digestTexts.ts';

/** What the digest needs from the service. */
export interface DigestHost {
  /** Of this installation; empty while it is not known. */
  installationId(): string;
  status(): ServiceStatus;
  /** The computer's. */
  timeZone(): string;
}

/** Of what the service works with. */
type Work = Pick<Opened, 'journal' | 'settings'> & { readonly engine: Pick<Opened['engine'], 'label'> };

/** Name of the journal's note. */
const NOTE = 'daily_digest';

/** What is remembered of the last digest, so that a restart repeats none. */
const noteSchema = z.object({
  /** Time and zone; a digest whose time was changed has missed nothing. */
  plan: z.string(),
  seenAt: z.string(),
  last: z
    .object({
      dueAt: z.string(),
      at: z.string(),
      /** From when on it counted batches. */
      since: z.string(),
      key: z.string(),
    })
    .nullable(),
});
type DigestNote = z.output<typeof noteSchema>;

const DAY_MS = 24 * 60 * 60_000;
/** A digest tells of no more: the history may not go further back. */
const LONGEST_MS = 7 * DAY_MS;
/** So that a thousand branches do not reach a mail server in the same second. */
const SPREAD_SECONDS = 300;

/**
 * Queues the daily digest in the journal's outbox when it is due. It is planned as a schedule is: once a day of the local
 * clock, also where that clock is changed; and one that was missed is made up for once.
 */
export class DailyDigest {
  readonly #host: DigestHost;
  readonly #t: () => Translate;

  constructor(host: DigestHost, t: () => Translate) {
    this.#host = host;
    this.#t = t;
  }

  /**
   * @returns when to look again, as a time of the wall clock; null if no channel wants a digest
   * @throws SyncFailure `journal_failed`
   */
  look({ engine, journal, settings }: Work, now: Date): number | null {
    const channels = notifyingChannels(settings.notifications, 'digest');
    const before = noteSchema.safeParse(journal.serviceNote(NOTE)).data ?? null;
    if (channels.length === 0 || !settings.connections.some((one) => one.enabled)) {
      if (before !== null)
        journal.together(() => {
          dropWaiting(journal, before);
          journal.setServiceNote(NOTE, null);
        });
      return null;
    }
    const zone = this.#host.timeZone();
    const schedule = scheduleOf(settings, zone);
    const note = this.#current(journal, before, schedule, now);
    const jitter = jitterSeconds(this.#host.installationId(), NOTE, SPREAD_SECONDS);
    const decision = decide(schedule, now, historyOf(note), jitter);
    if (decision.kind === 'wait') return decision.until?.getTime() ?? null;
    if (decision.kind !== 'run') return null;
    const { dueAt } = decision;
    journal.together(() => {
      // One that was not delivered until now is replaced by this one, which then tells of its time too.
      const replaces = dropWaiting(journal, note);
      const since = sinceOf(note, replaces, now);
      const base = { journal, settings, now, status: this.#host.status() };
      const facts = digestFacts({ ...base, installationId: this.#host.installationId() }, since);
      const labelOf = (id: string): string => engine.label(id);
      const message = digestMessage(facts, now, { t: this.#t(), labelOf });
      const key = keyOf(dueAt, zone);
      for (const channel of channels)
        journal.queueForOutbox(channel, key, message, new Date(now.getTime() - 2 * DAY_MS));
      const last = { dueAt: dueAt.toISOString(), at: now.toISOString(), since: since.toISOString(), key };
      journal.setServiceNote(NOTE, { ...note, last } satisfies DigestNote);
    });
    return now.getTime();
  }

  #current(
    journal: Opened['journal'],
    before: DigestNote | null,
    { cron, timezone }: ScheduleSettings,
    now: Date,
  ): DigestNote {
    const plan = `${cron} ${timezone}`;
    if (before?.plan === plan) return before;
    const note: DigestNote = { plan, seenAt: now.toISOString(), last: before?.last ?? null };
    journal.setServiceNote(NOTE, note);
    return note;
  }
}

function scheduleOf({ notifications }: Settings, timezone: string): ScheduleSettings {
  const [hour, minute] = notifications.digestAt.split(':').map(Number);
  return {
    id: NOTE,
    cron: `${minute} ${hour} * * *`,
    timezone,
    jitterSeconds: SPREAD_SECONDS,
    connections: ['*'],
    tables: ['*'],
    missed: 'once',
    enabled: true,
  };
}

function historyOf({ seenAt, last }: DigestNote): History {
  return {
    firstSeenAt: new Date(seenAt),
    last: last && {
      schedule_id: NOTE,
      due_at: last.dueAt,
      ran_at: last.at,
      batch_id: null,
      outcome: 'ran',
    },
    has: (dueAt) => last?.dueAt === dueAt.toISOString(),
  };
}

/** Equal for two digests of one day here, so that a time or zone that is changed brings no second one. */
function keyOf(dueAt: Date, zone: string): string {
  return JSON.stringify({ kind: 'digest', day: dayOf(dueAt, zone) });
}

function dropWaiting(journal: Opened['journal'], { last }: DigestNote): boolean {
  if (last === null) return false;
  return NOTIFY_CHANNELS.map((channel) => journal.dropKeyFromOutbox(channel, last.key)).some(Boolean);
}

function sinceOf({ last }: DigestNote, replaces: boolean, now: Date): Date {
  if (last === null) return new Date(now.getTime() - DAY_MS);
  const since = Date.parse(replaces ? last.since : last.at);
  // A clock that was set back would count nothing.
  if (since > now.getTime()) return new Date(now.getTime() - DAY_MS);
  return new Date(Math.max(since, now.getTime() - LONGEST_MS));
}
