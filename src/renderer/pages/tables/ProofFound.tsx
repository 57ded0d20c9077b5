import { Group, List, Table, Text } from '@mantine/core';
import {
  IconShieldCheck,
  IconShieldExclamation,
  IconShieldOff,
  IconShieldQuestion,
  IconShieldX,
} from '@tabler/icons-react';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { DifferingRange, VerifiedRow } from '../../../shared/verify.ts';
import { useLabels } from '../../data/useCall.ts';
import cells from '../../parts/Cells.module.css';
import marks from '../../parts/StatusMark.module.css';
import { CopyButton } from '../../parts/trouble/CopyQuestion.tsx';
import { stepFor } from '../../parts/trouble/groupFailures.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { sayFailure } from '../../words/refusal.ts';
import { findings, meaningOf, type Proof, proofWords } from './proof.ts';

/** More would be too long to read; the command line prints all of them. */
const SHOWN_RANGES = 10;

/** The last verify's findings for a table, and what was repaired. */
export function ProofFound({ verified }: { readonly verified: VerifiedRow | null }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  if (verified === null) {
    return (
      <>
        <Group gap="sm">
          <ProofMark verified={null} />
        </Group>
        <Text>{t('tablesPage.meaning.never')}</Text>
      </>
    );
  }
  const { connection, table_name: table, failure } = verified;
  const said =
    failure === null
      ? null
      : sayFailure({ ...failure, params: { connection, table, ...failure.params } }, t, labelOf);
  return (
    <>
      <Group gap="sm">
        <ProofMark verified={verified} />
      </Group>
      <Text>{meaningOf(verified, t)}</Text>
      {said !== null && (
        <>
          <Text>{said.sentence}</Text>
          <Text c="dimmed">{said.next}</Text>
          {failure !== null && stepFor(failure.code) === 'answer_copy' && (
            <CopyButton batchId={null} connections={null} />
          )}
        </>
      )}
      <List size="sm" spacing={2}>
        {findings(verified, t, format).map((text) => (
          <List.Item key={text}>{text}</List.Item>
        ))}
      </List>
      <Ranges verified={verified} />
    </>
  );
}

function Ranges({ verified: { differing, differing_ranges, examples } }: { readonly verified: VerifiedRow }) {
  const t = useT();
  const format = useFormat();
  const shown = differing.slice(0, SHOWN_RANGES);
  const more = differing_ranges - shown.length;
  return (
    <>
      {shown.length > 0 && (
        <Table.ScrollContainer minWidth={360}>
          <Table aria-label={t('tablesPage.ranges.title')} className="numbers">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('tablesPage.ranges.keys')}</Table.Th>
                <Table.Th ta="right">{t('tablesPage.ranges.source')}</Table.Th>
                <Table.Th ta="right">{t('tablesPage.ranges.central')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((range) => (
                <Table.Tr key={`${range.from} ${range.to}`}>
                  <Table.Td>{keysOf(range, t)}</Table.Td>
                  <Table.Td ta="right">{format.count(range.source_rows)}</Table.Td>
                  <Table.Td ta="right">{format.count(range.central_rows)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {shown.length > 0 && more > 0 && (
        <Text size="sm" c="dimmed">
          {t('tablesPage.ranges.more', { number: format.count(more) })}
        </Text>
      )}
      {examples.length > 0 && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {t('tablesPage.ranges.examples', { keys: examples.map((key) => `(${key.join(', ')})`).join(', ') })}
        </Text>
      )}
    </>
  );
}

function keysOf({ from, to }: DifferingRange, t: Translate): string {
  if (from === null && to === null) return t('tablesPage.ranges.all');
  if (from === null) return t('tablesPage.ranges.upTo', { to: to ?? '' });
  if (to === null) return t('tablesPage.ranges.fromOn', { from });
  return t('tablesPage.ranges.fromTo', { from, to });
}

/** Shape and colour; see StatusMark. */
const SHAPES = {
  equal: { icon: IconShieldCheck, look: 'good' },
  repaired: { icon: IconShieldCheck, look: 'good' },
  behind: { icon: IconShieldExclamation, look: 'warn' },
  differs: { icon: IconShieldX, look: 'bad' },
  not_compared: { icon: IconShieldOff, look: 'quiet' },
  failed: { icon: IconShieldX, look: 'bad' },
  copied_since: { icon: IconShieldQuestion, look: 'quiet' },
  never: { icon: IconShieldQuestion, look: 'quiet' },
} as const satisfies Readonly<Record<Proof, unknown>>;

/** Whether a table is verified identical at both ends, as shape, colour and words. */
export function ProofMark({ verified }: { readonly verified: VerifiedRow | null }) {
  const { proof, main, more } = proofWords(verified, useT(), useFormat());
  const { icon: Icon, look } = SHAPES[proof];
  return (
    <>
      <span className={`${marks.mark} ${marks[look]}`}>
        <Icon size={18} stroke={1.8} aria-hidden />
        <span className={cells.clipped} title={main}>
          {main}
        </span>
      </span>
      {more !== null && (
        <span className={cells.less} title={more}>
          {more}
        </span>
      )}
    </>
  );
}
