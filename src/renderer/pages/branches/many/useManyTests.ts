import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ConnectionTestStep, TestProgress } from '../../../../shared/contract.ts';
import type { Args } from '../../../../window-api/windowApi.ts';
import { useReach } from '../../../data/BridgeProvider.tsx';
import { useCommand } from '../../../data/useCommand.ts';
import { newName } from '../form/useConnectionTest.ts';

/** Tests of many branches, each by its key: a line, or an id. */
export interface ManyTests {
  readonly testing: boolean;
  readonly error: Error | null;
  /** The progress of one, or its result; null before it has begun. */
  of(key: string): TestProgress | null;
  begin(keys: readonly string[], what: Args<'testBranches'>[1]): void;
  stop(): void;
}

type Results = Readonly<Record<string, readonly ConnectionTestStep[]>>;

export function useManyTests(): ManyTests {
  const { live } = useReach();
  const command = useCommand('testBranches', { quiet: true, secret: true });
  const stopping = useCommand('stopTests', { quiet: true });
  const [name, setName] = useState('');
  const [results, setResults] = useState<Results>({});
  const [forgets, setForgets] = useState<readonly (() => void)[]>([]);
  // Redraws with every event about tests.
  useSyncExternalStore(live.subscribe, live.testsVersion);
  useEffect(
    () => () => {
      for (const forget of forgets) forget();
    },
    [forgets],
  );
  return {
    testing: command.isPending,
    error: command.error,
    of: (key) => {
      const steps = results[key];
      return steps === undefined ? live.testOf(`${name}/${key}`) : { steps, doing: null };
    },
    begin: (keys, what) => {
      const own = newName();
      setName(own);
      setResults((before) =>
        Object.fromEntries(Object.entries(before).filter(([key]) => !keys.includes(key))),
      );
      setForgets(keys.map((key) => live.followTest(`${own}/${key}`)));
      command.mutate([own, what], {
        onSuccess: (found) => setResults((before) => ({ ...before, ...found })),
      });
    },
    stop: () => stopping.mutate([name]),
  };
}
