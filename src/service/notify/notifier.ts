import type { Engine } from '../../core/engineApi.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { errorFacts } from '../../core/unexpected.ts';
import { UsageError } from '../../shared/errors.ts';
import type { Attention, ServiceEvent, ServiceStatus } from '../../shared/service.ts';
import type { NotificationSettings } from '../../shared/settings.ts';
import { BatchStatus, InterruptionReason } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import type { Service } from '../serviceApi.ts';
import { desktopTexts, type NoteTexts, type NoteWords, tablesOf } from './noteTexts.ts';
import {
  NOTHING_TOLD,
  type Note,
  type NotifyState,
  notify,
  notifyStateSchema,
  type Occurrence,
  type Trouble,
} from './policy.ts';

/** A way to notify a person. */
export interface Channel {
  /**
   * Sends one note, if the settings allow it for this channel. An error is logged and does not affect other
   * channels.
   *
   * @param settings null if no settings can be used: that must be notified too
   */
  send(note: NoteTexts, settings: NotificationSettings | null): void | Promise<void>;
}

/** What the notifier needs from the application. */
export interface NotifierHost {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly t: () => Translate;
  readonly channels: readonly Channel[];
  /** Loads and stores which notifications were already sent. */
  readonly memory: { read(): unknown; write(state: NotifyState): void };
  /** Channels that deliver later. Their notifications are stored in one transaction with the state. */
  readonly outbox?: NoteOutbox;
}

/** Stores notifications that are to be delivered. */
export interface NoteOutbox {
  together(work: () => void): void;
  add(note: Note, words: NoteWords): void;
}

/** Notifies a person of what the policy selects, through every channel. */
export class Notifier {
  readonly #host: NotifierHost;
  readonly #service: Pick<Service, 'engine'>;
  /** Batches whose resume was already notified. */
  readonly #resumed = new Set<string>();
  #state: NotifyState;
  /** Number of enabled connections: with several, tables are named with their connection. */
  #connections = 1;

  constructor(service: Pick<Service, 'engine'>, host: NotifierHost) {
    this.#service = service;
    this.#host = host;
    this.#state = notifyStateSchema.safeParse(host.memory.read()).data ?? NOTHING_TOLD;
  }

  take(event: ServiceEvent): void {
    switch (event.type) {
      case 'status':
        // During a run, failures from before may be about to be resolved, so wait for its end.
        if (event.status.activity.kind === 'idle' || event.status.activity.kind === 'waiting_database')
          this.#standing(event.status);
        return;
      case 'table_resumed':
        if (event.batchId === null || event.atRow === 0 || this.#resumed.has(event.batchId)) return;
        if (!this.#isAfterCrash(event.batchId)) return;
        this.#resumed.add(event.batchId);
        this.#occur({ kind: 'resumed', batchId: event.batchId, table: event.table, row: event.atRow });
        return;
      case 'no_success':
        this.#occur({
          kind: 'no_success',
          connections: event.connections,
          since: event.since,
          hours: event.hours,
        });
        return;
      case 'differences_mended':
        this.#occur({ kind: 'differences_mended', tables: event.tables });
        return;
      case 'gave_up':
        this.#occur({ kind: 'gave_up', batchId: event.batchId, attempts: event.attempts });
        return;
      case 'refused':
        this.#occur({ kind: 'refused', refusal: event.refusal });
        return;
      case 'run_refused':
        this.#occur({ kind: 'run_refused', schedule: event.schedule, refusal: event.refusal });
        return;
      case 'journal_set_aside':
        this.#occur({ kind: 'journal_set_aside', file: event.file });
        return;
      default:
    }
  }

  #standing({ attention, differing, hooks, connections }: ServiceStatus): void {
    this.#connections = connections;
    this.#occur({ kind: 'standing', troubles: attention.map(troubleOf), differing, hooks });
  }

  #isAfterCrash(batchId: string): boolean {
    const log = this.#service.engine?.log({ batchId, limit: 1000 }) ?? [];
    const stop = log.findLast((line) => line.event === 'batch_interrupted');
    return stop?.detail.reason === InterruptionReason.Crash;
  }

  #occur(occurrence: Occurrence): void {
    const { clock, channels, logger, memory, outbox } = this.#host;
    const { state, notes } = notify(this.#state, occurrence, clock.now());
    const t = this.#host.t();
    const words: NoteWords = {
      t,
      several: this.#connections > 1,
      labelOf: (id) => this.#service.engine?.label(id) ?? id,
      reasonOf: (batchId) => this.#reasonOf(batchId, t),
      branchesOf: (of) => this.#branchesOf(of),
    };
    const store = (): void => {
      if (JSON.stringify(state) !== JSON.stringify(this.#state)) memory.write(state);
      for (const note of notes) outbox?.add(note, words);
    };
    if (outbox === undefined) store();
    else outbox.together(store);
    this.#state = state;
    if (channels.length === 0) return;
    for (const note of notes) {
      const texts = desktopTexts(note, clock.now(), words);
      logger.log('info', 'Notified', { kind: note.kind, title: texts.title });
      for (const channel of channels) void this.#send(channel, texts);
    }
  }

  /** Those of its tables or its batch; all enabled ones if it is about the whole computer. */
  #branchesOf(note: Note): readonly string[] {
    const { engine } = this.#service;
    const named = new Set(tablesOf(note).map((one) => one.connection));
    if (named.size > 0) return [...named];
    if (note.kind === 'no_success') return note.connections;
    const all = engine?.connections() ?? [];
    if (!('batchId' in note)) return all;
    const ofBatch = engine === null ? [] : connectionsOf(engine, note.batchId);
    return ofBatch.length > 0 ? ofBatch : all;
  }

  #reasonOf(batchId: string, t: Translate): string {
    const reason = this.#service.engine?.batch(batchId).batch.interruption_reason;
    return reason == null ? '' : t(`words.reason.${reason}`);
  }

  async #send(channel: Channel, note: NoteTexts): Promise<void> {
    try {
      await channel.send(note, this.#service.engine?.notifications() ?? null);
    } catch (error) {
      this.#host.logger.log('warn', 'A notification could not be sent', errorFacts(error));
    }
  }
}

/** None for a batch that has been pruned meanwhile. */
function connectionsOf(engine: Engine, batchId: string): readonly string[] {
  try {
    return engine.batch(batchId).batch.options.connections;
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

function troubleOf({ batch, failed, asking, retrying, resumesAlone }: Attention): Trouble {
  return {
    batchId: batch.batch_id,
    total: batch.total_tables,
    failed,
    asking,
    retrying,
    resumesAlone,
    byPerson:
      batch.status === BatchStatus.Interrupted && batch.interruption_reason === InterruptionReason.User,
    since: batch.ended_at ?? batch.started_at,
  };
}
