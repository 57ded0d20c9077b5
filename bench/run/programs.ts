import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** @returns the path of a program, or null; searches `folders` first, then PATH */
export async function findProgram(name: string, folders: readonly string[] = []): Promise<string | null> {
  for (const folder of [...folders, ...(process.env.PATH ?? '').split(delimiter)]) {
    const program = join(folder, name);
    const there = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return program;
  }
  return null;
}
