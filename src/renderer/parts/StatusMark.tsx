import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleMinus,
  IconPlayerPause,
  IconRefresh,
} from '@tabler/icons-react';
import type { BatchStatus } from '../../shared/status.ts';
import { useT } from '../words/LanguageProvider.tsx';
import classes from './StatusMark.module.css';
import type { SeenTable } from './seenStatus.ts';

type AnyStatus = BatchStatus | SeenTable;

/** Shape as well as colour: one man in twelve cannot tell red from green. */
const SHAPES = {
  running: { icon: IconRefresh, look: 'busy' },
  in_progress: { icon: IconRefresh, look: 'busy' },
  completed: { icon: IconCircleCheck, look: 'good' },
  skipped: { icon: IconCircleMinus, look: 'quiet' },
  failed: { icon: IconAlertTriangle, look: 'bad' },
  interrupted: { icon: IconPlayerPause, look: 'warn' },
  halted: { icon: IconPlayerPause, look: 'warn' },
  pending: { icon: IconCircleDashed, look: 'quiet' },
} as const satisfies Readonly<Record<AnyStatus, unknown>>;

/** A status as shape, colour and word. */
export function StatusMark({ of, kind }: { readonly of: AnyStatus; readonly kind: 'batch' | 'table' }) {
  const t = useT();
  const { icon: Icon, look } = SHAPES[of];
  return (
    <span className={`${classes.mark} ${classes[look]}`}>
      <Icon size={18} stroke={1.8} aria-hidden />
      {kind === 'batch' ? t(`words.batch.${of as BatchStatus}`) : t(`words.table.${of as SeenTable}`)}
    </span>
  );
}
