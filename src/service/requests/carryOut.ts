import type { Engine, RunControl } from '../../core/engineApi.ts';
import type { OfficeRequest } from '../../core/headOffice/signedRequest.ts';
import type { RequestOutcome } from '../../core/journal/officeRequests.ts';
import { applyFragment, fragmentOf } from '../../core/settings/fragment.ts';
import type { BatchRow, TableName } from '../../shared/contract.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { assertNever, BatchStatus, type BatchTrigger } from '../../shared/status.ts';
import type { Language } from '../../shared/texts/language.ts';
import { type VerifyReport, VerifyResult } from '../../shared/verify.ts';
import type { RunKind } from '../currentRun.ts';
import type { Opened } from '../opening.ts';
import type { Service } from '../serviceApi.ts';

/** How a request reaches the service: as a person's own would. */
export interface RequestHands {
  readonly folder: string;
  readonly language: Language;
  readonly trigger: BatchTrigger;
  now(): Date;
  /** Queues a run. See IntentQueue. */
  ask<T>(what: RunKind, key: string, run: (engine: Engine, control: RunControl) => Promise<T>): Promise<T>;
  readonly service: Pick<Service, 'pause' | 'unpause' | 'wake'>;
}

/** Records that the request is about to be carried out. Throws if that has happened before. */
type Begin = (batchId?: string) => void;

const DONE: RequestOutcome = { state: 'done', code: null, batchId: null };

/** Carries a request out. What takes no time is done when this returns, before its promise resolves. */
export async function carryOut(
  hands: RequestHands,
  opened: Opened,
  request: OfficeRequest,
  begin: Begin,
): Promise<RequestOutcome> {
  const { action } = request;
  switch (action) {
    case 'run':
      return run(hands, request, request.args.tables, begin);
    case 'verify':
      return verify(hands, request, request.args.tables, begin);
    case 'retry':
      return retry(hands, opened, request, begin);
    case 'pause':
      begin();
      return pause(hands, opened, new Date(request.args.until));
    case 'resume': {
      begin();
      if (opened.pause.current() === null) return { ...DONE, code: 'not_paused' };
      hands.service.unpause();
      return DONE;
    }
    case 'settings':
      begin();
      return changeSettings(hands, request.connection, request.args.fragment);
    default:
      return assertNever(action);
  }
}

async function run(
  { ask, trigger }: RequestHands,
  { id, by, connection }: OfficeRequest,
  tables: readonly string[] | undefined,
  begin: Begin,
): Promise<RequestOutcome> {
  const batch = await ask('batch', `request ${id}`, (engine, control) => {
    begin();
    const request = { trigger, connections: [connection], askedBy: { by, request: id } };
    return engine.syncAll({ ...request, ...(tables !== undefined && { tables }) }, control);
  });
  return outcomeOfBatch(batch);
}

async function verify(
  { ask, trigger }: RequestHands,
  { id, connection }: OfficeRequest,
  tables: readonly string[] | undefined,
  begin: Begin,
): Promise<RequestOutcome> {
  const report = await ask('verify', `request ${id}`, (engine, control) => {
    begin();
    const request = { trigger, connections: [connection] };
    return engine.verify({ ...request, ...(tables !== undefined && { tables }) }, control);
  });
  return outcomeOfVerify(report);
}

/** Retries the failed tables of a connection, each in the batch in which it failed. */
async function retry(
  { ask, trigger }: RequestHands,
  { engine }: Opened,
  { id, connection }: OfficeRequest,
  begin: Begin,
): Promise<RequestOutcome> {
  const failed = engine.standing().attention.flatMap(({ batch, failed: left, retrying }) => {
    const tables = [...left, ...retrying].filter((one) => one.connection === connection);
    return tables.length === 0 ? [] : [{ batchId: batch.batch_id, tables }];
  });
  const [first] = failed;
  if (first === undefined) {
    begin();
    return { ...DONE, code: 'nothing_failed' };
  }
  return ask('batch', `request ${id}`, async (now, control) => {
    begin(first.batchId);
    let outcome: RequestOutcome = DONE;
    for (const one of failed) {
      const next = await resumed(now, one, trigger, control);
      outcome = outcome.state === 'failed' ? outcome : next;
      if (control.stop?.aborted) break;
    }
    return outcome;
  });
}

async function resumed(
  engine: Engine,
  { batchId, tables }: { readonly batchId: string; readonly tables: readonly TableName[] },
  trigger: BatchTrigger,
  control: RunControl,
): Promise<RequestOutcome> {
  await engine.resume(batchId, { trigger, tables }, control);
  if (control.stop?.aborted) return { state: 'failed', code: 'interrupted', batchId };
  // The batch may have other tables, which nobody asked for.
  const asked = new Set(tables.map((one) => `${one.connection}/${one.table}`));
  const isWell = engine
    .batch(batchId)
    .tables.every((row) => !asked.has(`${row.connection}/${row.table_name}`) || row.error_code === null);
  return isWell ? { ...DONE, batchId } : { state: 'failed', code: 'tables_failed', batchId };
}

/** A pause that somebody at the branch has made longer stays as it is. */
function pause(hands: RequestHands, opened: Opened, until: Date): RequestOutcome {
  if (until <= hands.now()) return { state: 'failed', code: 'expired', batchId: null };
  const current = opened.pause.current();
  if (current !== null && (current.until === null || Date.parse(current.until) >= until.getTime()))
    return { ...DONE, code: 'pause_kept' };
  hands.service.pause(until);
  return DONE;
}

function changeSettings(
  { folder, language, service }: RequestHands,
  connection: string,
  value: unknown,
): RequestOutcome {
  const fragment = fragmentOf(value);
  if (fragment === null) return { state: 'refused', code: 'settings_forbidden', batchId: null };
  try {
    applyFragment(folder, connection, fragment, language);
  } catch (error) {
    const isInvalid = error instanceof UsageError && error.code === UsageCode.SettingsInvalid;
    if (!isInvalid) throw error;
    return { state: 'refused', code: 'settings_invalid', batchId: null };
  }
  // It looks at its settings.
  service.wake();
  return DONE;
}

function outcomeOfBatch({ batch_id: batchId, status }: BatchRow): RequestOutcome {
  if (status === BatchStatus.Completed) return { ...DONE, batchId };
  return { state: 'failed', code: status === BatchStatus.Failed ? 'tables_failed' : 'interrupted', batchId };
}

function outcomeOfVerify({ tables, interrupted }: VerifyReport): RequestOutcome {
  const has = (result: VerifyResult): boolean => tables.some((row) => row.result === result);
  if (interrupted) return { state: 'failed', code: 'interrupted', batchId: null };
  if (has(VerifyResult.Failed)) return { state: 'failed', code: 'tables_failed', batchId: null };
  if (has(VerifyResult.Differs)) return { ...DONE, code: 'tables_differ' };
  // Plain "done" would say that head office has all of it.
  return has(VerifyResult.Behind) ? { ...DONE, code: 'tables_behind' } : DONE;
}
