import type { Command } from 'commander';
import { scheduleList } from '../commands/scheduleList.ts';
import { withExamples } from '../helpStyle.ts';
import type { Declaring } from '../program.ts';

export function declareSchedule(program: Command, { t, json, choose }: Declaring): void {
  const group = program.command('schedule').description(t('help.command.schedule'));
  const command = group.command('list').description(t('help.command.scheduleList'));
  json(command, t('help.option.json'));
  withExamples(command, t, [['schedule list', t('help.example.scheduleList')]]);
  command.action(() => choose(command, scheduleList));
}
