import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serverUser } from '../../src/demo/server/processes.ts';

const ENTRY = fileURLToPath(new URL('../../src/cli/branchline.ts', import.meta.url));

/** A user of this machine whom rights stop, as they do not stop root. */
export interface OtherUser {
  readonly uid: number;
  readonly gid: number;
  /** Gives a file or folder to this user. */
  own(place: string): void;
  /** Runs the command line as this user. */
  branchline(...args: readonly string[]): {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
}

/** @returns why there is none here: only root may become somebody else */
export async function otherUser(): Promise<OtherUser | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'only root on Linux may become another user';
  const user = await serverUser(() => {});
  if (user === null) return 'there is no other user';
  const { uid, gid } = user;
  return {
    uid,
    gid,
    own: (place) => chownSync(place, uid, gid),
    branchline: (...args) => {
      const { PATH, TMPDIR } = process.env;
      const { status, stdout, stderr } = spawnSync(process.execPath, [ENTRY, ...args], {
        uid,
        gid,
        env: { PATH, TMPDIR, HOME: '/nonexistent', LANG: 'C.UTF-8', USER: user.name },
        encoding: 'utf8',
      });
      return { code: status, stdout, stderr };
    },
  };
}
