import { Text } from '@mantine/core';
import { visible } from '../../../../shared/visible.ts';
import classes from './Facts.module.css';

/** Names and values, under each other; values of any length break where they must. */
export function Facts({ of }: { readonly of: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className={classes.facts}>
      {of.map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" className={classes.value ?? ''}>
            {visible(value)}
          </Text>
        </div>
      ))}
    </dl>
  );
}
