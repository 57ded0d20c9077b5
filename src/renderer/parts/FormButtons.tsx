import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './FormButtons.module.css';

/**
 * What can be done with a form longer than the screen, always in sight below it.
 *
 * @param props.back stands apart at the start, where every step of the set-up has it
 */
export function FormButtons({ back, children }: { readonly back?: ReactNode; readonly children: ReactNode }) {
  return (
    <Group
      className={classes.buttons ?? ''}
      justify={back === undefined ? 'flex-end' : 'space-between'}
      gap="xs"
    >
      {back}
      <Group justify="flex-end" gap="xs">
        {children}
      </Group>
    </Group>
  );
}
