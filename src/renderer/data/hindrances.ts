import type { LiveView, Setup } from '../../window-api/views.ts';

/** Why something cannot be asked for now; null where it can. */
export type Hindrance = 'link' | 'view' | 'set_up' | 'settings' | 'busy';

/** What keeps a person from commanding anything, and from beginning a run. */
export function hindrances(
  setup: Setup | undefined,
  live: LiveView | null,
  linked: boolean,
): { readonly command: Hindrance | null; readonly run: Hindrance | null } {
  const command = !linked || setup === undefined || live === null ? 'link' : commandHindrance(setup);
  return { command, run: command ?? runHindrance(setup, live) };
}

function runHindrance(setup: Setup | undefined, live: LiveView | null): Hindrance | null {
  // Nobody begins a run with other settings than those in front of them.
  if (setup !== undefined && setup.problem !== null) return 'settings';
  return live !== null && isBusy(live) ? 'busy' : null;
}

function commandHindrance(setup: Setup): Hindrance | null {
  if (!setup.commands) return 'view';
  return isNotSetUp(setup) ? 'set_up' : null;
}

/** Whether there are no settings at all. */
export function isNotSetUp({ problem }: Setup): boolean {
  return problem?.kind === 'usage' && problem.code === 'settings_missing';
}

function isBusy({ status }: LiveView): boolean {
  const { kind } = status.activity;
  return kind === 'running' || kind === 'starting' || kind === 'verifying' || kind === 'waiting_lease';
}
