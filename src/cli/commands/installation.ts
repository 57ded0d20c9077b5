import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';

/** `installation keep` and `installation new`: a person's answer where the data folder came from another computer. */
export async function answerCopy(answer: 'keep' | 'new', context: CliContext): Promise<ExitCode> {
  const { folder, t } = context;
  const [{ keepInstallation, renewInstallation }, { tryAcquireLease }] = await Promise.all([
    import('../../core/settings/installation.ts'),
    import('../../core/journal/lease.ts'),
  ]);
  // Not under a run, which has signed in with the id of before.
  const lease = tryAcquireLease(folder);
  if (lease === null) throw new UsageError(UsageCode.InstallationBusy, { folder });
  try {
    const { id, host } = answer === 'keep' ? keepInstallation(folder) : renewInstallation(folder);
    if (context.json) context.printJson({ installation: { id, host } });
    else context.print([t(`cli.installation.${answer}`, { id, host })]);
  } finally {
    lease.release();
  }
  return ExitCode.AllWell;
}
