import { Text } from '@mantine/core';
import { useMay } from '../../data/useMay.ts';

/**
 * Why nothing can be begun now, under the buttons that cannot be used: their titles are not reached by keyboard.
 * Where nothing at all can be commanded, that is said above every page already.
 */
export function WhyNotRun({ ta = 'start' }: { readonly ta?: 'start' | 'end' }) {
  const { command, whyNotRun } = useMay();
  if (!command || whyNotRun === undefined) return null;
  return (
    <Text size="sm" c="dimmed" ta={ta} w="100%">
      {whyNotRun}
    </Text>
  );
}
