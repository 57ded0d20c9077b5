import stringWidth from 'string-width';
import { visibleLines } from '../../shared/visible.ts';
import type { Look } from './look.ts';
import { padEnd } from './padding.ts';

/** Lines of `Label  value`, the values under each other; no line of a value begins where lines of ours do. */
export function renderLabelled(
  pairs: readonly (readonly [label: string, value: string])[],
  look: Look,
  indent = '',
): string[] {
  const width = Math.max(0, ...pairs.map(([label]) => stringWidth(label)));
  const under = `\n${indent}${' '.repeat(width + 2)}`;
  return pairs.map(([label, value]) => {
    const lines = visibleLines(value).replaceAll('\n', under);
    return `${indent}${look.colors.dim(padEnd(label, width))}  ${lines}`;
  });
}
