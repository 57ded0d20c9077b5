import { useSyncExternalStore } from 'react';
import type { ConnectionTestStep } from '../../../shared/contract.ts';
import type { Draft } from '../../../shared/settings.ts';
import { fieldsOf } from './model/fields.ts';
import { allWell } from './model/testSteps.ts';

/** When an endpoint was last tested in this browser, and the result. */
export interface LastTest {
  readonly at: string;
  readonly ok: boolean;
}

/** Kept in the browser's storage, because the journal records copies and not tests. */
const KEY = 'branchline-tests';
const listeners = new Set<() => void>();
/** The text read last, so that unchanged text gives the same object. */
let read: { readonly text: string; readonly tests: Readonly<Record<string, LastTest>> } = {
  text: '',
  tests: {},
};

export function rememberTest(draft: Draft, steps: readonly ConnectionTestStep[]): void {
  const test: LastTest = { at: new Date().toISOString(), ok: allWell(steps) };
  localStorage.setItem(KEY, JSON.stringify({ ...readTests(), [placeOf(draft)]: test }));
  for (const listener of listeners) listener();
}

/** Null if it was never tested with its current settings. */
export function useLastTest(draft: Draft): LastTest | null {
  return useSyncExternalStore(subscribe, readTests)[placeOf(draft)] ?? null;
}

/** The same for many. */
export function useLastTests(): (draft: Draft) => LastTest | null {
  const tests = useSyncExternalStore(subscribe, readTests);
  return (draft) => tests[placeOf(draft)] ?? null;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function readTests(): Readonly<Record<string, LastTest>> {
  const text = localStorage.getItem(KEY) ?? '{}';
  if (text !== read.text) read = { text, tests: JSON.parse(text) as Record<string, LastTest> };
  return read.tests;
}

/** Identified by server and account, because a test says nothing about others, whatever the connection's name. */
function placeOf(draft: Draft): string {
  const raw = draft.kind === 'central' ? draft.central : draft.connection;
  const { host, port, database, user, sslmode, schema } = fieldsOf({ ...raw });
  return JSON.stringify([draft.kind, host, port, database, user, sslmode, schema]);
}
