import { notifyingChannels, PING_CHANNEL } from '../../core/notify/channels.ts';
import type { Ports } from '../../core/ports.ts';
import type { ServiceEvent } from '../../shared/service.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { createTranslator } from '../../shared/texts/translate.ts';
import type { Opened } from '../opening.ts';
import { DailyDigest, type DigestHost } from './dailyDigest.ts';
import { type NoteOutbox, Notifier } from './notifier.ts';
import { OutboxDelivery, type OutboxPolicy } from './outboxDelivery.ts';
import { eventOf, outsideMessage } from './outsideTexts.ts';
import { queuePing } from './pings.ts';

/** What was told outside, in the journal: apart from what the desktop has shown. */
const TOLD = 'told_outside';
/** An equal notification within this time is a repetition. */
const REPEATED_MS = 60 * 60_000;

export interface OutsideSetup {
  readonly folder: string;
  /** Used if the settings leave the language to the computer. */
  readonly language: Language;
  readonly outbox?: Partial<OutboxPolicy>;
}

/**
 * Notifies people elsewhere, and pings a dead man's switch: queues in the journal's outbox what the policy selects, and delivers it. While no
 * settings can be used, or the journal cannot be written, nothing can be told this way.
 */
export class OutsideNotifications {
  readonly #ports: Ports;
  readonly #setup: OutsideSetup;
  readonly #opened: () => Opened | null;
  readonly #delivery: OutboxDelivery;
  #notifier: Notifier | null = null;

  constructor(ports: Ports, setup: OutsideSetup, opened: () => Opened | null, host: DigestHost) {
    this.#ports = ports;
    this.#setup = setup;
    this.#opened = opened;
    const digest = new DailyDigest(host, () => createTranslator(this.#language(opened()?.settings)));
    const { folder, outbox: policy = {} } = setup;
    this.#delivery = new OutboxDelivery(ports, { folder, policy }, opened, digest);
  }

  /** @throws SyncFailure `journal_failed` */
  take(event: ServiceEvent): void {
    const opened = this.#opened();
    if (opened === null) return;
    if (queuePing(event, opened, this.#ports.clock)) this.#delivery.wake();
    // A person may have corrected the address.
    if (event.type === 'settings_changed') opened.journal.retryOutboxNow();
    if (event.type === 'settings_changed' || event.type === 'status') this.#delivery.wake();
    if (notifyingChannels(opened.settings.notifications).length === 0) {
      if (this.#notifier !== null) this.#forget(opened);
      return;
    }
    this.#notifier ??= this.#createNotifier(opened);
    this.#notifier.take(event);
  }

  stop(): Promise<void> {
    return this.#delivery.stop();
  }

  /**
   * Called when no channel notifies people any more. Drops undelivered messages and the memory of what was sent, so that a
   * channel that is added later is told of everything that fails then.
   */
  #forget({ journal }: Opened): void {
    this.#notifier = null;
    journal.together(() => {
      journal.setServiceNote(TOLD, null);
      journal.dropOutbox(PING_CHANNEL);
    });
  }

  #createNotifier({ journal }: Opened): Notifier {
    const opened = this.#opened;
    const service = {
      get engine() {
        return opened()?.engine ?? null;
      },
    };
    const { clock, logger } = this.#ports;
    return new Notifier(service, {
      clock,
      logger,
      t: () => createTranslator(this.#language(opened()?.settings)),
      channels: [],
      memory: {
        read: () => journal.serviceNote(TOLD),
        write: (state) => opened()?.journal.setServiceNote(TOLD, state),
      },
      outbox: this.#outbox(),
    });
  }

  #outbox(): NoteOutbox {
    const { clock } = this.#ports;
    return {
      together: (work) => this.#opened()?.journal.together(work),
      add: (note, words) => {
        const opened = this.#opened();
        if (opened === null) return;
        const now = clock.now();
        const message = outsideMessage(note, now, words);
        const since = new Date(now.getTime() - REPEATED_MS);
        for (const channel of notifyingChannels(opened.settings.notifications, eventOf(note)))
          opened.journal.queueForOutbox(channel, JSON.stringify(note), message, since);
        this.#delivery.wake();
      },
    };
  }

  #language(settings: Settings | undefined): Language {
    return settings === undefined || settings.language === 'auto' ? this.#setup.language : settings.language;
  }
}
