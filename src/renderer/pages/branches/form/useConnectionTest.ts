import { useCallback, useState, useSyncExternalStore } from 'react';
import type { ConnectionTestStep, TestProgress } from '../../../../shared/contract.ts';
import type { Draft } from '../../../../shared/settings.ts';
import { useReach } from '../../../data/BridgeProvider.tsx';
import { useCommand } from '../../../data/useCommand.ts';
import { rememberTest } from '../lastTests.ts';

/** A test of one endpoint, and how far it has got. */
export interface ConnectionTest {
  /** Null while no test is under way. */
  readonly progress: TestProgress | null;
  readonly testing: boolean;
  /** @throws Refused */
  test(
    draft: Draft,
    password: string | null,
    sshSecret: string | null,
  ): Promise<readonly ConnectionTestStep[]>;
}

/** Before the first event of a test. */
const BEGUN: TestProgress = { steps: [], doing: 'name' };

export function useConnectionTest(): ConnectionTest {
  const { live } = useReach();
  const { mutateAsync, isPending } = useCommand('testConnection', { quiet: true, secret: true });
  const [name, setName] = useState('');
  const progress = useSyncExternalStore(live.subscribe, () => live.testOf(name));
  const test = useCallback(
    async (draft: Draft, password: string | null, sshSecret: string | null) => {
      const own = newName();
      const forget = live.followTest(own);
      setName(own);
      try {
        const steps = await mutateAsync([draft, password, sshSecret, own]);
        rememberTest(draft, steps);
        return steps;
      } finally {
        forget();
      }
    },
    [live, mutateAsync],
  );
  return { progress: isPending ? (progress ?? BEGUN) : null, testing: isPending, test };
}

/** No other window gives a test the same name. */
export function newName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((one) => one.toString(36)).join('');
}
