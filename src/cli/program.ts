import { Command } from 'commander';
import { LANGUAGES } from '../shared/texts/language.ts';
import type { Translate } from '../shared/texts/translate.ts';
import { declareCentralSql } from './commands/centralSql.ts';
import { declareDemo } from './commands/demo.ts';
import { declareDoctor } from './commands/doctor.ts';
import { declareExport } from './commands/export.ts';
import { declareFleet } from './commands/fleet.ts';
import { declareImport } from './commands/import.ts';
import { declareInstallation } from './commands/installation.ts';
import { declareNotify } from './commands/notify.ts';
import { declarePrune } from './commands/prune.ts';
import { declareRequest } from './commands/request.ts';
import { declareSchedule } from './commands/scheduleList.ts';
import { declareServe } from './commands/serve.ts';
import { declareSync } from './commands/syncAll.ts';
import { declareStatus } from './commands/syncStatus.ts';
import { declareVerify } from './commands/verify.ts';
import type { CliContext, GlobalOptions } from './context.ts';
import { declareConnection } from './declare/connection.ts';
import type { ExitCode } from './exitCodes.ts';
import { helpStyle, optionValues } from './optionValues.ts';

/** The result of parsing: a command with its options, ready to run in a context. */
export interface Chosen {
  readonly globals: GlobalOptions;
  run(context: CliContext): Promise<ExitCode>;
}

/** What the declarations of commands need. */
export interface Declaring {
  readonly t: Translate;
  /** Adds a `--json` option whose help describes the output. */
  json(command: Command, description: string): Command;
  /** Records what to run; parsing itself runs nothing. */
  choose(command: Command, run: Chosen['run']): void;
}

/** All commands. Parsing calls `onChosen`, or throws CommanderError or UsageError. */
export function createProgram(t: Translate, version: string, onChosen: (chosen: Chosen) => void): Command {
  const program = new Command('branchline')
    .description(t('help.program'))
    .option('--data-dir <DIR>', t('help.option.dataDir'))
    .option(
      '--language <LANGUAGE>',
      t('help.option.language'),
      optionValues(t).oneOf('--language', LANGUAGES),
    )
    .option('--no-color', t('help.option.noColor'))
    .version(version, '-V, --version', t('help.option.version'))
    .helpOption('-h, --help', t('help.option.help'))
    .helpCommand('help [COMMAND]', t('help.command.help'))
    .configureHelp(helpStyle(t))
    .addHelpText('after', `\n${t('help.title.exitCodes')}\n  ${t('help.exitCodes')}`)
    .exitOverride()
    // We print errors ourselves: translated, or as JSON.
    .configureOutput({ outputError: () => undefined });

  const declaring: Declaring = {
    t,
    json: (command, description) => command.option('--json', description),
    choose: (command, run) => onChosen({ globals: command.optsWithGlobals<GlobalOptions>(), run }),
  };
  declareSync(program, declaring);
  declareStatus(program, declaring);
  declareVerify(program, declaring);
  declareExport(program, declaring);
  declareImport(program, declaring);
  declarePrune(program, declaring);
  declareConnection(program, declaring);
  declareDoctor(program, declaring);
  declareFleet(program, declaring);
  declareRequest(program, declaring);
  declareCentralSql(program, declaring);
  declareSchedule(program, declaring);
  declareNotify(program, declaring);
  declareServe(program, declaring);
  declareInstallation(program, declaring);
  declareDemo(program, declaring);
  return program;
}
