import { startAgent } from '../../../src/agent/agent.ts';
import { systemPorts } from '../../../src/core/systemPorts.ts';
import type { Language } from '../../../src/shared/texts/language.ts';

/** What the child is to serve. */
export interface AgentOrder {
  readonly folder: string;
  readonly windowFolder: string;
  readonly port: number | null;
  readonly language: Language;
}

/** What the child tells: where its window is. Each link opens one browser. */
export interface AgentReady {
  readonly url: string;
  readonly links: readonly string[];
}

/** More windows than any test opens. */
const LINKS = 20;

process.once('message', (order: AgentOrder) => void serve(order));

async function serve({ folder, windowFolder, port, language }: AgentOrder): Promise<void> {
  const quiet = { log: () => undefined };
  const agent = await startAgent(systemPorts(quiet), {
    folder,
    windowFolder,
    port,
    language,
    version: '0.0.0-test',
    systemLanguages: [language],
    startDemo: () => Promise.reject(new Error('Tests have databases of their own.')),
  });
  const ready: AgentReady = { url: agent.url, links: Array.from({ length: LINKS }, () => agent.link()) };
  process.send?.(ready);
  process.once('SIGTERM', () => void agent.stop().then(() => process.exit(0)));
  // The test has ended without saying so.
  process.once('disconnect', () => process.exit(1));
}
