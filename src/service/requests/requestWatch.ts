import { setImmediate } from 'node:timers/promises';
import type { RequestAnswer } from '../../core/headOffice/requestExchange.ts';
import {
  acceptedRequest,
  COPIES,
  type OfficeRequest,
  refusalNow,
} from '../../core/headOffice/signedRequest.ts';
import type { OfficeRequestRow, RequestOutcome } from '../../core/journal/officeRequests.ts';
import type { Ports } from '../../core/ports.ts';
import { loadSettings } from '../../core/settings/load.ts';
import { errorFacts } from '../../core/unexpected.ts';
import { FailureCode, SyncFailure, UsageCode, UsageError } from '../../shared/errors.ts';
import { NoticeCode } from '../../shared/notices.ts';
import type { RequestRefusal } from '../../shared/officeRequests.ts';
import type { ServiceEvent } from '../../shared/service.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Opened } from '../opening.ts';
import type { ServiceSetup } from '../serviceApi.ts';
import { carryOut, type RequestHands } from './carryOut.ts';
import { factsOf, forgetOld, noteSince, type RequestsHere, stateToTell, takeRow } from './requestRecords.ts';

/** What {@link RequestWatch} needs from the service. */
export interface RequestHost extends Pick<RequestHands, 'ask' | 'service'> {
  readonly ports: Ports;
  readonly setup: Pick<ServiceSetup, 'folder' | 'language' | 'trigger' | 'timeouts'>;
  opened(): Opened | null;
  installationId(): string;
  tell(event: ServiceEvent): void;
}

/** The problem that a person knows of. */
const TOLD_PROBLEM = 'requests_problem';
/** Answers that are written at once. */
const MOST_ANSWERS = 50;

/** A loop that looks for requests. */
interface Loop {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** A request that was accepted must not begin any more. */
class TooLate extends Error {
  readonly code: RequestRefusal | 'paused';

  constructor(code: RequestRefusal | 'paused') {
    super(`The request may not begin: ${code}`);
    this.code = code;
  }
}

/**
 * Looks for requests of head office while the settings allow them, whether something runs or not, and carries them out.
 *
 * A request is recorded as accepted, then as begun, and only then carried out. After a crash, one that was accepted goes
 * on and one that had begun has failed: nobody knows how far it came, and a batch is resumed anyway.
 */
export class RequestWatch {
  readonly #host: RequestHost;
  readonly #hands: RequestHands;
  #loop: Loop | null = null;
  /** Requests that are being carried out here, by id. */
  readonly #acting = new Map<string, Promise<void>>();
  /** A request has ended since the answers were last written. */
  #hasNews = false;
  #woken = Promise.withResolvers<void>();

  constructor(host: RequestHost) {
    this.#host = host;
    this.#hands = { ...host, ...host.setup, now: () => host.ports.clock.now() };
  }

  /** Begins or ends looking, as the settings say. */
  look(opened: Opened): void {
    const { enabled } = opened.settings.requests;
    if (enabled && this.#loop === null) {
      const stop = new AbortController();
      this.#loop = { stop, ended: this.#live(stop.signal) };
    }
    if (enabled || this.#loop === null) return;
    this.#loop.stop.abort();
    this.#loop = null;
  }

  /** Ends looking, and waits for what is being carried out: the service has stopped it. */
  async stop(): Promise<void> {
    this.#loop?.stop.abort();
    await this.#loop?.ended;
    await Promise.all(this.#acting.values());
  }

  async #live(stop: AbortSignal): Promise<void> {
    const { clock, random, logger } = this.#host.ports;
    let wasReached = true;
    while (!stop.aborted) {
      try {
        await this.#exchange(stop);
        wasReached = true;
      } catch (error) {
        if (!stop.aborted && wasReached)
          logger.log('warn', 'Requests of head office could not be looked for', errorFacts(error));
        wasReached = false;
      }
      if (wasReached && this.#hasNews) continue;
      const minutes = this.#host.opened()?.settings.requests.everyMinutes ?? 1;
      const early = new AbortController();
      const ms = minutes * 60_000 * (0.9 + 0.2 * random());
      const sleep = clock.sleep(ms, AbortSignal.any([stop, early.signal])).catch(() => {});
      await Promise.race([sleep, this.#woken.promise]);
      early.abort();
      this.#woken = Promise.withResolvers();
    }
  }

  /**
   * The settings as they are in the file: a run keeps those that it began with, and a key that somebody removes meanwhile
   * must not order anything any more.
   *
   * @returns null where they cannot be read or used
   */
  #settingsNow(): Settings | null {
    const { folder, language } = this.#host.setup;
    try {
      return loadSettings(folder, language);
    } catch (error) {
      if (error instanceof UsageError) return null;
      throw error;
    }
  }

  #here({ journal }: Opened, settings: Settings): RequestsHere {
    return {
      journal,
      installationId: this.#host.installationId(),
      connections: settings.connections.map((one) => one.id),
      disabled: settings.connections.filter((one) => !one.enabled).map((one) => one.id),
      settings: settings.requests,
      now: this.#host.ports.clock.now(),
    };
  }

  async #exchange(stop: AbortSignal): Promise<void> {
    this.#hasNews = false;
    const opened = this.#host.opened();
    const settings = this.#settingsNow();
    if (opened === null || settings === null || !settings.requests.enabled) return;
    const { journal } = opened;
    const here = this.#here(opened, settings);
    noteSince(here);
    this.#goOn(opened, settings);
    const { RequestExchange } = await import('../../core/headOffice/requestExchange.ts');
    const { central } = settings;
    const { folder, timeouts } = this.#host.setup;
    const { installationId } = here;
    await using exchange = await RequestExchange.open({ central, folder, timeouts, stop, installationId });
    const known = journal.untoldOfficeRequests(MOST_ANSWERS).map((one) => one.row_id);
    const rows = await exchange.waiting(here.connections, known);
    if (typeof rows === 'string') return this.#tellProblem(opened, rows);
    // Switched off meanwhile, or the service ends: the next one takes them.
    if (stop.aborted) return;
    const refused = rows.flatMap((row): RequestAnswer[] => {
      const taken = takeRow(here, row);
      if (taken.kind === 'accepted') this.#act(opened, taken.request);
      const { connection, id } = row;
      if (taken.kind !== 'refused') return [];
      const answer = { connection, id, batchId: null, onlyWaiting: true };
      return [{ ...answer, state: 'refused', code: taken.code }];
    });
    // What takes no time, such as a pause, ends by then, and needs no further session to say so.
    await setImmediate();
    this.#hasNews = false;
    const untold = journal.untoldOfficeRequests(MOST_ANSWERS);
    const answers = [...refused, ...untold.map(answerOf)];
    const problem = answers.length === 0 ? null : await exchange.answer(answers);
    this.#tellProblem(opened, problem);
    if (problem === null)
      journal.together(() => {
        for (const one of untold) journal.noteOfficeRequestTold(one.key, stateToTell(one));
      });
    forgetOld(here);
  }

  /** Goes on with what an earlier process of this service has accepted. */
  #goOn(opened: Opened, settings: Settings): void {
    const { journal } = opened;
    for (const row of journal.openOfficeRequests()) {
      if (this.#acting.has(row.key)) continue;
      const request = acceptedRequest(row.request ?? '', row.key_name ?? '');
      const facts = request === null ? { id: row.key } : factsOf(request);
      const end = (code: string): void =>
        journal.endOfficeRequest(row.key, { state: 'failed', code, batchId: row.batch_id }, facts);
      const refusal = request === null ? 'forged' : refusalNow(request, settings, this.#hands.now());
      if (row.state === 'begun') end('interrupted');
      else if (request === null || refusal !== null) end(refusal ?? 'forged');
      else this.#act(opened, request);
    }
  }

  #act(opened: Opened, request: OfficeRequest): void {
    const { id } = request;
    const acting = this.#outcome(opened, request).then((outcome) => {
      this.#acting.delete(id);
      if (outcome !== null) this.#end(request, outcome);
    });
    this.#acting.set(id, acting);
  }

