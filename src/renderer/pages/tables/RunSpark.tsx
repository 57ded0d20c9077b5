import type { TableName } from '../../../shared/contract.ts';
import { useCall } from '../../data/useCall.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './TableList.module.css';

/** Tables whose runs are read with one question. */
export const BLOCK = 25;

const RUNS = 30;
const BAR = 2;
const STEP = 3;
const HEIGHT = 24;

/**
 * The rows that the last runs of a table wrote, as bars; a failed run is a bar of full height in another colour.
 *
 * @param props.block the tables whose runs are read together, with this one
 */
export function RunSpark({
  table: { connection, table },
  block,
}: {
  readonly table: TableName;
  readonly block: readonly TableName[];
}) {
  const t = useT();
  const format = useFormat();
  const { data } = useCall('recentRuns', block, RUNS);
  const at = block.findIndex((one) => one.connection === connection && one.table === table);
  const runs = data?.[at] ?? [];
  if (runs.length === 0) return null;
  const most = Math.max(1, ...runs.map((run) => run.rows));
  const width = RUNS * STEP - (STEP - BAR);
  const failed = runs.filter((run) => run.failed).length;
  const label = t('tablesPage.spark', {
    count: runs.length,
    runs: format.count(runs.length),
    most: format.count(most === 1 ? Math.max(...runs.map((run) => run.rows)) : most),
    failed: format.count(failed),
  });
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      className={classes.spark}
    >
      <title>{label}</title>
      {runs.map((run, index) => {
        // A run without rows keeps a line at the bottom, so that runs can be counted.
        const height = run.failed ? HEIGHT : Math.max(1, (run.rows / most) * HEIGHT);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a run has no other name than its place
            key={index}
            x={(RUNS - runs.length + index) * STEP}
            y={HEIGHT - height}
            width={BAR}
            height={height}
            className={run.failed ? classes.failedRun : classes.run}
          />
        );
      })}
    </svg>
  );
}
