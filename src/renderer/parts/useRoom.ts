import { useMediaQuery } from '@mantine/hooks';

/** How many columns of a list fit into the window: the fewer, the more their cells say in a second line. */
export type Room = 'narrow' | 'medium' | 'wide';

/** Widths of the window at which {@link Room} changes. The navigation takes 216 px of them. */
const MEDIUM = '(min-width: 62em)';
const WIDE = '(min-width: 88em)';

/** The room that lists have in the window as it is now. */
export function useRoom(): Room {
  const isWide = useMediaQuery(WIDE, undefined, { getInitialValueInEffect: false });
  const isMedium = useMediaQuery(MEDIUM, undefined, { getInitialValueInEffect: false });
  if (isWide) return 'wide';
  return isMedium ? 'medium' : 'narrow';
}
