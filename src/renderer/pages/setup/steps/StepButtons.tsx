import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { useT } from '../../../words/LanguageProvider.tsx';

/** Back, and what goes on. */
export function StepButtons({
  onBack,
  children,
}: {
  readonly onBack: () => void;
  readonly children?: ReactNode;
}) {
  return (
    <Group justify="space-between" gap="xs">
      <BackButton onBack={onBack} />
      {children}
    </Group>
  );
}

export function BackButton({ onBack }: { readonly onBack: () => void }) {
  const t = useT();
  return (
    <Button variant="default" onClick={onBack}>
      {t('setupPage.back')}
    </Button>
  );
}
