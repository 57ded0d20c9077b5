import { UsageCode, UsageError } from '../shared/errors.ts';
import type { CopyAnswer } from '../shared/service.ts';
import { tryAcquireLease } from './journal/lease.ts';
import { type Installation, keepInstallation, renewInstallation } from './settings/installation.ts';

/**
 * Records a person's answer about a data folder of which there is a copy.
 *
 * @param before what must be done first, under the same lease
 * @throws UsageError `installation_busy` where a run is at work: it has signed in at head office with the id of before
 */
export function answerCopy(folder: string, answer: CopyAnswer, before: () => void = () => {}): Installation {
  const lease = tryAcquireLease(folder);
  if (lease === null) throw new UsageError(UsageCode.InstallationBusy, { folder });
  try {
    before();
    return answer === 'keep' ? keepInstallation(folder) : renewInstallation(folder);
  } finally {
    lease.release();
  }
}
