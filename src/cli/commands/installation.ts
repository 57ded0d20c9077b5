import type { CopyAnswer } from '../../shared/service.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';

/** `installation keep` and `installation new`: a person's answer where the data folder came from another computer. */
export async function answerCopyHere(answer: CopyAnswer, context: CliContext): Promise<ExitCode> {
  const { folder, t } = context;
  const { settleCopy } = await import('../../core/face/copied.ts');
  const { id, host } = settleCopy({ folder }, t.language, answer);
  if (context.json) context.printJson({ installation: { id, host } });
  else context.print([t(`cli.installation.${answer}`, { id, host })]);
  return ExitCode.AllWell;
}
