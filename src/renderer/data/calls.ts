import { QueryClient } from '@tanstack/react-query';
import type { BridgeCalls } from '../../window-api/bridge.ts';
import type { Refusal } from '../../window-api/views.ts';
import type { Answer, Args, CallName, QueryName, Result } from '../../window-api/windowApi.ts';
import { problemsOf, type SettingsProblem } from './settingsProblems.ts';

/** A refused call; `refusal` says why. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.kind === 'usage' ? refusal.code : refusal.failure.message);
    this.refusal = refusal;
  }
}

/**
 * Calls the program and returns the answer.
 *
 * @throws Refused
 */
export async function ask<C extends CallName>(
  bridge: BridgeCalls,
  call: C,
  args: Args<C>,
): Promise<Result<C>> {
  const answered: Answer<C> = await bridge[call](...args);
  if (!answered.ok) throw new Refused(answered.refusal);
  return answered.value;
}

/** Why the settings were not saved. */
export type SaveRefusal =
  /** Someone else has changed the file since. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'invalid'; readonly problems: readonly SettingsProblem[] }
  | { readonly kind: 'other'; readonly error: Error };

/** Classifies a refused save for a form. */
export function refusalOf(error: unknown): SaveRefusal {
  if (error instanceof Refused && error.refusal.kind === 'usage') {
    const { code, params }: { code: string; params: typeof error.refusal.params } = error.refusal;
    if (code === 'settings_changed') return { kind: 'changed' };
    if (code === 'settings_invalid') return { kind: 'invalid', problems: problemsOf(params) };
  }
  return { kind: 'other', error: error instanceof Error ? error : new Error(String(error)) };
}

/** The cache key of an answer. */
export function keyOf<C extends QueryName>(call: C, ...args: Args<C>): readonly unknown[] {
  return [call, ...args];
}

/** Marks the answers to these queries as old, which reads visible ones again. Resolves when they were read. */
export async function invalidate(queries: QueryClient, names: readonly QueryName[]): Promise<void> {
  await Promise.all(names.map((name) => queries.invalidateQueries({ queryKey: [name] })));
}

/** Changes a cached answer. One marked as old is left alone: changing it would mark it as new. */
export function patch<T>(queries: QueryClient, key: readonly unknown[], change: (known: T) => T): void {
  if (queries.getQueryState(key)?.isInvalidated) return;
  queries.setQueryData<T>(key, (known) => (known === undefined ? known : change(known)));
}

/** Answers stay valid until an event invalidates them; nothing is polled. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        // The link goes to this computer, so the browser's online state says nothing about it.
        networkMode: 'always',
        // A refusal is an answer. Only calls that did not arrive are repeated.
        retry: (count, error) => !(error instanceof Refused) && count < 2,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
