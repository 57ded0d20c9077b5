import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { BatchSummary } from '../../../shared/contract.ts';
import type { Bridge } from '../../../window-api/bridge.ts';
import { useReach } from '../../data/BridgeProvider.tsx';
import { ask } from '../../data/calls.ts';
import { useCall } from '../../data/useCall.ts';
import { useShowRefusal } from '../../data/useCommand.ts';
import { saveAs } from '../../parts/saveAs.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { batchesCsv } from './batchesCsv.ts';
import { lastDays, type Period, periodOf, spansSince } from './calendar.ts';

/** Months to choose from; earlier ones are in "everything". */
const MONTHS = 6;
/** As many as the program gives at a time. */
const AT_ONCE = 500;

/** Saves the batches of a period as CSV. */
export function ExportMenu() {
  const t = useT();
  const format = useFormat();
  const { bridge } = useReach();
  const show = useShowRefusal();
  const { data: sizes } = useCall('sizes');
  const [saving, setSaving] = useState(false);
  const today = format.dayOf(new Date().toISOString());
  const oldest = sizes?.oldest ? format.dayOf(sizes.oldest) : today;
  const save = async (period: Period): Promise<void> => {
    setSaving(true);
    try {
      const name = `branchline-${period.first}-${period.last}.csv`;
      saveAs(name, 'text/csv;charset=utf-8', batchesCsv(await batchesOf(bridge, period)));
    } catch (error) {
      show(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setSaving(false);
    }
  };
  const choices: readonly (readonly [label: string, period: Period])[] = [
    [t('historyPage.export.week'), lastDays(7, today)],
    [t('historyPage.export.days'), lastDays(30, today)],
    ...spansSince(oldest, today)
      .filter((span) => span !== 'latest')
      .slice(0, MONTHS)
      .map((month) => [format.wholeMonth(month), periodOf(month, today)] as const),
    [t('historyPage.export.all'), { first: oldest, last: today }],
  ];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" loading={saving} leftSection={<IconDownload size={18} aria-hidden />}>
          {t('historyPage.export.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map(([label, period]) => (
          <Menu.Item key={label} onClick={() => void save(period)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Oldest first, as a spreadsheet is read. */
async function batchesOf(bridge: Bridge, { first, last }: Period): Promise<readonly BatchSummary[]> {
  const found: BatchSummary[] = [];
  for (;;) {
    const page = await ask(bridge, 'history', [{ day: first, until: last }, found.length, AT_ONCE]);
    found.push(...page.batches);
    if (page.batches.length === 0 || found.length >= page.total) return found.toReversed();
  }
}
