import stringWidth from 'string-width';
import type { Look } from './look.ts';
import { padEnd } from './padding.ts';

/** Lines of `Label  value`, the values under each other. */
export function renderLabelled(
  pairs: readonly (readonly [label: string, value: string])[],
  look: Look,
  indent = '',
): string[] {
  const width = Math.max(0, ...pairs.map(([label]) => stringWidth(label)));
  return pairs.map(([label, value]) => `${indent}${look.colors.dim(padEnd(label, width))}  ${value}`);
}
