import { join } from 'node:path';
import { cronWords } from '../../shared/cronWords.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { renderNoSchedules, renderSchedules } from '../render/scheduleList.ts';

/** `schedule list`: when Branchline syncs by itself, what came of it last, and when it will next. */
export async function scheduleList(context: CliContext): Promise<ExitCode> {
  await using engine = await context.openEngine();
  const schedules = engine.schedules();
  if (context.json) {
    const { language } = context.t;
    context.printJson({
      schedules: schedules.map((one) => ({ ...one, words: cronWords(one.cron, language) })),
    });
  } else if (schedules.length === 0) {
    context.print(renderNoSchedules(join(context.folder, 'settings.json'), context.look));
  } else {
    context.print(renderSchedules(schedules, context.look));
  }
  return ExitCode.AllWell;
}
