import { systemClock } from '../core/systemPorts.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import { leaveToken, linkTo } from './access/links.ts';
import { runningAt } from './access/note.ts';

/**
 * A link to the agent that serves a user-data folder in another process.
 *
 * @throws UsageError `agent_not_running`; `data_folder_unusable` and its like
 */
export function newLink(folder: string): string {
  const url = runningAt(folder);
  if (url === null) throw new UsageError(UsageCode.AgentNotRunning, { folder });
  return linkTo(url, leaveToken(folder, systemClock));
}
