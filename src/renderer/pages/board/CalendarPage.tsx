import { Group, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { memo } from 'react';
import { Link } from 'wouter';
import type { FleetBranch, FleetDay } from '../../../shared/fleet.ts';
import { visible } from '../../../shared/visible.ts';
import type { FleetDays, FleetView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import cells from '../../parts/Cells.module.css';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { useVirtualRows } from '../../parts/useVirtualRows.ts';
import { VirtualTable } from '../../parts/VirtualTable.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { BoardFields, StateCounts } from './BoardFilters.tsx';
import { NoneFits, ShownCount } from './BoardPage.tsx';
import { branchAddress } from './boardFilter.ts';
import classes from './Calendar.module.css';
import { lookOf, sayDay } from './calendarDay.ts';
import { Stale } from './Stale.tsx';
import { useBoard } from './useBoard.ts';

const ROW_HEIGHT = 36;
const LOOKS = ['completed', 'interrupted', 'failed', 'none'] as const;
const NONE: FleetView['branches'] = [];

/** What ran at all branches, by day. */
export function CalendarPage() {
  const t = useT();
  const fleet = useCall('fleet');
  const days = useCall('fleetDays');
  const branches = fleet.data?.branches ?? NONE;
  const { filter, setFilter, shown } = useBoard('/calendar', branches);
  return (
    <Page title={t('boardPage.calendar')}>
      <Answered to={fleet}>
        {(view) => (
          <Stack gap="md">
            <Stale view={view} />
            {branches.length === 0 ? (
              <Empty title={t('boardPage.empty')}>{t('boardPage.emptyNext')}</Empty>
            ) : (
              <>
                <StateCounts branches={branches} filter={filter} setFilter={setFilter} />
                <Group justify="space-between" align="flex-end" gap="xs">
                  <BoardFields filter={filter} setFilter={setFilter} />
                  <ShownCount shown={shown.length} total={branches.length} />
                </Group>
                <Legend />
                {shown.length === 0 && (
                  <NoneFits clear={() => setFilter({ ...filter, text: '', state: null })} />
                )}
                {shown.length > 0 && (
                  <Answered to={days}>{(known) => <Grid branches={shown} days={known} />}</Answered>
                )}
              </>
            )}
          </Stack>
        )}
      </Answered>
    </Page>
  );
}

function Legend() {
  const t = useT();
  return (
    <div>
      <ul className={classes.legend}>
        {LOOKS.map((look) => (
          <li key={look}>
            <span className={`${classes.day} ${classes[look]}`} aria-hidden />
            {t(`boardPage.day.${look}`)}
          </li>
        ))}
      </ul>
      <Text size="sm" c="dimmed" mt={4}>
        {t('boardPage.calendarMeaning')}
      </Text>
    </div>
  );
}

/** As many of the last days as fit. */
function useDayCount(): number {
  const isWide = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false });
  const isMiddle = useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false });
  if (isWide) return 31;
  return isMiddle ? 21 : 14;
}

function Grid({ branches, days }: { readonly branches: readonly FleetBranch[]; readonly days: FleetDays }) {
  const t = useT();
  const format = useFormat();
  const count = useDayCount();
  const rows = useVirtualRows(branches.length, ROW_HEIGHT);
  const first = Math.max(0, days.days.length - count);
  const names = days.days.slice(first);
  return (
    <VirtualTable
      rows={rows}
      label={t('boardPage.calendarOf')}
      columns={[
        { key: 'branch', head: t('boardPage.column.branch') },
        ...names.map((day, index) => ({
          key: day,
          head: (
            <span className={classes.head} title={format.day(day)}>
              {(index === 0 || day.endsWith('-01')) && <small>{format.month(day)}</small>}
              {Number(day.slice(8))}
            </span>
          ),
        })),
      ]}
      widths={`minmax(8rem, 1fr) repeat(${names.length}, 20px)`}
      style={{ '--column-gap': '4px' } as React.CSSProperties}
      keyOf={(index) => branches[index]?.connection ?? index}
    >
      {(index) => {
        const branch = branches[index];
        return branch === undefined ? null : (
          <BranchDays
            connection={branch.connection}
            label={branch.label}
            ran={days.of[branch.connection]}
            names={names}
            first={first}
          />
        );
      }}
    </VirtualTable>
  );
}

const BranchDays = memo(function BranchDays({
  connection,
  label,
  ran,
  names,
  first,
}: {
  readonly connection: string;
  readonly label: string;
  readonly ran: readonly FleetDay[] | undefined;
  readonly names: readonly string[];
  readonly first: number;
}) {
  const t = useT();
  const format = useFormat();
  const byDay = new Map(ran?.map((one) => [one[0] - first, one]));
  const name = visible(label);
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see VirtualTable.
    <>
      <div role="cell" className={cells.cell}>
        <Link href={branchAddress(connection)} className={cells.link ?? ''} title={name}>
          {name}
        </Link>
      </div>
      {names.map((day, index) => {
        const found = byDay.get(index);
        const what = sayDay(found, t, format);
        return (
          <div role="cell" key={day} className={classes.cell} title={`${format.day(day)}: ${what}`}>
            <span className={`${classes.day} ${classes[lookOf(found)]}`} role="img" aria-label={what} />
          </div>
        );
      })}
    </>
    // biome-ignore-end lint/a11y/useSemanticElements: see VirtualTable.
  );
});
