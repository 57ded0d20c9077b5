import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { TableRow } from '../../../shared/contract.ts';
import { failureOfRow } from '../../../shared/texts/failureGroups.ts';
import { useLabels } from '../../data/useCall.ts';
import { useCommand, useMay } from '../../data/useCommand.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { askedPlace, BRANCHES, type WhatFor } from '../branchesPlace.ts';
import { ErrorAlert } from '../Refusals.tsx';
import { CopyForAdmin } from './CopyForAdmin.tsx';
import { CopyButton } from './CopyQuestion.tsx';
import {
  endOf,
  type FailureGroup,
  namesInGroup,
  namesItsTable,
  refOf,
  stepFor,
  whoActs,
} from './groupFailures.ts';

/** Why tables failed, each reason once, with what can be done. */
export function FailureGroups({
  batchId,
  groups,
  named = true,
  main = false,
  alone = false,
}: {
  /** The batch to resume; null for a failed repair. */
  readonly batchId: string | null;
  readonly groups: readonly FailureGroup[];
  /** False if it is clear which table is meant. */
  readonly named?: boolean;
  /** Whether consenting is the page's recommended action. */
  readonly main?: boolean;
  /** Whether they are retried automatically, so that nothing has to be done yet. */
  readonly alone?: boolean;
}) {
  const t = useT();
  const copied = copiedOf(groups);
  const next = alone ? t('troubles.nextIfLasting') : t('troubles.next');
  return (
    <Stack gap="lg">
      {groups.map((group, index) => (
        <Stack key={`${group.code} ${group.sentence}`} gap={6}>
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {group.sentence}
          </Text>
          <Text style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
            {next}: {group.next}
          </Text>
          {named && !namesItsTable(group) && <TroubleTables rows={group.rows} />}
          {!alone && (
            <Text size="sm" c="dimmed">
              {t(`troubles.who.${whoActs(group)}`)}
            </Text>
          )}
          <Group gap="xs">
            <StepButton batchId={batchId} group={group} copied={copied} main={main && index === 0} />
            {whoActs(group) !== 'you' && <CopyForAdmin group={group} />}
          </Group>
        </Stack>
      ))}
    </Stack>
  );
}

/** The next step after a failure as a button; none if a retry is the only step. */
function StepButton({
  batchId,
  group,
  copied,
  main,
}: {
  readonly batchId: string | null;
  readonly group: FailureGroup;
  /** See {@link copiedOf}. */
  readonly copied: readonly string[];
  readonly main: boolean;
}) {
  const t = useT();
  const { command, run, whyNotCommand, whyNotRun } = useMay();
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const variant = main ? 'filled' : 'default';
  switch (stepFor(group.code)) {
    case null:
      return null;
    case 'test_connection':
      return command ? (
        <StepLink href={placeOf(group, 'test')} label={t('troubles.testConnection')} />
      ) : (
        <Group>
          <Button variant="default" disabled title={whyNotCommand}>
            {t('troubles.testConnection')}
          </Button>
        </Group>
      );
    case 'open_branches':
      return <StepLink href={placeOf(group, 'at')} label={t('troubles.openBranch')} />;
    case 'open_settings':
      return <StepLink href="/settings" label={t('troubles.openSettings')} />;
    case 'allow_deletes':
      return (
        <Group>
          <Button variant={variant} disabled={!run} title={whyNotRun} onClick={() => setAsking(true)}>
            {t('troubles.allowDeletes')}
          </Button>
          {isAsking && <DeletesConsent batchId={batchId} group={group} onClose={close} />}
        </Group>
      );
    case 'accept_source':
      // After a failed repair, the next batch asks for it.
      return batchId === null ? null : (
        <Group>
          <Button variant={variant} disabled={!run} title={whyNotRun} onClick={() => setAsking(true)}>
            {t('troubles.acceptSource')}
          </Button>
          {isAsking && <SourceConsent batchId={batchId} group={group} onClose={close} />}
        </Group>
      );
    case 'answer_copy':
      // A verify has no batch to resume, so the answer is for the whole folder.
      return <CopyButton batchId={batchId} connections={batchId === null ? null : copied} main={main} />;
  }
}

/** The connections that a copy of the data folder syncs too; one answer covers all of them. */
function copiedOf(groups: readonly FailureGroup[]): readonly string[] {
  const rows = groups.filter(({ code }) => stepFor(code) === 'answer_copy').flatMap((group) => group.rows);
  return [...new Set(rows.map((row) => row.connection))];
}

/** The link to the failed database on the page of connections; to the first row's if the group has several. */
function placeOf({ rows: [row] }: FailureGroup, whatFor: WhatFor): string {
  return row === undefined ? BRANCHES : askedPlace({ id: endOf(row), whatFor });
}

