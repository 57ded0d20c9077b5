import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useT } from '../../words/LanguageProvider.tsx';
import { SETUP_STEPS, type SetupStep } from './path.ts';
import classes from './StepList.module.css';

/** The whole path, with where one is on it. */
export function StepList({
  at,
  isDone,
  mayOpen,
  onOpen,
}: {
  readonly at: SetupStep;
  readonly isDone: (step: SetupStep) => boolean;
  readonly mayOpen: (step: SetupStep) => boolean;
  readonly onOpen: (step: SetupStep) => void;
}) {
  const t = useT();
  return (
    <nav aria-label={t('setupPage.path')}>
      <ol className={classes.list}>
        {SETUP_STEPS.map((step, index) => (
          <li key={step} className={classes.item}>
            <UnstyledButton
              className={classes.step ?? ''}
              disabled={!mayOpen(step)}
              data-done={isDone(step) || undefined}
              aria-current={step === at ? 'step' : undefined}
              onClick={() => onOpen(step)}
            >
              <span className={classes.number} aria-hidden>
                {isDone(step) ? <IconCheck size={14} stroke={3} /> : index + 1}
              </span>
              {t(`setupPage.step.${step}.name`)}
              {isDone(step) && <VisuallyHidden> {t('setupPage.stepDone')}</VisuallyHidden>}
            </UnstyledButton>
          </li>
        ))}
      </ol>
    </nav>
  );
}
