import pc from 'picocolors';
import type { Engine } from '../core/engineApi.ts';
import { dataFolder } from '../core/files/dataFolder.ts';
import { posixWord, SOME_FOLDER, windowsWord } from '../shared/printedCommands.ts';
import type { Language } from '../shared/texts/language.ts';
import type { Translate } from '../shared/texts/translate.ts';
import { visibleJson, visibleLines } from '../shared/visible.ts';
import { createFileLogger } from './logFile.ts';
import type { Look } from './render/marks.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly dataDir?: string;
  readonly color: boolean;
  readonly json?: boolean;
}

/** What a command works with. */
export interface CliContext {
  readonly world: World;
  readonly t: Translate;
  readonly json: boolean;
  /** The user-data folder: settings, journal, lease, logs. */
  readonly folder: string;
  /** How to write to stdout; `errorLook` is for stderr. */
  readonly look: Look;
  readonly errorLook: Look;
  /** Whether stdout is a terminal whose lines can be redrawn. */
  readonly live: boolean;
  print(lines: readonly string[]): void;
  printError(lines: readonly string[]): void;
  printJson(value: unknown): void;
  /** A line reduced to what this terminal can show. */
  printable(line: string): string;
  /** A command to copy, such as `sync-all --resume …`, in the form that works here. */
  again(args: string | null): string;
  /** The same context for another data folder. */
  at(folder: string): CliContext;
  /** @throws UsageError `settings_missing`, `settings_invalid`, … */
  openEngine(): Promise<Engine>;
}

export function createContext(world: World, t: Translate, options: GlobalOptions): CliContext {
  const unicode = showsUnicode(world);
  const look = (stream: NodeJS.WriteStream): Look => ({
    t,
    unicode,
    colors: pc.createColors(wantsColor(stream, world, options.color)),
    width: stream.isTTY ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY,
  });
  const printable = (line: string): string =>
    unicode ? withoutEffects(line) : inAscii(withoutEffects(line));
  const write = (stream: NodeJS.WriteStream, lines: readonly string[]): void => {
    stream.write(lines.map((line) => `${printable(line)}\n`).join(''));
  };
  const folder = dataFolder({ ...world, dataDir: options.dataDir });

  const json = options.json === true;
  const printError = (lines: readonly string[]): void => write(world.stderr, lines);
  const openEngine = async (): Promise<Engine> => {
    const engine = await openEngineHere(folder, t.language);
    const file = engine.journalSetAside;
    if (file !== null && !json) printError([t('cli.progress.journalSetAside', { file })]);
    return engine;
  };

  return {
    world,
    t,
    json,
    folder,
    // Computed each time, because the window may be resized during a run.
    get look() {
      return look(world.stdout);
    },
    get errorLook() {
      return look(world.stderr);
    },
    live: canDrawOver(world.stdout, world),
    print: (lines) => write(world.stdout, lines),
    printError,
    printJson: (value) => void world.stdout.write(`${visibleJson(value, 2)}\n`),
    printable,
    again: (args) => (args === null ? t('words.noCommand') : selfCommand(args, world, options.dataDir)),
    at: (other) => createContext(world, t, { ...options, dataDir: other }),
    openEngine,
  };
}

/**
 * Opens the engine on a user-data folder. Loaded on demand, so that `--help` need not load the database
 * drivers.
 *
 * @throws UsageError from the settings and the engine
 */
async function openEngineHere(folder: string, language: Language): Promise<Engine> {
  const [{ openEngine }, { loadSettings }, { systemPorts }] = await Promise.all([
    import('../core/engine.ts'),
    import('../core/settings/load.ts'),
    import('../core/ports.ts'),
  ]);
  return openEngine(systemPorts(createFileLogger(folder)), {
    folder,
    settings: loadSettings(folder, language),
  });
}

type Hints = Pick<World, 'env' | 'platform'>;

/**
 * Whether to colour a stream's output. `--no-color` is the person's choice; for NO_COLOR see
 * https://no-color.org.
 */
export function wantsColor(stream: { readonly isTTY?: boolean }, { env }: Hints, flag: boolean): boolean {
  if (!flag || env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/**
 * Whether the terminal can show more than ASCII. The old Windows console and Linux's text console lack the
 * glyphs. A locale that names another encoding than UTF-8 means no; a missing locale does not.
 */
export function showsUnicode({ env, platform }: Hints): boolean {
  if (platform === 'win32') {
    return Boolean(env.WT_SESSION || env.TERM_PROGRAM || env.ConEmuTask) || /^xterm/.test(env.TERM ?? '');
  }
  if (env.TERM === 'linux') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return locale === '' || /utf-?8/i.test(locale);
}

/** Whether lines can be redrawn in place. */
export function canDrawOver(stream: { readonly isTTY?: boolean }, { env }: Hints): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && !env.CI;
}

/** The escape sequences of picocolors for the colours we use. */
const COLOURS = new RegExp(`(${'\u001b'}\\[(?:1|2|22|3[1-6]|39)m)`);

/**
 * Removes all escape sequences from a line except our own colours. Foreign texts are escaped where they enter
 * a line; this is a safety net.
 */
function withoutEffects(line: string): string {
  return line
    .split(COLOURS)
    .map((part, index) => (index % 2 === 1 ? part : visibleLines(part)))
    .join('');
}

const ASCII: Readonly<Record<string, string>> = { '…': '...', '·': '-', '–': '-', '—': '-' };

/** Replaces the few non-ASCII characters of our own texts. Data stays as it is. */
export function inAscii(text: string): string {
  return text.replace(/[…·–—]/g, (character) => ASCII[character] ?? character);
}

/** The process around the command line, passed in so that no code uses globals. */
export interface World {
  /** Without node and script name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homedir: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/**
 * How the person calls this program, so that a printed command can be copied: through npx if npm started it,
 * and with `--data-dir` if it was given.
 */
export function selfCommand(
  args: string,
  { env, platform }: Pick<World, 'env' | 'platform'>,
  dataDir: string | undefined,
): string {
  const program = env.npm_command ? 'npx branchline' : 'branchline';
  const folder = dataDir === undefined ? '' : ` --data-dir ${pathWord(dataDir, platform)}`;
  return `${program} ${args}${folder}`;
}

/** A path from the command line, as one word of a command that can be copied. */
export function pathWord(path: string, platform: NodeJS.Platform): string {
  return (platform === 'win32' ? windowsWord(path) : posixWord(path)) ?? SOME_FOLDER;
}
