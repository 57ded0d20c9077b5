import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ConnectionTestStep, TestProgress } from '../../../../shared/contract.ts';
import { FailureCode, type FailureDetail } from '../../../../shared/errors.ts';
import type { Draft } from '../../../../shared/settings.ts';
import type { FailureTexts, Translate } from '../../../../shared/texts/translate.ts';
import { visible } from '../../../../shared/visible.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import {
  allWell,
  failedStep,
  hintFor,
  mayGoWithoutTls,
  type OtherSchema,
  otherSchema,
} from '../model/testSteps.ts';
import classes from './TestSteps.module.css';
import { StepMark } from './TestSteps.tsx';

/** What a person can do about a failed test with one click, each followed by another test. */
export interface Remedies {
  /** The host key was accepted. */
  readonly onAccepted: () => void;
  /** Uses the schema that has tables. */
  readonly onSchema?: (schema: string) => void;
  /** Encrypts only if the server can. */
  readonly onWithoutTls?: () => void;
}

/** What a test has shown, in a sentence; if it failed, why and what to do. */
export function TestVerdict({
  steps,
  label,
  draft,
  onAccepted,
  onSchema,
  onWithoutTls,
}: Remedies & {
  readonly steps: readonly ConnectionTestStep[];
  /** The database's display name, for the sentences. */
  readonly label: string;
  /** What was tested. */
  readonly draft: Draft;
}) {
  const t = useT();
  const format = useFormat();
  const well = allWell(steps);
  const failure = failedStep(steps)?.failure ?? null;
  const other = otherSchema(steps);
  if (well || failure === null) {
    const exposed = steps.some(({ facts }) => facts.exposed === true);
    return (
      <Verdict state={exposed ? 'warning' : 'ok'} title={sayPassed(steps, t, format.count)}>
        {exposed && <Text size="sm">{t('branchesPage.fact.exposed')}</Text>}
      </Verdict>
    );
  }
  const { sentence, next } = sayFailed(failure, label, other, t, format.count);
  return (
    <Verdict state="failed" title={sentence}>
      {next !== null && <Text size="sm">{next}</Text>}
      {other !== null && onSchema !== undefined && (
        <Remedy onClick={() => onSchema(other.elsewhere)}>
          {t('branchesPage.useSchema', { schema: visible(other.elsewhere) })}
        </Remedy>
      )}
      {onWithoutTls !== undefined && mayGoWithoutTls(steps) && (
        <Remedy onClick={onWithoutTls}>{t('branchesPage.withoutTls')}</Remedy>
      )}
      {ASKS.has(failure.code) && <AcceptHostKey draft={draft} failure={failure} onAccepted={onAccepted} />}
    </Verdict>
  );
}

/** The step under way, while a test lasts. */
export function TestingNow({ progress: { doing } }: { readonly progress: TestProgress }) {
  const t = useT();
  return (
    <Verdict
      state="doing"
      title={t('branchesPage.testingStep', { step: t(`branchesPage.step.${doing ?? 'name'}`) })}
    />
  );
}

function Verdict({
  state,
  title,
  children,
}: {
  readonly state: 'ok' | 'warning' | 'failed' | 'doing';
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className={classes.verdict} data-verdict={state}>
      <StepMark state={state} size={24} />
      <Stack gap={4} className={classes.text ?? ''}>
        <Text fw={600}>{title}</Text>
        {children}
      </Stack>
    </div>
  );
}

function Remedy({ onClick, children }: { readonly onClick: () => void; readonly children: ReactNode }) {
  return (
    <Button size="compact-sm" w="fit-content" onClick={onClick} mt={4}>
      {children}
    </Button>
  );
}

function sayPassed(
  steps: readonly ConnectionTestStep[],
  t: Translate,
  count: (number: number) => string,
): string {
  const tables = steps.find(({ step }) => step === 'read')?.facts.tables;
  if (typeof tables !== 'number') return t('branchesPage.passedWriting');
  return t('branchesPage.passedReading', { count: tables, tables: count(tables) });
}

/** Uses the name in the form: the failure has only the id, which a new connection may not have yet. */
function sayFailed(
  { code, params }: FailureDetail,
  label: string,
  other: OtherSchema | null,
  t: Translate,
  count: (number: number) => string,
): { readonly sentence: string; readonly next: FailureTexts['next'] | null } {
  if (other !== null) {
    const { schema, exists, elsewhere, tables } = other;
    const values = { schema, elsewhere, count: tables, tables: count(tables) };
    const sentence = exists ? t('branchesPage.schemaEmpty', values) : t('branchesPage.schemaMissing', values);
    return { sentence, next: null };
  }
  const texts = t.failure({ code, params: { ...params, connection: label } });
  const hint = hintFor({ code, params });
  return hint === null ? texts : { ...texts, next: t(`branchesPage.hint.${hint}`) };
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
    <Group gap="xs" mt={4}>
      <Button
        variant="default"
        size="compact-sm"
        loading={accept.isPending}
        onClick={() => accept.mutate([draft, String(failure.params.offered)], { onSuccess: onAccepted })}
      >
        {t('branchesPage.ssh.accept')}
      </Button>
      <Text size="sm" c="dimmed">
        {t('branchesPage.ssh.acceptNote')}
      </Text>
    </Group>
  );
}
