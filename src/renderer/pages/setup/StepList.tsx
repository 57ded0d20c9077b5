import { UnstyledButton } from '@mantine/core';
import { useT } from '../../words/LanguageProvider.tsx';
import { SETUP_STEPS, type SetupStep } from './path.ts';
import classes from './StepList.module.css';

/** The whole path, with where one is on it. */
export function StepList({
  at,
  mayOpen,
  onOpen,
}: {
  readonly at: SetupStep;
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
              aria-current={step === at ? 'step' : undefined}
              onClick={() => onOpen(step)}
            >
              <span className={classes.number} aria-hidden>
                {index + 1}
              </span>
              {t(`setupPage.step.${step}.name`)}
            </UnstyledButton>
          </li>
        ))}
      </ol>
    </nav>
  );
}
