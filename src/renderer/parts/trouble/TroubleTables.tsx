import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { TableRow } from '../../../shared/contract.ts';
import { useLabels } from '../../data/useLabels.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import { namesInGroup } from './namesInGroup.ts';

/** Names that are read at one glance. */
const NAMES_SHOWN = 8;

/** Which tables it is about; many of them only when they are asked for. */
export function TroubleTables({ rows }: { readonly rows: readonly TableRow[] }) {
  const t = useT();
  const labelOf = useLabels();
  const [isOpen, setOpen] = useState(false);
  const names = namesInGroup(rows, labelOf, t);
  const shown = isOpen ? names : names.slice(0, NAMES_SHOWN);
  const more = names.length > NAMES_SHOWN;
  const list = `${shown.join(', ')}${more && !isOpen ? ', …' : ''}`;
  return (
    <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
      {t('troubles.which', { count: rows.length, names: list })}{' '}
      {more && (
        <Button
          variant="subtle"
          size="compact-sm"
          aria-expanded={isOpen}
          onClick={() => setOpen((open) => !open)}
        >
          {isOpen ? t('troubles.showFewer') : t('troubles.showAll', { count: names.length })}
        </Button>
      )}
    </Text>
  );
}
