import pc from 'picocolors';
import type { Engine } from '../core/engineApi.ts';
import { dataFolder } from '../core/files/dataFolder.ts';
import type { Language } from '../shared/texts/language.ts';
import type { Translate } from '../shared/texts/translate.ts';
import { visibleJson, visibleLines } from '../shared/visible.ts';
import { createFileLogger } from './logFile.ts';
import type { Look } from './render/marks.ts';
import { selfCommand } from './selfCommand.ts';

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
  /** How stdout is written to; `errorLook` is stderr's. */
  readonly look: Look;
  readonly errorLook: Look;
  /** Whether stdout is a terminal that can be drawn over. */
  readonly live: boolean;
  print(lines: readonly string[]): void;
  printError(lines: readonly string[]): void;
  printJson(value: unknown): void;
  /** A line as this terminal can show it. */
  printable(line: string): string;
  /** A command to copy, such as `sync-all --resume …`, as it is called here. */
  again(args: string | null): string;
  /** The same, on another data folder. */
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
    // Asked for anew each time: a window may be made narrower while a run is shown.
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
 * Opens the engine on a user-data folder. Loaded only where a command needs it, so that `--help` does
 * not wait for the database drivers.
 *
 * @throws UsageError as the settings and the engine throw them
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

/** Whether to colour what goes to a stream. `--no-color` is the person's; NO_COLOR is https://no-color.org. */
export function wantsColor(stream: { readonly isTTY?: boolean }, { env }: Hints, flag: boolean): boolean {
  if (!flag || env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/**
 * Whether the terminal shows more than ASCII. The old Windows console and Linux's text console lack
 * the glyphs; a locale that says another encoding than UTF-8 is believed, and one that says nothing is
 * not taken for a no.
 */
export function showsUnicode({ env, platform }: Hints): boolean {
  if (platform === 'win32') {
    return Boolean(env.WT_SESSION || env.TERM_PROGRAM || env.ConEmuTask) || /^xterm/.test(env.TERM ?? '');
  }
  if (env.TERM === 'linux') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return locale === '' || /utf-?8/i.test(locale);
}

/** Whether lines can be drawn over. */
export function canDrawOver(stream: { readonly isTTY?: boolean }, { env }: Hints): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && !env.CI;
}

/** What picocolors writes for the colours that we use. */
const COLOURS = new RegExp(`(${'\u001b'}\\[(?:1|2|22|3[1-6]|39)m)`);

/**
 * A line for a terminal: nothing but colours of ours does anything in it. Texts of others are escaped where they enter
 * a line; this is for one that was forgotten.
 */
function withoutEffects(line: string): string {
  return line
    .split(COLOURS)
    .map((part, index) => (index % 2 === 1 ? part : visibleLines(part)))
    .join('');
}

const ASCII: Readonly<Record<string, string>> = { '…': '...', '·': '-', '–': '-', '—': '-' };

/** The few characters of our texts that ASCII lacks, in ASCII. Data is left as it is. */
export function inAscii(text: string): string {
  return text.replace(/[…·–—]/g, (character) => ASCII[character] ?? character);
}

/** The process around the command line, so that nothing below reaches for globals. */
export interface World {
  /** Without node and script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homedir: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}
