import { type Command, Option } from 'commander';
import { type ServeOptions, serve } from '../commands/serve.ts';
import { withExamples } from '../helpStyle.ts';
import { optionValues } from '../optionValues.ts';
import type { Declaring } from '../program.ts';

export function declareServe(program: Command, { t, json, choose }: Declaring): void {
  const command = program
    .command('serve')
    .description(t('help.command.serve'))
    .option('--port <N>', t('help.option.servePort'), optionValues(t).port)
    .option('--open', t('help.option.serveOpen'))
    .addOption(new Option('--link', t('help.option.serveLink')).conflicts(['port']));
  json(command, t('help.option.jsonServe'));
  withExamples(command, t, [
    ['serve', t('help.example.serve')],
    ['serve --port 8787', t('help.example.servePort')],
    ['serve --link', t('help.example.serveLink')],
  ]);
  command.action((options: ServeOptions) => choose(command, (context) => serve(options, context)));
}
