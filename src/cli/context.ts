import pc from 'picocolors';
import type { Engine } from '../core/engineApi.ts';
import { dataFolder } from '../core/settings/dataFolder.ts';
import type { Translate } from '../shared/texts/translate.ts';
import { visibleJson } from '../shared/visible.ts';
import { openEngineHere } from './openEngineHere.ts';
import type { Look } from './render/look.ts';
import { selfCommand } from './selfCommand.ts';
import { canDrawOver, inAscii, showsUnicode, wantsColor, withoutEffects } from './terminal.ts';
import type { World } from './world.ts';

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
  again(args: string): string;
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
    again: (args) => selfCommand(args, world, options.dataDir),
    at: (other) => createContext(world, t, { ...options, dataDir: other }),
    openEngine,
  };
}
