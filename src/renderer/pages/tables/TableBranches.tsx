import { Anchor, Table } from '@mantine/core';
import { Link } from 'wouter';
import { visible } from '../../../shared/visible.ts';
import type { TableState } from '../../../window-api/views.ts';
import cells from '../../parts/Cells.module.css';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { tableAddress } from '../../parts/tableAddress.ts';
import { useRoom } from '../../parts/useRoom.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { ProofMark } from './ProofFound.tsx';
import { proofWords } from './proof.ts';
import { statusOf, upToOf } from './tableFilter.ts';

/** How one table stands at each branch that copies it; each links to its details there. */
export function TableBranches({
  state,
  others,
  search,
}: {
  readonly state: TableState;
  readonly others: readonly TableState[];
  readonly search: string;
}) {
  const t = useT();
  const format = useFormat();
  const hasRoom = useRoom() !== 'narrow';
  return (
    <Table aria-label={t('tablesPage.branches.title')} className="numbers" layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('tablesPage.branches.branch')}</Table.Th>
          <Table.Th>{t('tablesPage.branches.status')}</Table.Th>
          <Table.Th>{t('tablesPage.branches.upTo')}</Table.Th>
          {hasRoom && <Table.Th>{t('tablesPage.branches.proof')}</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {others.map((one) => {
          const status = statusOf(one);
          const upTo = upToOf(one);
          const isThis = one.connection === state.connection;
          return (
            <Table.Tr key={one.connection}>
              <Table.Th scope="row" fw={isThis ? 700 : 400} style={{ overflowWrap: 'anywhere' }}>
                {isThis ? (
                  visible(one.label)
                ) : (
                  <Anchor component={Link} href={`${tableAddress(one)}${search}`} size="sm">
                    {visible(one.label)}
                  </Anchor>
                )}
              </Table.Th>
              <Table.Td>
                {status === undefined ? t('tablesPage.never') : <StatusMark of={status} kind="table" />}
                {!hasRoom && <div className={cells.less}>{proofWords(one.verified, t, format).main}</div>}
              </Table.Td>
              <Table.Td>{upTo === null ? t('tablesPage.never') : format.shortTime(upTo)}</Table.Td>
              {hasRoom && (
                <Table.Td>
                  <div className={cells.cell}>
                    <ProofMark verified={one.verified} />
                  </div>
                </Table.Td>
              )}
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
