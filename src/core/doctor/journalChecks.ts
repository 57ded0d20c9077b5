import { existsSync } from 'node:fs';
import path from 'node:path';
import type { LeaseHolder } from '../../shared/contract.ts';
import type { Finding } from '../../shared/doctor.ts';
import { isLocked } from '../journal/exclusiveFile.ts';
import { inspectJournal, type JournalLook } from '../journal/inspect.ts';
import { isLeaseHeld } from '../journal/lease.ts';
import { type Examined, finding } from './checking.ts';

/** How long a look at a lock blocks this thread if another process holds it. */
const CONTENTION_MS = 25;

/** Whether the journal is sound, and how large it is. */
export function journalCheck(look: JournalLook): Finding {
  switch (look.kind) {
    case 'absent':
      return finding('journal_absent');
    case 'damaged':
      return finding('journal_damaged', { finding: look.finding, fileBytes: look.bytes });
    case 'sound':
      return finding('journal_ok', { fileBytes: look.bytes });
  }
}

/** Looks at the journal once, for all checks that need it. */
export async function lookAtJournal({ folder }: Examined): Promise<JournalLook> {
  return inspectJournal(folder);
}

/** Whether a process runs a sync now. */
export function leaseCheck({ folder }: Examined, holder: LeaseHolder | null): Finding {
  if (!existsSync(path.join(folder, 'lease.db')) || !isLeaseHeld(folder)) return finding('lease_free');
  if (holder === null) return finding('lease_taken');
  const { pid, host, face, since } = holder;
  return finding('lease_held', { pid, host, face, since });
}

/** Whether a tray application or an agent serves the folder, without which no schedule is kept. */
export function serviceCheck({ folder, settings }: Examined): Finding {
  if (isLocked(path.join(folder, 'service.db'), CONTENTION_MS)) return finding('service_runs');
  const planned = settings?.schedules.filter((one) => one.enabled).length ?? 0;
  return planned === 0 ? finding('service_not_needed') : finding('service_missing', { count: planned });
}
