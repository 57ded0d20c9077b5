import { Button, Code, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import type { ConnectionTestStep } from '../../../../shared/contract.ts';
import { FailureCode, type FailureDetail } from '../../../../shared/errors.ts';
import type { Draft } from '../../../../shared/settings.ts';
import type { FailureTexts, Translate } from '../../../../shared/texts/translate.ts';
import { visible, visibleLines } from '../../../../shared/visible.ts';
import { useCommand } from '../../../data/useCommand.ts';
import type { Format } from '../../../words/format.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import type { Target } from '../model/fields.ts';
import { hintFor, type ShownStep, shownSteps } from '../model/testSteps.ts';
import classes from './TestSteps.module.css';

const MARKS = {
  ok: IconCircleCheck,
  warning: IconAlertTriangle,
  failed: IconAlertTriangle,
  not_tried: IconCircleDashed,
} as const;

/** The steps of a test; a failed one with its meaning and what to do next. */
export function TestSteps({
  kind,
  steps,
  label,
  draft,
  onAccepted,
}: {
  readonly kind: Target['kind'];
  readonly steps: readonly ConnectionTestStep[];
  /** The database's display name, for the sentences. */
  readonly label: string;
  /** What was tested. */
  readonly draft: Draft;
  /** After a host key was accepted: to test again. */
  readonly onAccepted: () => void;
}) {
  const t = useT();
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each test that was made.
  useEffect(() => {
    // The failed step, or else the last one, may be out of sight.
    const failed = list.current?.querySelector('[data-state="failed"]');
    (failed ?? list.current?.lastElementChild)?.scrollIntoView({ block: 'nearest' });
  }, [steps]);
  return (
    <ol ref={list} className={classes.steps} aria-label={t('connectionsPage.testResult')}>
      {shownSteps(kind, steps).map((one) => (
        <Step key={one.step} {...one} label={label}>
          {one.failure !== null && ASKS.has(one.failure.code) && (
            <AcceptHostKey draft={draft} failure={one.failure} onAccepted={onAccepted} />
          )}
        </Step>
      ))}
    </ol>
  );
}

function Step({
  step,
  state,
  facts,
  failure,
  label,
  children,
}: ShownStep & { readonly label: string; readonly children: ReactNode }) {
  const t = useT();
  const format = useFormat();
  const Mark = MARKS[state];
  const known = sayFacts(step, state, facts, t, format);
  const sentences = failure === null ? null : sayFailed(failure, label, t);
  return (
    <li className={classes.step} data-state={state}>
      <Mark size={20} stroke={1.8} className={`${classes.mark} ${classes[state]}`} aria-hidden />
      <div className={classes.text}>
        <Text component="span" fw={state === 'failed' ? 600 : 500}>
          {t(`connectionsPage.step.${step}`)}
        </Text>{' '}
        <Text component="span" size="sm" className={classes[state] ?? ''}>
          {t(`connectionsPage.stepState.${state}`)}
        </Text>
        {known !== null && (
          <Text size="sm" c="dimmed">
            {known}
          </Text>
        )}
        {sentences !== null && (
          <>
            <Text size="sm">{sentences.sentence}</Text>
            <Text size="sm" fw={600}>
              {sentences.next}
            </Text>
            <Code block mt="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {visibleLines(failure?.message ?? '')}
            </Code>
          </>
        )}
        {children}
      </div>
    </li>
  );
}

/** Failures that a person may answer by accepting the host key. */
const ASKS = new Set<FailureCode>([FailureCode.SshHostKeyChanged, FailureCode.SshHostKeyUnknown]);

/** Pins the host key whose fingerprint stands above the button, and no other. */
function AcceptHostKey({
  draft,
  failure,
  onAccepted,
}: {
  readonly draft: Draft;
  readonly failure: FailureDetail;
  readonly onAccepted: () => void;
}) {
  const t = useT();
  const accept = useCommand('acceptHostKey');
  return (
    <Stack gap={4} mt="xs" align="flex-start">
      <Button
        variant="default"
        size="compact-sm"
        loading={accept.isPending}
        onClick={() => accept.mutate([draft, String(failure.params.offered)], { onSuccess: onAccepted })}
      >
        {t('connectionsPage.ssh.accept')}
      </Button>
      <Text size="sm" c="dimmed">
        {t('connectionsPage.ssh.acceptNote')}
      </Text>
    </Stack>
  );
}

/** Uses the name in the form: the failure has only the id, which a new connection may not have yet. */
function sayFailed({ code, params }: FailureDetail, label: string, t: Translate): FailureTexts {
  const texts = t.failure({ code, params: { ...params, connection: label } });
  const hint = hintFor({ code, params });
  return hint === null ? texts : { ...texts, next: t(`connectionsPage.hint.${hint}`) };
}

/** The findings of a step in words; null if there is nothing to say. */
function sayFacts(
  step: ShownStep['step'],
  state: ShownStep['state'],
  facts: ShownStep['facts'],
  t: Translate,
  format: Format,
): string | null {
  if (state === 'warning') return t('connectionsPage.fact.exposed');
  if (step === 'tls' && typeof facts.encrypted === 'boolean')
    return facts.encrypted ? t('connectionsPage.fact.encrypted') : t('connectionsPage.fact.plain');
  if (step === 'version' && facts.version !== undefined)
    return t('connectionsPage.fact.version', { version: String(facts.version) });
  if (step === 'read' && typeof facts.tables === 'number')
    return t('connectionsPage.fact.tables', { count: facts.tables, tables: format.count(facts.tables) });
  if (state !== 'ok') return null;
  if (step === 'write' && typeof facts.bytesPerSecond === 'number') {
    const speed = t('words.transfer.speed', { speed: format.bytes(facts.bytesPerSecond) });
    return visible([facts.schema, speed].filter((one) => one !== undefined).join(' · '));
  }
  if (step === 'ssh') {
    const compressed = facts.compressed === true ? [t('connectionsPage.ssh.compressed')] : [];
    return visible([facts.hostKey, ...compressed].join(' · '));
  }
  // A typed IP address resolves to itself, so it is shown once.
  const values = new Set(Object.values(facts).filter((value) => typeof value !== 'boolean'));
  return values.size === 0 ? null : visible([...values].join(' · '));
}
