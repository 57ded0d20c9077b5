import type { TableOutcome } from '../../shared/contract.ts';
import { formatBytes, formatCount, formatDuration } from '../../shared/format.ts';
import { visible } from '../../shared/visible.ts';
import { renderLabelled } from './labelled.ts';
import type { Look } from './look.ts';
import { painted, tableMark } from './marks.ts';

/** How one table run ended, for `sync-table`. */
export function renderOutcome(outcome: TableOutcome, look: Look): string[] {
  const { t, colors } = look;
  const count = (value: number) => formatCount(value, t.language);
  const facts: [string, string][] = [
    [
      t('cli.status.rows'),
      t('cli.status.counts', {
        processed: count(outcome.processed),
        skipped: count(outcome.skipped),
        deleted: count(outcome.deleted),
      }),
    ],
    [
      t('cli.status.duration'),
      `${formatDuration(outcome.durationSeconds, t.language)} (${formatBytes(outcome.bytes, t.language)})`,
    ],
  ];
  const head = `${painted(tableMark(outcome.status, look))}  ${colors.bold(visible(outcome.table))} (${visible(outcome.model)}), ${outcome.connection}`;
  if (outcome.failure === null) return [head, ...renderLabelled(facts, look, '  ')];

  const params = { connection: outcome.connection, table: outcome.table, ...outcome.failure.params };
  const { sentence, next } = t.failure({ code: outcome.failure.code, params });
  facts.push([t('cli.status.error'), outcome.failure.message], [t('cli.status.next'), next]);
  return [head, `  ${sentence}`, ...renderLabelled(facts, look, '  ')];
}
