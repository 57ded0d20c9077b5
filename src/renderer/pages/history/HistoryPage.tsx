import { Button, Text, VisuallyHidden } from '@mantine/core';
import { useDeferredValue } from 'react';
import { Link } from 'wouter';
import type { BatchPage } from '../../../shared/contract.ts';
import { isNotSetUp } from '../../data/hindrances.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered, Empty, Page } from '../../parts/Page.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { BatchList } from './BatchList.tsx';
import { PAGE_SIZE } from './batchPages.ts';
import { DayStrip } from './DayStrip.tsx';
import { Filters, useFilter } from './Filters.tsx';
import { isEverything } from './filter.ts';

/** All batches, by day and one by one. */
export function HistoryPage() {
  const t = useT();
  const { filter, setPart, clear } = useFilter();
  const first = useCall('history', filter, 0, PAGE_SIZE);
  // The list comes first: drawing ninety days must not hold it up.
  const stripIsDue = useDeferredValue(first.data !== undefined, false);
  const nothingYet = first.data?.total === 0 && isEverything(filter);
  return (
    <Page title={t('window.pages.history')}>
      {stripIsDue && !nothingYet && (
        <DayStrip chosen={filter.day ?? null} onChoose={(day) => setPart('day', day)} />
      )}
      {!nothingYet && <Filters filter={filter} setPart={setPart} clear={clear} />}
      <Answered to={first}>
        {(page) =>
          nothingYet ? (
            <NoBatch />
          ) : (
            <Found page={page}>
              {page.total === 0 ? (
                <Empty title={t('historyPage.noneFits')}>{t('historyPage.noneFitsNext')}</Empty>
              ) : (
                <BatchList filter={filter} first={page} busy={first.isPlaceholderData} />
              )}
            </Found>
          )
        }
      </Answered>
    </Page>
  );
}

/** How many there are is told as soon as the filter changes it. */
function Found({ page, children }: { readonly page: BatchPage; readonly children: React.ReactNode }) {
  const t = useT();
  const format = useFormat();
  const batches = t('historyPage.batches', { count: page.total, number: format.count(page.total) });
  return (
    <div>
      <div role="status">
        {page.total === 0 ? (
          // What is shown instead says it.
          <VisuallyHidden>{batches}</VisuallyHidden>
        ) : (
          <Text size="sm" c="dimmed" mb="xs">
            {batches}
          </Text>
        )}
      </div>
      {children}
    </div>
  );
}

function NoBatch() {
  const t = useT();
  const { data: setup } = useCall('setup');
  // Before anything is set up, the banner has the one thing to do.
  const action = setup !== undefined && !isNotSetUp(setup) && (
    <Button component={Link} href="/" mt="xs">
      {t('historyPage.toToday')}
    </Button>
  );
  return (
    <Empty title={t('historyPage.empty')} action={action}>
      {t('historyPage.emptyNext')}
    </Empty>
  );
}
