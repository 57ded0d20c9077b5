import { Paper } from '@mantine/core';
import { type KeyboardEvent, memo, useCallback, useDeferredValue, useEffect, useRef, useState } from 'react';
import type { FleetBranch } from '../../../shared/fleet.ts';
import { branchName, reasonText } from '../../../shared/texts/fleetText.ts';
import { visible } from '../../../shared/visible.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Board.module.css';
import { BRANCH_SHAPES } from './BranchMark.tsx';
import { branchAddress } from './boardFilter.ts';

const NONE: readonly FleetBranch[] = [];
/** That many tiles fill the wall's height in any window, so nothing moves when they are drawn. */
const FULL_ABOVE = 600;

/** All branches at one glance. A branch's name is shown below while its tile has the pointer or the focus. */
export function TileWall({ branches }: { readonly branches: readonly FleetBranch[] }) {
  const t = useT();
  const wall = useRef<HTMLFieldSetElement>(null);
  // The list is drawn first: a thousand tiles take longer than its few rows.
  const drawn = useDeferredValue(branches, NONE);
  const [told, setTold] = useState<string | null>(null);
  const tell = useCallback((event: { readonly target: EventTarget }) => {
    const tile = event.target instanceof Element ? event.target.closest('a') : null;
    setTold(tile?.getAttribute('aria-label') ?? null);
  }, []);
  // One Tab stop for a thousand tiles; the arrow keys move between them.
  useEffect(() => {
    const tiles = tilesIn(wall.current);
    if (tiles[0] !== undefined && !tiles.some((tile) => tile.tabIndex === 0)) tiles[0].tabIndex = 0;
  });
  return (
    <Paper withBorder p="sm">
      <fieldset
        ref={wall}
        className={`${classes.wall} ${branches.length > FULL_ABOVE ? classes.full : ''}`}
        aria-label={t('boardPage.wall')}
        onKeyDown={move}
        onFocus={tell}
        onMouseOver={tell}
        onMouseLeave={() => setTold(null)}
        onBlur={() => setTold(null)}
      >
        {drawn.map((branch) => (
          <Tile key={branch.connection} branch={branch} />
        ))}
      </fieldset>
      <p className={classes.told} aria-hidden>
        {told ?? t('boardPage.wallHint')}
      </p>
    </Paper>
  );
}

/** A plain link: a thousand components that listen for the place would be slow. */
const Tile = memo(function Tile({ branch }: { readonly branch: FleetBranch }) {
  const t = useT();
  const format = useFormat();
  const { icon: Icon, look } = BRANCH_SHAPES[branch.state];
  const label = t('boardPage.tile', {
    name: visible(branchName(branch)),
    state: t(`fleet.state.${branch.state}`),
    reason: visible(reasonText(branch, t, format.moment)),
  });
  return (
    <a
      href={`#${branchAddress(branch.connection)}`}
      className={`${classes.tile} ${classes[look]}`}
      aria-label={label}
      tabIndex={-1}
    >
      <Icon size={15} stroke={2} aria-hidden />
    </a>
  );
});

function tilesIn(wall: HTMLElement | null): readonly HTMLElement[] {
  return [...(wall?.querySelectorAll('a') ?? [])];
}

function move(event: KeyboardEvent<HTMLElement>): void {
  const tiles = tilesIn(event.currentTarget);
  const at = tiles.findIndex((tile) => tile.matches(':focus'));
  const next = tiles[nextTile(event.key, at, tiles)];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  for (const tile of tiles) tile.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function nextTile(key: string, at: number, tiles: readonly HTMLElement[]): number {
  const top = tiles[0]?.offsetTop;
  const perLine = tiles.findIndex((tile) => tile.offsetTop !== top);
  const line = perLine < 0 ? tiles.length : perLine;
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: line,
    ArrowUp: -line,
  };
  if (key === 'Home') return 0;
  if (key === 'End') return tiles.length - 1;
  const step = steps[key];
  return step === undefined ? -1 : at + step;
}
