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
  const folder = dataDir === undefined ? '' : ` --data-dir ${shellWord(dataDir, platform)}`;
  return `${program} ${args}${folder}`;
}

/** A text as one word of a command that can be copied: a table's name may hold spaces, and what a shell would run. */
export function shellWord(text: string, platform: NodeJS.Platform): string {
  if (/^[\w@%+=:,./\\-]+$/.test(text) && (platform === 'win32' || !text.includes('\\'))) return text;
  return platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}
