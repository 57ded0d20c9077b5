import { join } from 'node:path';

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
