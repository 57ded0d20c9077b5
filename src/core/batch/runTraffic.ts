import { NO_TRAFFIC, type Traffic, trafficSince } from '../../shared/traffic.ts';
import type { WritableJournal } from '../journal/journal.ts';
import type { WorkerLinks } from '../load/links.ts';
import type { Logger } from '../ports.ts';
import { LinkMeter } from '../postgres/linkMeter.ts';

/** Counts what a run moves between here and head office, and notes it in the journal. */
export class RunTraffic {
  /** Counts all sessions of the run to central. */
  readonly meter = new LinkMeter();
  readonly #journal: WritableJournal;
  #noted: Traffic = NO_TRAFFIC;
  /** The batch that it is noted for; null until there is one, and for runs without. */
  batchId: string | null = null;

  constructor(journal: WritableJournal) {
    this.#journal = journal;
  }

  /** Bytes sent since the last note. */
  get sentSinceNoted(): number {
    return this.meter.traffic.sent - this.#noted.sent;
  }

  /**
   * What a worker's connections to central move from now on belongs to one table: its rows, its statements and their
   * answers. What belongs to the run as a whole (sign-ins before, the claim, signs of life, sweeps) belongs to no table.
   *
   * @returns notes what was moved since the last note; to be called after each commit and at the table's end
   */
  ofTable(links: WorkerLinks, connection: string, table: string): () => void {
    let before = links.traffic;
    return () => {
      const now = links.traffic;
      this.#note({ connection, table, traffic: trafficSince(before, now) });
      before = now;
    };
  }

  /**
   * For tables that are sent together, so that what was moved since the last note is not one table's alone.
   *
   * @returns notes a table: what came in since the last one, and of what went out, by how much a compression makes smaller
   *   what this run sends, the bytes that are given
   */
  ofPipeline(connection: string): (table: string, sentPlain: number) => void {
    let before = this.meter.traffic;
    return (table, sentPlain) => {
      const now = this.meter.traffic;
      const ratio = now.sentPlain === 0 ? 1 : now.sent / now.sentPlain;
      const traffic = { ...trafficSince(before, now), sentPlain, sent: Math.round(sentPlain * ratio) };
      this.#note({ connection, table, traffic });
      before = now;
    };
  }

  /** Stores the traffic since the last note in the journal. */
  note(): void {
    this.#note(null);
  }

  /** Stores the traffic since the last note: that of closing the sessions. An error is only logged: the run is over. */
  noteRest(logger: Logger): void {
    try {
      this.note();
    } catch (error) {
      logger.log('warn', 'What was sent could not be noted', { error: String(error) });
    }
  }

  #note(table: { connection: string; table: string; traffic: Traffic } | null): void {
    const now = this.meter.traffic;
    const total = trafficSince(this.#noted, now);
    // Without waiting for the disk: what a power cut loses is the count of some seconds.
    this.#journal.togetherLazily(() => this.#journal.addTraffic({ batchId: this.batchId, total, table }));
    this.#noted = now;
  }
}
