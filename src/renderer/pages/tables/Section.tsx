import { Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of a table's details, under its own heading. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack gap={4} component="section">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}
