import { Paper, Stack, Title, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useLive } from '../../data/BridgeProvider.tsx';
import { useSettings } from '../../data/useSettings.ts';
import { Answered, Page } from '../../parts/Page.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { connectionsOf } from '../branches/model/fields.ts';
import { FirstStep } from './FirstStep.tsx';
import { isDone, mayOpen, nextStep, SETUP_STEPS, type SetupStep, stepAfter, stepBefore } from './path.ts';
import classes from './StepList.module.css';
import { EndpointStep, ScheduleStep, TablesStep, WelcomeStep } from './Steps.tsx';

/** From nothing to the first copy at head office. Reopened, it continues after what was already saved. */
export function SetupPage() {
  const t = useT();
  const { view } = useSettings();
  return (
    <Page title={t('window.pages.setup')}>
      <Answered to={view}>{(settings) => <Path begin={nextStep(settings)} />}</Answered>
    </Page>
  );
}

function Path({ begin }: { readonly begin: SetupStep }) {
  const t = useT();
  const { current } = useSettings();
  const hasCopied = useLive()?.upTo != null;
  const [step, setStep] = useState(begin);
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current === step) return;
    before.current = step;
    heading.current?.focus();
  }, [step]);
  return (
    <Stack gap="lg" maw="52rem">
      <StepList
        at={step}
        isDone={(one) => (one === 'first' ? hasCopied : isDone(one, step, current()))}
        mayOpen={(one) => mayOpen(one, current())}
        onOpen={setStep}
      />
      <Paper withBorder p={{ base: 'md', sm: 'xl' }}>
        <Stack gap="lg">
          <Title order={2} size="h3" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
            {t(`setupPage.step.${step}.title`)}
          </Title>
          <Step
            step={step}
            onDone={() => setStep(step === 'welcome' ? afterWelcome(nextStep(current())) : stepAfter(step))}
            onBack={() => setStep(stepBefore(step))}
            onOpen={setStep}
          />
        </Stack>
      </Paper>
    </Stack>
  );
}

function afterWelcome(next: SetupStep): SetupStep {
  return next === 'welcome' ? 'central' : next;
}

function Step({
  step,
  onDone,
  onBack,
  onOpen,
}: {
  readonly step: SetupStep;
  readonly onDone: () => void;
  readonly onBack: () => void;
  readonly onOpen: (step: SetupStep) => void;
}) {
  const { current } = useSettings();
  const moves = { onDone, onBack };
  const id = connectionsOf(current().document)[0]?.id ?? null;
  switch (step) {
    case 'welcome':
      return <WelcomeStep onDone={onDone} onDemo={() => onOpen('first')} />;
    case 'central':
      return <EndpointStep key="central" target={{ kind: 'central' }} {...moves} />;
    case 'branch':
      return <EndpointStep key="branch" target={{ kind: 'source', id }} {...moves} />;
    case 'tables':
      return id === null ? null : <TablesStep id={id} {...moves} />;
    case 'schedule':
      return <ScheduleStep {...moves} />;
    case 'first':
      return <FirstStep onBack={onBack} />;
  }
}

/** All set-up steps, with the current one marked. */
function StepList({
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
