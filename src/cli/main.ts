import { join } from 'node:path';
import { CommanderError } from 'commander';
import { dataFolder } from '../core/files/dataFolder.ts';
import { readSmallFile } from '../core/files/smallFile.ts';
import { decodeText } from '../core/settings/jsonText.ts';
import { VERSION } from '../core/version.ts';
import { UsageCode } from '../shared/errors.ts';
import { chooseLanguage, isLanguage, type Language } from '../shared/texts/language.ts';
import { loadTranslator } from '../shared/texts/loadTranslator.ts';
import { type CliContext, createContext, type GlobalOptions, type World } from './context.ts';
import { ExitCode, onUncaught } from './exitCodes.ts';
import { type Chosen, createProgram } from './program.ts';
import { explainParseError, type ParseProblem, reportError } from './reportError.ts';

/**
 * Runs one command line to its end.
 *
 * @returns the exit code; all output is written by then
 */
export async function main(world: World): Promise<ExitCode> {
  const t = await loadTranslator(spokenLanguage(world));
  let context = createContext(world, t, guessedOptions(world));
  // Errors thrown outside of the command (a socket's event, a timer) are reported like any other.
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
    // A group without a verb has already printed its help.
    if (error.code === 'commander.help') return ExitCode.WrongUse;
    return reportParseError(explainParseError(error, program, world.argv, t), context);
  }
}

/** Parsing either selects a command or throws. */
function chosenOf(chosen: Chosen | null): Chosen {
  if (chosen === null) throw new Error('no command was chosen');
  return chosen;
}

/** If the command line is invalid, these options must be read without the parser. */
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

/**
 * The language to use. Determined before parsing, because help and parse errors need it: `--language` first,
 * then the settings, then the system.
 */
function spokenLanguage(world: World): Language {
  const flag = argumentOf('--language', world.argv);
  if (flag !== undefined && isLanguage(flag)) return flag;
  const folder = dataFolder({ ...world, dataDir: argumentOf('--data-dir', world.argv) });
  return chooseLanguage(languageSetting(join(folder, 'settings.json')), world.env);
}

/** Missing or invalid settings are reported later, by the command that needs them. */
function languageSetting(file: string): Language | 'auto' {
  try {
    // Decoded first, because Windows editors add a byte order mark or save as UTF-16, which JSON.parse
    // rejects.
    const settings: unknown = JSON.parse(decodeText(readSmallFile(file)) ?? '');
    if (typeof settings !== 'object' || settings === null || !('language' in settings)) return 'auto';
    const { language } = settings;
    return typeof language === 'string' && isLanguage(language) ? language : 'auto';
  } catch {
    return 'auto';
  }
}

function argumentOf(option: string, argv: readonly string[]): string | undefined {
  const index = argv.findIndex((word) => word === option || word.startsWith(`${option}=`));
  if (index < 0) return undefined;
  const word = argv[index] ?? '';
  return word === option ? argv[index + 1] : word.slice(option.length + 1);
}
