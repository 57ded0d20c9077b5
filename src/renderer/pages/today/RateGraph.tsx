import { Text } from '@mantine/core';
import type { LinkView } from '../../../window-api/views.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Running.module.css';

/** Steps of three minutes; fewer are drawn at the right end. */
const STEPS = 36;
const HEIGHT = 48;

/** How fast was sent in the last minutes. Its height never changes, so that nothing below jumps. */
export function RateGraph({ link }: { readonly link: LinkView | null }) {
  const t = useT();
  const format = useFormat();
  const steps = link?.perSecond ?? [];
  const most = Math.max(1, ...steps);
  const first = STEPS - steps.length;
  const points = steps.map((step, index) => `${first + index},${HEIGHT - (step / most) * (HEIGHT - 2)}`);
  const last = steps.at(-1);
  return (
    <div className={classes.graph}>
      <svg viewBox={`0 0 ${STEPS - 1} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden focusable="false">
        {points.length > 1 && (
          <>
            <polygon
              className={classes.area}
              points={`${first},${HEIGHT} ${points.join(' ')} ${STEPS - 1},${HEIGHT}`}
            />
            <polyline className={classes.line} points={points.join(' ')} />
          </>
        )}
      </svg>
      <Text size="sm" c="dimmed" className="numbers">
        {last === undefined
          ? t('todayPage.running.rateSoon')
          : t('todayPage.running.rate', { now: format.bytes(last), most: format.bytes(Math.max(...steps)) })}
      </Text>
    </div>
  );
}
