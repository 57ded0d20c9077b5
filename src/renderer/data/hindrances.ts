import type { LiveView, Setup } from '../../window-api/views.ts';

/** Why something cannot be requested now; null if it can. */
export type Hindrance = 'link' | 'view' | 'set_up' | 'settings' | 'busy';

/** Why no command, or no run, can be requested now. */
export function hindrances(
  setup: Setup | undefined,
  live: LiveView | null,
  linked: boolean,
): { readonly command: Hindrance | null; readonly run: Hindrance | null } {
  const command = !linked || setup === undefined || live === null ? 'link' : commandHindrance(setup);
  return { command, run: command ?? runHindrance(setup, live) };
}

function runHindrance(setup: Setup | undefined, live: LiveView | null): Hindrance | null {
  // Nobody should start a run with other settings than the ones they see.
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
  return kind !== 'idle' && kind !== 'waiting_database';
}