  /** @returns null if the service stopped before the request had begun: the next one goes on with it */
  async #outcome(opened: Opened, request: OfficeRequest): Promise<RequestOutcome | null> {
    let hasBegun = false;
    const begin = (batchId?: string): void => {
      const now = this.#host.opened() ?? opened;
      // It may have waited for hours behind another run.
      const settings = this.#settingsNow();
      if (settings === null) throw new UsageError(UsageCode.RunStopped);
      const refusal = refusalNow(request, settings, this.#hands.now());
      if (refusal !== null) throw new TooLate(refusal);
      const isPaused = now.pause.current() !== null && COPIES.includes(request.action);
      if (isPaused) throw new TooLate('paused');
      const { journal } = now;
      hasBegun = true;
      if (!journal.beginOfficeRequest(request.id, factsOf(request), batchId ?? null))
        throw new Error(`Request ${request.id} had begun already`);
    };
    try {
      return await carryOut(this.#hands, opened, request, begin);
    } catch (error) {
      if (error instanceof TooLate) return { state: 'failed', code: error.code, batchId: null };
      const isStopped = error instanceof UsageError && error.code === UsageCode.RunStopped;
      if (isStopped && !hasBegun) return null;
      if (isStopped) return { state: 'failed', code: 'interrupted', batchId: null };
      this.#host.ports.logger.log('warn', 'A request of head office failed', {
        ...factsOf(request),
        ...errorFacts(error),
      });
      return { state: 'failed', code: codeOf(error), batchId: null };
    }
  }

  #end(request: OfficeRequest, outcome: RequestOutcome): void {
    try {
      // The journal may have been closed and opened again meanwhile.
      this.#host.opened()?.journal.endOfficeRequest(request.id, outcome, factsOf(request));
    } catch (error) {
      this.#host.ports.logger.log('error', 'The end of a request was not recorded', errorFacts(error));
    }
    this.#hasNews = true;
    this.#woken.resolve();
  }

  /** Tells once that our role may not read or answer requests, and again only after it could. */
  #tellProblem({ journal, settings }: Opened, problem: 'denied' | 'untrusted' | null): void {
    const told = journal.serviceNote(TOLD_PROBLEM);
    if (told === problem) return;
    journal.setServiceNote(TOLD_PROBLEM, problem);
    if (problem === null) return;
    const code = problem === 'denied' ? NoticeCode.RequestsDenied : NoticeCode.RequestsUntrusted;
    const connection = settings.connections[0]?.id ?? '';
    journal.logEvent('notice', { connection, detail: { code, connection } });
    this.#host.tell({ type: 'notice', connection, table: null, notice: { code, params: { connection } } });
    this.#host.ports.logger.log('warn', 'Requests of head office cannot be read or answered', { problem });
  }
}

function answerOf(row: OfficeRequestRow): RequestAnswer {
  const { connection, row_id: id, code, batch_id: batchId } = row;
  return { connection, id, state: stateToTell(row), code, batchId, onlyWaiting: false };
}

function codeOf(error: unknown): string {
  if (error instanceof UsageError) return error.code;
  return error instanceof SyncFailure ? error.detail.code : FailureCode.Internal;
}
