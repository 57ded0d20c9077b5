import { posixWord, SOME_FOLDER, windowsWord } from '../shared/printedCommands.ts';
import type { World } from './context.ts';

/**
 * How the person calls this program again, so that a printed command can be copied: through npx where
 * npm started it, with the data folder where it was named on the line.
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

/** A path that a person named on the line, as one word of a command that can be copied. */
export function pathWord(path: string, platform: NodeJS.Platform): string {
  return (platform === 'win32' ? windowsWord(path) : posixWord(path)) ?? SOME_FOLDER;
}
