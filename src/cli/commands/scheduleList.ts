import { join } from 'node:path';
import type { Command } from 'commander';
import type { ScheduleView } from '../../shared/contract.ts';
import { formatDateTime, formatDuration, formatPlannedTime } from '../../shared/format.ts';
import { planWords } from '../../shared/schedulePlan.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { withExamples } from '../optionValues.ts';
import type { Declaring } from '../program.ts';
import { renderLabelled } from '../render/columns.ts';
import { batchMark, type Look, painted, stepMark } from '../render/marks.ts';

/** `schedule list`: the schedules with their last and next runs. */
async function scheduleList(context: CliContext): Promise<ExitCode> {
  await using engine = await context.openEngine();
  const schedules = engine.schedules();
  if (context.json) {
    const { language } = context.t;
    context.printJson({
      schedules: schedules.map((one) => ({ ...one, words: planWords(one, language) })),
    });
  } else if (schedules.length === 0) {
    context.print(renderNoSchedules(join(context.folder, 'settings.json'), context.look));
  } else {
    context.print(renderSchedules(schedules, context.look));
  }
  return ExitCode.AllWell;
}

/** A block for each schedule: its definition, the last run's result, and the next runs below each other. */
export function renderSchedules(schedules: readonly ScheduleView[], look: Look): string[] {
  const { t, colors } = look;
  return [
    ...schedules.flatMap((one) => [...renderOne(one, look), '']),
    colors.dim(t('cli.schedule.whoRuns')),
  ];
}

/** Shown if there are no schedules: how to plan one. */
function renderNoSchedules(file: string, { t, colors }: Look): string[] {
  const example = [
    '"schedules": [',
    '  { "id": "daily", "times": ["08:30", "17:00"], "timezone": "Asia/Jakarta" }',
    ']',
  ];
  return [
    t('cli.schedule.none'),
    t('cli.schedule.addOne', { file }),
    '',
    ...example.map((line) => `  ${colors.bold(line)}`),
  ];
}

function renderOne(schedule: ScheduleView, look: Look): string[] {
  const { t, colors } = look;
  const state = schedule.enabled
    ? `${stepMark('ok', look)} ${t('cli.schedule.on')}`
    : colors.dim(t('cli.schedule.off'));
  const [next = t('cli.schedule.noneWhileOff'), ...later] = nextRuns(schedule, look);
  return [
    `${colors.bold(schedule.id)}  ${state}`,
    ...renderLabelled(
      [
        [
          t('cli.schedule.when'),
          schedule.cron === null
            ? planWords(schedule, t.language)
            : `${planWords(schedule, t.language)} ${colors.dim(`(${schedule.cron})`)}`,
        ],
        [t('cli.schedule.timezone'), schedule.timezone],
        [t('cli.schedule.late'), lateness(schedule, look)],
        [t('cli.schedule.what'), what(schedule, look)],
        [t('cli.schedule.missed'), t(`cli.schedule.${schedule.missed}`)],
        [t('cli.schedule.last'), lastRun(schedule, look)],
        [t('cli.schedule.next'), next],
        ...later.map((run) => ['', run] as const),
      ],
      look,
      '  ',
    ),
  ];
}

function lateness({ late_seconds, jitter_seconds }: ScheduleView, { t }: Look): string {
  if (jitter_seconds === 0) return t('cli.schedule.onTheSecond');
  const late = formatDuration(late_seconds, t.language);
  return t('cli.schedule.lateBy', { late, spread: formatDuration(jitter_seconds, t.language) });
}

function what({ connections, tables }: ScheduleView, { t }: Look): string {
  const from = connections.includes('*') ? t('cli.schedule.allConnections') : connections.join(', ');
  const which = tables.includes('*')
    ? t('cli.schedule.allTables')
    : t('cli.schedule.tables', { tables: tables.join(', ') });
  return `${from}; ${which}`;
}

/** If the batch was pruned, or a power cut came before it began, only the time is known. */
function lastRun({ last_run, timezone }: ScheduleView, look: Look): string {
  const { t, colors } = look;
  if (last_run === null) return t('cli.schedule.never');
  const { due_at, ran_at, batch_id, batch_status, outcome } = last_run;
  const at = formatPlannedTime(due_at, t.language, timezone);
  if (outcome === 'skipped') return t('cli.schedule.skipped', { at });
  return [
    formatDateTime(ran_at, t.language, timezone),
    ...(batch_status === null ? [] : [painted(batchMark(batch_status, look))]),
    ...(batch_id === null ? [] : [batch_id]),
    colors.dim(`(${t('cli.schedule.planned', { at })})`),
  ].join('  ');
}

function nextRuns({ next_runs, timezone }: ScheduleView, { t, colors }: Look): string[] {
  const planned = next_runs.map((at) => formatPlannedTime(at, t.language, timezone));
  const here = next_runs.map((at) => formatPlannedTime(at, t.language));
  const width = Math.max(0, ...planned.map((text) => text.length));
  return planned.map((text, index) => {
    const local = here[index] ?? text;
    if (local === text) return text;
    return `${text.padEnd(width)}  ${colors.dim(`(${t('cli.schedule.here', { at: local })})`)}`;
  });
}

export function declareSchedule(program: Command, { t, json, choose }: Declaring): void {
  const group = program.command('schedule').description(t('help.command.schedule'));
  const command = group.command('list').description(t('help.command.scheduleList'));
  json(command, t('help.option.json'));
  withExamples(command, t, [['schedule list', t('help.example.scheduleList')]]);
  command.action(() => choose(command, scheduleList));
}
