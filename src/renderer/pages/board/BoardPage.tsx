import { Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { FleetView } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { saveAs } from '../../parts/saveAs.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { BoardFields, StateCounts } from './BoardFilters.tsx';
import { BranchList } from './BranchList.tsx';
import { branchesCsv } from './exported.ts';
import { Stale } from './Stale.tsx';
import { TileWall } from './TileWall.tsx';
import { type Board, useBoard } from './useBoard.ts';

/** More than this and a list no longer shows all of them at one glance. */
const WALL_ABOVE = 50;
const NONE: FleetView['branches'] = [];

/** How all branches stand. */
export function BoardPage() {
  const t = useT();
  const fleet = useCall('fleet');
  const branches = fleet.data?.branches ?? NONE;
  const board = useBoard('/', branches);
  return (
    <Page
      title={t('boardPage.title')}
      actions={branches.length > 0 && <ExportButton shown={board.shown} recent={board.recent} />}
    >
      <Answered to={fleet}>
        {(view) => (
          <>
            <Stale view={view} />
            {branches.length === 0 ? (
              <Empty title={t('boardPage.empty')}>{t('boardPage.emptyNext')}</Empty>
            ) : (
              <Branches branches={branches} board={board} />
            )}
          </>
        )}
      </Answered>
    </Page>
  );
}

function ExportButton({ shown, recent }: Pick<Board, 'shown' | 'recent'>) {
  const t = useT();
  const format = useFormat();
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={18} aria-hidden />}
      onClick={() =>
        saveAs(
          `branchline-branches-${format.dayOf(new Date().toISOString())}.csv`,
          'text/csv',
          branchesCsv(shown, recent),
        )
      }
    >
      {t('boardPage.export')}
    </Button>
  );
}

function Branches({ branches, board }: { readonly branches: FleetView['branches']; readonly board: Board }) {
  const { filter, setFilter, shown, recent } = board;
  return (
    <Stack gap="md">
      <StateCounts branches={branches} filter={filter} setFilter={setFilter} />
      {branches.length > WALL_ABOVE && shown.length > 0 && <TileWall branches={shown} />}
      <Group justify="space-between" align="flex-end" gap="xs">
        <BoardFields filter={filter} setFilter={setFilter} />
        <ShownCount shown={shown.length} total={branches.length} />
      </Group>
      {shown.length === 0 ? (
        <NoneFits clear={() => setFilter({ ...filter, text: '', state: null })} />
      ) : (
        <BranchList branches={shown} recent={recent} />
      )}
    </Stack>
  );
}

/** How many branches the filter leaves. */
export function ShownCount({ shown, total }: { readonly shown: number; readonly total: number }) {
  const t = useT();
  const format = useFormat();
  return (
    <Text size="sm" c="dimmed" role="status">
      {shown === total
        ? t('boardPage.count', { count: total, number: format.count(total) })
        : t('boardPage.shown', { shown: format.count(shown), total: format.count(total) })}
    </Text>
  );
}

export function NoneFits({ clear }: { readonly clear: () => void }) {
  const t = useT();
  const action = (
    <Button onClick={clear} mt="xs">
      {t('boardPage.clear')}
    </Button>
  );
  return (
    <Empty title={t('boardPage.noneFits')} action={action}>
      {t('boardPage.noneFitsNext')}
    </Empty>
  );
}
