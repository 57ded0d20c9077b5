import { List, Text } from '@mantine/core';
import { failureOfRow } from '../../../shared/texts/failureOfRow.ts';
import { useLabels } from '../../data/useLabels.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { Consent } from './Consent.tsx';
import type { FailureGroup } from './groupFailures.ts';
import { refOf } from './refs.ts';

interface Asked {
  /** Null where it is a repair that goes on. */
  readonly batchId: string | null;
  readonly group: FailureGroup;
  readonly onClose: () => void;
}

/** Whether rows may be deleted at head office that are more than the brake lets pass: which, and how many. */
export function DeletesConsent({ batchId, group, onClose }: Asked) {
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

/** Whether the database that is there now is meant, although it is another than before. */
export function SourceConsent({ batchId, group, onClose }: Asked) {
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