function StepLink({ href, label }: { readonly href: string; readonly label: string }) {
  return (
    <Group>
      <Button component={Link} href={href} variant="default">
        {label}
      </Button>
    </Group>
  );
}

/** Names that can be read at a glance. */
const NAMES_SHOWN = 8;

/** The affected tables; long lists only on request. */
export function TroubleTables({ rows }: { readonly rows: readonly TableRow[] }) {
  const t = useT();
  const labelOf = useLabels();
  const [isOpen, setOpen] = useState(false);
  const names = namesInGroup(rows, labelOf, t);
  const shown = isOpen ? names : names.slice(0, NAMES_SHOWN);
  const more = names.length > NAMES_SHOWN;
  const list = `${shown.join(', ')}${more && !isOpen ? ', …' : ''}`;
  return (
    <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
      {t('troubles.which', { count: rows.length, names: list })}{' '}
      {more && (
        <Button
          variant="subtle"
          size="compact-sm"
          aria-expanded={isOpen}
          onClick={() => setOpen((open) => !open)}
        >
          {isOpen ? t('troubles.showFewer') : t('troubles.showAll', { count: names.length })}
        </Button>
      )}
    </Text>
  );
}

interface Asked {
  /** Null to continue a repair. */
  readonly batchId: string | null;
  readonly group: FailureGroup;
  readonly onClose: () => void;
}

/** Asks for consent to more deletes at head office than the delete brake allows, with tables and numbers. */
function DeletesConsent({ batchId, group, onClose }: Asked) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  return (
    <Consent
      batchId={batchId}
      allowance={{ tables: group.rows.map(refOf), allowDeletes: true }}
      title={t('troubles.deletesTitle')}
      confirm={t('troubles.deletesConfirm')}
      onClose={onClose}
    >
      <Text>{t('troubles.deletesBody')}</Text>
      <List mah="40dvh" style={{ overflowY: 'auto', overflowWrap: 'anywhere' }} tabIndex={0}>
        {group.rows.map((row) => {
          const { deletes, rows } = failureOfRow(row).params;
          const name = { table: row.table_name, connection: labelOf(row.connection) };
          return (
            <List.Item key={`${row.connection}/${row.table_name}`}>
              {typeof deletes === 'number' && typeof rows === 'number'
                ? t('troubles.deletesOf', {
                    ...name,
                    deletes: format.count(deletes),
                    rows: format.count(rows),
                  })
                : t('troubles.deletesUnknown', name)}
            </List.Item>
          );
        })}
      </List>
    </Consent>
  );
}

/** Asks whether the database found now is the right one, although it differs from before. */
function SourceConsent({ batchId, group, onClose }: Asked) {
  const t = useT();
  const labelOf = useLabels();
  const connections = [...new Set(group.rows.map((row) => row.connection))];
  return (
    <Consent
      batchId={batchId}
      allowance={{ tables: group.rows.map(refOf), acceptSources: connections }}
      title={t('troubles.sourceTitle')}
      confirm={t('troubles.sourceConfirm')}
      onClose={onClose}
    >
      <Text>{t('troubles.sourceBody', { connection: connections.map(labelOf).join(', ') })}</Text>
    </Consent>
  );
}

/** What a resumed batch is allowed to do this once. */
interface Allowance {
  readonly tables: readonly { readonly connection: string; readonly table: string }[];
  readonly allowDeletes?: boolean;
  readonly acceptSources?: readonly string[];
}

/** Asks for a decision that only a person can make, and then resumes the batch or the repair. */
function Consent({
  batchId,
  allowance,
  title,
  confirm,
  onClose,
  children,
}: {
  readonly batchId: string | null;
  readonly allowance: Allowance;
  readonly title: string;
  readonly confirm: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const resume = useCommand('resume', { quiet: true });
  const repair = useCommand('verify', { quiet: true });
  const error = resume.error ?? repair.error;
  const goOn = (): void => {
    const done = { onSuccess: onClose };
    const { tables, allowDeletes = false } = allowance;
    if (batchId !== null) resume.mutate([batchId, allowance], done);
    else repair.mutate([{ only: tables, repair: true, allowDeletes }], done);
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('window.close') }}>
      <Stack gap="md">
        {children}
        {error !== null && <ErrorAlert error={error} />}
        {whyNotRun !== undefined && <Text size="sm">{whyNotRun}</Text>}
        <Group justify="flex-end" gap="xs">
          {/* The harmless way has the focus: Enter alone deletes nothing. */}
          <Button variant="default" data-autofocus onClick={onClose}>
            {t('window.cancel')}
          </Button>
          <Button color="red.9" disabled={!run} loading={resume.isPending || repair.isPending} onClick={goOn}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
