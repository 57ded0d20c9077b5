import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../core/files/atomicFile.ts';
import { readSmallText } from '../../core/files/smallFile.ts';
import { isServed } from '../../service/serviceLock.ts';

const noteSchema = z.object({
  port: z.int().min(1).max(65535),
  /** Null after an orderly end. */
  pid: z.int().nullable(),
});

/** Where the agent of a user-data folder listens, or listened last; null where there never was one. */
export type AgentNote = z.output<typeof noteSchema>;

export function readNote(folder: string): AgentNote | null {
  try {
    return noteSchema.parse(JSON.parse(readSmallText(agentFiles(folder).note)));
  } catch {
    return null;
  }
}

/** @throws UsageError `data_folder_unusable`, `data_folder_full`, `data_folder_read_only` */
export function writeNote(folder: string, note: AgentNote): void {
  replaceFile(agentFiles(folder).note, `${JSON.stringify(note)}\n`);
}

/** The address of the agent that serves a folder now; null where none does. */
export function runningAt(folder: string): string | null {
  const note = readNote(folder);
  // A tray may serve the folder by now, of which a killed agent's note knows nothing: its process is gone.
  if (note === null || note.pid === null || !isAlive(note.pid) || !isServed(folder)) return null;
  return addressOf(note.port);
}

/** The address of the window, without a slash at its end. */
export function addressOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** What the agent keeps in the user-data folder. For this user alone: whoever may write there opens the window. */
export function agentFiles(folder: string) {
  const own = join(folder, 'agent');
  return {
    /** Who runs, and where. */
    note: join(own, 'agent.json'),
    /** Hashes of the cookies that are good. */
    sessions: join(own, 'sessions.json'),
    /** A file for each link that another process of this user has made: its name is the token's hash. */
    links: join(own, 'links'),
    /** A page that leads to a link; see `serve --open`. */
    opener: join(own, 'open.html'),
  };
}
