import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../core/files/atomicFile.ts';
import { readSmallText } from '../../core/files/smallFile.ts';
import { isServed } from '../../service/serviceLock.ts';

const noteSchema = z.object({
  port: z.int().min(1).max(65535),
  /** Null if the agent ended normally. */
  pid: z.int().nullable(),
});

/** Where the agent of a user-data folder listens, or listened last. Null if there never was one. */
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

/** The address of the agent that serves a folder now; null if none does. */
export function runningAt(folder: string): string | null {
  const note = readNote(folder);
  // The note of a killed agent is still there. If a tray serves the folder now, only the missing process
  // shows that no agent does.
  if (note === null || note.pid === null || !isAlive(note.pid) || !isServed(folder)) return null;
  return addressOf(note.port);
}

/** The window's address, without a trailing slash. */
export function addressOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * The folder for what head office's window keeps: who is signed in, and its port. Its own, so that it and a branch's agent can
 * be served from one user-data folder.
 */
export function headOfficeFolder(folder: string): string {
  return join(folder, 'head-office');
}

/** The agent's files in the user-data folder. Only this user may write there: whoever can, can open the window. */
export function agentFiles(folder: string) {
  const own = join(folder, 'agent');
  return {
    /** The agent's process id and port. */
    note: join(own, 'agent.json'),
    /** Hashes of the valid cookies. */
    sessions: join(own, 'sessions.json'),
    /** One file for each link made by another process of this user, named after the token's hash. */
    links: join(own, 'links'),
    /** The page that leads to a link; see `serve --open`. */
    opener: join(own, 'open.html'),
  };
}
