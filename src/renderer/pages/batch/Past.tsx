import type { Translate } from '../../../shared/texts/translate.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Facts.module.css';
import type { Stage } from './past.ts';

/** Where a batch was interrupted and resumed, oldest first. */
export function Past({ stages }: { readonly stages: readonly Stage[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <ol className={`${classes.past} numbers`} aria-label={t('batchPage.past.title')}>
      {stages.map((stage) => (
        <li key={stage.id}>
          <time dateTime={stage.at}>{format.dateTime(stage.at)}</time>
          <span>{say(stage, t)}</span>
        </li>
      ))}
    </ol>
  );
}

function say(stage: Stage, t: Translate): string {
  if (stage.kind !== 'interrupted' && stage.kind !== 'superseded') return t(`batchPage.past.${stage.kind}`);
  const reason = stage.reason === null ? '?' : t(`words.reason.${stage.reason}`);
  return t(`batchPage.past.${stage.kind}`, { reason });
}
