import type { BatchOptions } from '../../../shared/contract.ts';
import type { Translate } from '../../../shared/texts/translate.ts';

/** Names that are read at one glance; the list of tables has all of them. */
const NAMES_SHOWN = 5;

/** What a batch was asked to do, in words. */
export function askedFor(
  { connections, tables, strategy, allowDeletes }: BatchOptions,
  labelOf: (connection: string) => string,
  t: Translate,
): string {
  const names = shorten(tables);
  const what = tables.length === 0 ? t('batchPage.asked.all') : t('batchPage.asked.tables', { names });
  const all = connections.length === 0 || connections.includes('*');
  const where = shorten(connections.map(labelOf));
  const parts = [
    all ? what : t('batchPage.asked.of', { tables: what, connections: where }),
    strategy === null ? null : t('batchPage.asked.strategy', { strategy: t(`log.strategy.${strategy}`) }),
    allowDeletes ? t('batchPage.asked.deletes') : null,
  ];
  return parts.filter((part) => part !== null).join('; ');
}

function shorten(names: readonly string[]): string {
  return names.length <= NAMES_SHOWN ? names.join(', ') : `${names.slice(0, NAMES_SHOWN).join(', ')}, …`;
}
