import type { Engine } from '../core/engineApi.ts';
import type { Clock, Logger } from '../core/ports.ts';
import type { Service } from '../service/serviceApi.ts';
import { FailureCode, FailureKind, SyncFailure, UsageCode, UsageError } from '../shared/errors.ts';
import type { CopyAnswer, ServiceEvent } from '../shared/service.ts';
import type { Refusal } from '../window-api/views.ts';
import { type Answer, type CallName, parseArgs } from '../window-api/windowApi.ts';
import type { Answerers, WindowAppHost } from './windowApp.ts';

/** A command that has not begun by then is answered as accepted: another process's run may last for hours. */
const TURN_MS = 1000;
/** An export or import first derives its key and looks at the file and the branch, whose refusals belong into the form. */
const DISK_TURN_MS = 20_000;

type Commands = Pick<
  Answerers,
  'estimate' | 'runNow' | 'resume' | 'verify' | 'answerCopy' | 'pause' | 'unpause' | 'stopRun' | 'prune'
>;

/** Callbacks for results that come after a command was answered. */
export interface Told {
  /** The command was refused after its call had been answered. */
  refused(refusal: Refusal): void;
  /** Something changed for which the service sends no event. */
  changed(what: 'status' | 'history' | 'settings'): void;
}

/**
 * The commands that a person gives the service.
 *
 * @param settle records the answer about a copy; see `settleCopy`
 */
export function createCommands(
  host: Pick<WindowAppHost, 'service' | 'folder' | 'ports'>,
  told: Told,
  settle: (answer: CopyAnswer, batchId: string | null) => void,
): Commands {
  const service = (): Service => serviceOf(host);

  const begun = async (call: CallName, run: Promise<unknown>): Promise<null> => {
    await whenBegun(run, service(), host.ports.clock, (error) =>
      told.refused(refusalOf(error, call, host.ports.logger)),
    );
    return null;
  };

  return {
    runNow: (request) => begun('runNow', service().runNow(request)),
    resume: (batchId, options) => begun('resume', service().resumeNow(batchId, options)),
    verify: (request) => begun('verify', service().verifyNow(request)),
    answerCopy: (answer, batchId) => {
      const served = service();
      settle(answer, batchId);
      // Applies the answer at once instead of at the service's next check.
      served.wake();
      told.changed('settings');
      if (answer === 'new' || batchId === null) return null;
      return begun('resume', served.resumeNow(batchId, {}));
    },
    pause: (until) => {
      service().pause(until === null ? null : new Date(until));
      told.changed('status');
      return null;
    },
    unpause: () => {
      service().unpause();
      told.changed('status');
      return null;
    },
    stopRun: () => {
      service().stopRun();
      return null;
    },
    estimate: (connection) => openEngine(service()).dryRun({ connections: [connection] }),
    prune: async (dryRun) => {
      const report = await openEngine(service()).prune({ dryRun });
      if (!dryRun) told.changed('history');
      const { batches, bytesBefore, bytesAfter } = report;
      return { dryRun, batches, bytesBefore, bytesAfter };
    },
  };
}

/** @throws UsageError `service_running` if another process serves the folder */
export function serviceOf({ service, folder }: Pick<WindowAppHost, 'service' | 'folder'>): Service {
  if (service !== null) return service;
  throw new UsageError(UsageCode.ServiceRunning, { folder });
}

/** {@link whenBegun} for an export or an import; see {@link DISK_TURN_MS}. */
export function whenDiskBegun(
  run: Promise<unknown>,
  call: CallName,
  host: Pick<WindowAppHost, 'service' | 'folder' | 'ports'>,
  told: Pick<Told, 'refused'>,
): Promise<string | null> {
  const { clock, logger } = host.ports;
  const late = (error: unknown): void => told.refused(refusalOf(error, call, logger));
  return whenBegun(run, serviceOf(host), clock, late, DISK_TURN_MS);
}

/**
 * Resolves when the run has begun, or after a moment. Rejects if the run is refused before that.
 *
 * @param refused called if it is refused later
 * @returns the batch that has begun; null if there is none, or not yet
 */
async function whenBegun(
  run: Promise<unknown>,
  service: Service,
  clock: Clock,
  refused: (error: unknown) => void,
  turnMs = TURN_MS,
): Promise<string | null> {
  const early = new AbortController();
  let answered = false;
  const { promise, resolve, reject } = Promise.withResolvers<string | null>();
  const off = service.on((event) => {
    if (hasBegun(event)) resolve('batch' in event ? event.batch.batch_id : null);
  });
  run.then(
    () => resolve(null),
    (error: unknown) => {
      if (answered && !isOwnStop(error)) refused(error);
      reject(error);
    },
  );
  void clock.sleep(turnMs, early.signal).then(
    () => resolve(null),
    () => {},
  );
  try {
    return await promise;
  } finally {
    answered = true;
    off();
    early.abort();
  }
}

function hasBegun(event: ServiceEvent): boolean {
  switch (event.type) {
    case 'batch_started':
    case 'batch_resumed':
    case 'verify_progress':
    case 'verify_ended':
    case 'export_started':
      return true;
    default:
      return false;
  }
}

/** A person who stops a waiting run need not be told that it did not begin. */
function isOwnStop(error: unknown): boolean {
  return error instanceof UsageError && error.code === UsageCode.RunStopped;
}

/** @throws UsageError why the service cannot work yet */
function openEngine(service: Service): Engine {
  if (service.engine !== null) return service.engine;
  const { code, params } = service.status().refusal ?? { code: UsageCode.SettingsMissing, params: {} };
  throw new UsageError(code, params);
}

/**
 * Answers one call. A refusal is returned as codes.
 *
 * @param args unchecked, from outside
 * @throws $ZodError if they do not fit the call's schema: that is a program's mistake, not a person's
 */
export async function answerCall<C extends CallName>(
  answerers: Answerers,
  call: C,
  args: unknown,
  logger: Logger,
): Promise<Answer<C>> {
  const parsed = parseArgs(call, args);
  try {
    return { ok: true, value: await answerers[call](...parsed) };
  } catch (error) {
    return { ok: false, refusal: refusalOf(error, call, logger) };
  }
}

/** Converts an error to codes. Unexpected errors are logged with their stack, which the window never shows. */
export function refusalOf(error: unknown, call: CallName, logger: Logger): Refusal {
  if (error instanceof UsageError) return { kind: 'usage', code: error.code, params: error.params };
  if (error instanceof SyncFailure) return { kind: 'failure', failure: error.detail };
  const message = error instanceof Error ? error.message : String(error);
  logger.log('error', 'A call failed unexpectedly', {
    call,
    stack: error instanceof Error ? error.stack : message,
  });
  return {
    kind: 'failure',
    failure: { code: FailureCode.Internal, kind: FailureKind.Permanent, message, params: {} },
  };
}
