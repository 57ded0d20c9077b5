import type { Engine } from '../core/engineApi.ts';
import type { Clock } from '../core/ports.ts';
import type { Service } from '../service/serviceApi.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import type { CopyAnswer, ServiceEvent } from '../shared/service.ts';
import type { Refusal } from '../window-api/views.ts';
import type { CallName } from '../window-api/windowApi.ts';
import { refusalOf } from './answer.ts';
import type { Answerers, WindowAppHost } from './windowApp.ts';

/** What waits longer for its turn is told to have been taken: a run of another process may last for hours. */
const TURN_MS = 1000;

type Commands = Pick<
  Answerers,
  'runNow' | 'resume' | 'verify' | 'answerCopy' | 'pause' | 'unpause' | 'stopRun' | 'prune'
>;

/** Who is told of what commands lead to. */
interface Told {
  /** The command was refused after its call had been answered. */
  refused(refusal: Refusal): void;
  /** Something is another now, and no event of the service says so. */
  changed(what: 'status' | 'history' | 'settings'): void;
}

/**
 * What a person asks the service to do.
 *
 * @param settle records the answer about a copy; see `settleCopy`
 */
export function createCommands(
  host: Pick<WindowAppHost, 'service' | 'folder' | 'ports'>,
  told: Told,
  settle: (answer: CopyAnswer, batchId: string | null) => void,
): Commands {
  const service = (): Service => {
    if (host.service !== null) return host.service;
    throw new UsageError(UsageCode.ServiceRunning, { folder: host.folder });
  };

  const begun = (call: CallName, run: Promise<unknown>): Promise<null> =>
    whenBegun(run, service(), host.ports.clock, (error) =>
      told.refused(refusalOf(error, call, host.ports.logger)),
    );

  return {
    runNow: (request) => begun('runNow', service().runNow(request)),
    resume: (batchId, options) => begun('resume', service().resumeNow(batchId, options)),
    verify: (request) => begun('verify', service().verifyNow(request)),
    answerCopy: (answer, batchId) => {
      const served = service();
      settle(answer, batchId);
      // In force at once, and not at the service's next look.
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
    prune: async (dryRun) => {
      const report = await openEngine(service()).prune({ dryRun });
      if (!dryRun) told.changed('history');
      const { batches, bytesBefore, bytesAfter } = report;
      return { dryRun, batches, bytesBefore, bytesAfter };
    },
  };
}

/**
 * Resolves when a run has begun, and at the latest after a moment. Rejects where it is refused before that.
 *
 * @param refused called where it is refused afterwards
 */
async function whenBegun(
  run: Promise<unknown>,
  service: Service,
  clock: Clock,
  refused: (error: unknown) => void,
): Promise<null> {
  const early = new AbortController();
  let answered = false;
  const { promise, resolve, reject } = Promise.withResolvers<null>();
  const off = service.on((event) => {
    if (hasBegun(event)) resolve(null);
  });
  run.then(
    () => resolve(null),
    (error: unknown) => {
      if (answered && !isOwnStop(error)) refused(error);
      reject(error);
    },
  );
  void clock.sleep(TURN_MS, early.signal).then(
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
      return true;
    default:
      return false;
  }
}

/** A person who stops what waits need not be told that it did not begin. */
function isOwnStop(error: unknown): boolean {
  return error instanceof UsageError && error.code === UsageCode.RunStopped;
}

/** @throws UsageError why the service cannot work yet */
function openEngine(service: Service): Engine {
  if (service.engine !== null) return service.engine;
  const { code, params } = service.status().refusal ?? { code: UsageCode.SettingsMissing, params: {} };
  throw new UsageError(code, params);
}
