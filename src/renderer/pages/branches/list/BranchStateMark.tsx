import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconClockExclamation,
  IconEqualNot,
  IconPlayerPause,
  IconRefresh,
} from '@tabler/icons-react';
import type { BranchState } from '../../../../window-api/views.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import classes from './BranchStateMark.module.css';

const SHAPES = {
  failed: IconAlertTriangle,
  differs: IconEqualNot,
  late: IconClockExclamation,
  never: IconCircleDashed,
  up_to_date: IconCircleCheck,
  off: IconPlayerPause,
  running: IconRefresh,
} as const satisfies Readonly<Record<BranchState['state'] | 'running', unknown>>;

/** How a branch stands, as shape, colour and words. */
export function BranchStateMark({ state }: { readonly state: keyof typeof SHAPES }) {
  const t = useT();
  const Shape = SHAPES[state];
  return (
    <span className={`${classes.mark} ${classes[state]}`}>
      <Shape size={18} stroke={1.8} aria-hidden />
      <span>{t(`branchesPage.state.${state}`)}</span>
    </span>
  );
}
