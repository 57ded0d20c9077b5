import { Notification } from 'electron';
import type { Clock, Logger } from '../../core/ports.ts';
import {
  NOTHING_TOLD,
  type NotifyState,
  notify,
  notifyStateSchema,
  type Occurrence,
  type Trouble,
} from '../../service/notify/policy.ts';
import type { Service } from '../../service/serviceApi.ts';
import type { Attention, ServiceEvent, ServiceStatus } from '../../shared/service.ts';
import { BatchStatus, InterruptionReason } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { noteTexts } from './noteTexts.ts';

/** What the notifier needs of the application. */
export interface NotifierHost {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly t: () => Translate;
  /** Whether the settings want notifications at all. */
  readonly wanted: () => boolean;
  /** What was told before, as it was kept; and keeping it. */
  readonly memory: { read(): unknown; write(state: NotifyState): void };
  open(batchId: string | null): void;
}

/** Tells a person of what needs one, by the policy of core. */
export class Notifier {
  readonly #host: NotifierHost;
  readonly #service: Service;
  /** Shown ones: without a reference they are collected, and their click with them. */
  readonly #shown = new Set<Notification>();
  /** Batches whose resuming was told. */
  readonly #resumed = new Set<string>();
  #state: NotifyState;
  /** How many are enabled: with several, a table is named with its connection. */
  #connections = 1;

  constructor(service: Service, host: NotifierHost) {
    this.#service = service;
    this.#host = host;
    this.#state = notifyStateSchema.safeParse(host.memory.read()).data ?? NOTHING_TOLD;
  }

  take(event: ServiceEvent): void {
    switch (event.type) {
      case 'status':
        // While something runs, what is open may be about to end.
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

  /** Shows one for a person to see whether they come. @returns whether this desktop shows any */
  test(): boolean {
    const t = this.#host.t();
    if (!Notification.isSupported()) return false;
    this.#show(t('notes.testTitle'), t('notes.testBody'), null);
    return true;
  }

  #standing({ attention, differing, connections }: ServiceStatus): void {
    this.#connections = connections;
    this.#occur({ kind: 'standing', troubles: attention.map(troubleOf), differing });
  }

  #isAfterCrash(batchId: string): boolean {
    const log = this.#service.engine?.log({ batchId, limit: 1000 }) ?? [];
    const stop = log.findLast((line) => line.event === 'batch_interrupted');
    return stop?.detail.reason === InterruptionReason.Crash;
  }

  #occur(occurrence: Occurrence): void {
    const { state, notes } = notify(this.#state, occurrence, this.#host.clock.now());
    if (JSON.stringify(state) !== JSON.stringify(this.#state)) {
      this.#state = state;
      this.#host.memory.write(state);
    }
    for (const note of notes) {
      const t = this.#host.t();
      const texts = noteTexts(note, this.#host.clock.now(), {
        t,
        several: this.#connections > 1,
        labelOf: (id) => this.#service.engine?.label(id) ?? id,
        reasonOf: (batchId) => this.#reasonOf(batchId, t),
      });
      this.#host.logger.log('info', 'Notified', { kind: note.kind, title: texts.title });
      if (this.#host.wanted()) this.#show(texts.title, texts.body, texts.batchId);
    }
  }

  #reasonOf(batchId: string, t: Translate): string {
    const reason = this.#service.engine?.batch(batchId).batch.interruption_reason;
    return reason == null ? '' : t(`words.reason.${reason}`);
  }

  #show(title: string, body: string, batchId: string | null): void {
    const notification = new Notification({ title, body: process.platform === 'linux' ? plain(body) : body });
    this.#shown.add(notification);
    notification.on('click', () => {
      this.#shown.delete(notification);
      this.#host.open(batchId);
    });
    notification.on('close', () => this.#shown.delete(notification));
    notification.show();
  }
}

function troubleOf({ batch, failed, retrying, resumesAlone }: Attention): Trouble {
  return {
    batchId: batch.batch_id,
    total: batch.total_tables,
    failed,
    retrying,
    resumesAlone,
    byPerson:
      batch.status === BatchStatus.Interrupted && batch.interruption_reason === InterruptionReason.User,
    since: batch.ended_at ?? batch.started_at,
  };
}

/** Desktops read the body as markup. */
function plain(body: string): string {
  return body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
