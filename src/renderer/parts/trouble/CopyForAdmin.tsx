import { Button, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconClipboard } from '@tabler/icons-react';
import { useState } from 'react';
import { useLabels } from '../../data/useCall.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { copyText } from '../copyText.ts';
import { adminText } from './adminText.ts';
import type { FailureGroup } from './groupFailures.ts';

/** Copies all that an administrator needs: what happened, to which tables, what the server said, and the SQL. */
export function CopyForAdmin({ group }: { readonly group: FailureGroup }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const [done, setDone] = useState<boolean | null>(null);
  const said = done ? t('troubles.copiedForAdmin') : t('troubles.copyFailed');
  return (
    <>
      <Button
        variant="default"
        leftSection={done ? <IconCheck size={18} aria-hidden /> : <IconClipboard size={18} aria-hidden />}
        onClick={() => void copyText(adminText(group, t, labelOf, format.dateTime)).then(setDone)}
      >
        {done === null ? t('troubles.copyForAdmin') : said}
      </Button>
      {/* Beside the button: a status inside it would take its name away. */}
      <VisuallyHidden role="status">{done === null ? null : said}</VisuallyHidden>
    </>
  );
}
