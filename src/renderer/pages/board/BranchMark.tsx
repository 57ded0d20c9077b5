import {
  IconAlertCircle,
  IconAlertTriangle,
  IconCircleCheck,
  IconClockExclamation,
  IconEqualNot,
  IconHelpCircle,
  IconPlayerPause,
  IconRefresh,
} from '@tabler/icons-react';
import type { BranchState } from '../../../shared/fleet.ts';
import classes from '../../parts/StatusMark.module.css';
import { useT } from '../../words/LanguageProvider.tsx';

/** Shape as well as colour; see StatusMark. */
export const BRANCH_SHAPES = {
  failed: { icon: IconAlertTriangle, look: 'bad' },
  late: { icon: IconClockExclamation, look: 'bad' },
  unknown: { icon: IconHelpCircle, look: 'warn' },
  differs: { icon: IconEqualNot, look: 'warn' },
  interrupted: { icon: IconPlayerPause, look: 'warn' },
  attention: { icon: IconAlertCircle, look: 'warn' },
  running: { icon: IconRefresh, look: 'busy' },
  ok: { icon: IconCircleCheck, look: 'good' },
} as const satisfies Readonly<Record<BranchState, unknown>>;

/** A branch's state as shape, colour and word. */
export function BranchMark({ of }: { readonly of: BranchState }) {
  const t = useT();
  const { icon: Icon, look } = BRANCH_SHAPES[of];
  return (
    <span className={`${classes.mark} ${classes[look]}`}>
      <Icon size={18} stroke={1.8} aria-hidden />
      {t(`fleet.state.${of}`)}
    </span>
  );
}
