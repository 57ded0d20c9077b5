import type { Command } from 'commander';
import { type DemoOptions, demo } from '../commands/demo.ts';
import { demoChange } from '../commands/demoChange.ts';
import { demoStatusCommand } from '../commands/demoStatus.ts';
import { demoStop } from '../commands/demoStop.ts';
import { withExamples } from '../helpStyle.ts';
import { optionValues } from '../optionValues.ts';
import type { Declaring } from '../program.ts';

export function declareDemo(program: Command, { t, json, choose }: Declaring): void {
  const read = optionValues(t);
  const group = program
    .command('demo')
    .description(t('help.command.demo'))
    .option('--scale <N>', t('help.option.scale'), read.positive('--scale'))
    .option('--keep', t('help.option.keep'))
    .option('--folder <DIR>', t('help.option.folder'));
  json(group, t('help.option.jsonRun'));
  withExamples(group, t, [
    ['demo', t('help.example.demo')],
    ['demo --keep', t('help.example.demoKeep')],
    ['demo stop', t('help.example.demoStop')],
  ]);
  group.action((options: DemoOptions) => choose(group, (context) => demo(options, context)));

  const verbs = [
    ['stop', t('help.command.demoStop'), t('help.example.demoStop'), demoStop],
    ['change', t('help.command.demoChange'), t('help.example.demoChange'), demoChange],
    ['status', t('help.command.demoStatus'), t('help.example.demoStatus'), demoStatusCommand],
  ] as const;
  for (const [name, description, example, run] of verbs) {
    const command = group.command(name).description(description);
    withExamples(command, t, [[`demo ${name}`, example]]);
    // `--folder` and `--json` are the group's: they are understood before and behind the verb.
    command.action(() => choose(command, (context) => run(group.opts<DemoOptions>(), context)));
  }
}
