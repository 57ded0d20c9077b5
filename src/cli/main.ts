import { CommanderError } from 'commander';
import { UsageCode } from '../shared/errors.ts';
import { createTranslator } from '../shared/texts/translate.ts';
import { type CliContext, createContext, type GlobalOptions } from './context.ts';
import { ExitCode } from './exitCodes.ts';
import { explainParseError, type ParseProblem } from './parseErrors.ts';
import { type Chosen, createProgram } from './program.ts';
import { reportError } from './reportError.ts';
import { spokenLanguage } from './spokenLanguage.ts';
import { onUncaught } from './uncaught.ts';
import { VERSION } from './version.ts';
import type { World } from './world.ts';

/**
 * Runs one command line to its end.
 *
 * @returns the exit code; everything is told by then
 */
export async function main(world: World): Promise<ExitCode> {
  const t = createTranslator(spokenLanguage(world));
  let context = createContext(world, t, guessedOptions(world));
  // What is thrown outside of the command (a socket's event, a timer): told as any other error.
  onUncaught((error) => process.exit(reportError(error, context)));
  let chosen: Chosen | null = null;
  const program = createProgram(t, VERSION, (one) => {
    chosen = one;
  });
  try {
    program.parse([...world.argv], { from: 'user' });
    const { globals, run } = chosenOf(chosen);
    context = createContext(world, t, globals);
    return await run(context);
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, context);
    if (error.exitCode === 0) return ExitCode.AllWell;
    // A group without a verb has printed its help by now.
    if (error.code === 'commander.help') return ExitCode.WrongUse;
    return reportParseError(explainParseError(error, program, world.argv, t), context);
  }
}

/** Parsing either chooses a command or throws. */
function chosenOf(chosen: Chosen | null): Chosen {
  if (chosen === null) throw new Error('no command was chosen');
  return chosen;
}

/** Where the line itself is wrong, how to print that has to be guessed from it. */
function guessedOptions({ argv }: World): GlobalOptions {
  return { color: !argv.includes('--no-color'), json: argv.includes('--json') };
}

function reportParseError({ what, hint, next }: ParseProblem, context: CliContext): ExitCode {
  if (context.json) {
    const code = UsageCode.OptionInvalid;
    const hinted = hint === null ? next : `${hint} ${next}`;
    context.printJson({ error: { code, what, means: null, next: hinted, params: {} } });
  } else {
    const { colors } = context.errorLook;
    context.printError([colors.red(what), ...(hint === null ? [] : [colors.bold(hint)]), next]);
  }
  return ExitCode.WrongUse;
}
