import { Text } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { FormDrawer } from '../../../parts/FormDrawer.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import { PassphraseInput, PathField, pathOf } from './DiskFields.tsx';
import { DiskForm, GivenFile } from './ExportDrawer.tsx';

/**
 * Begins the import of an exported file, and leads to its batch.
 *
 * @param props.batch an earlier import that is to be continued; null for a file to choose
 */
export function ImportDrawer({
  batch,
  onClose,
}: {
  readonly batch: string | null;
  readonly onClose: () => void;
}) {
  const t = useT();
  const [, goTo] = useLocation();
  const begin = useCommand('importFromDisk', { quiet: true, secret: true });
  const [file, setFile] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [refusals, setRefusals] = useState(0);
  const asked = refusals > 0;
  const isReady = (batch !== null || pathOf(file) !== '') && passphrase !== '';
  const submit = (): void => {
    if (!isReady) {
      setRefusals((count) => count + 1);
      return;
    }
    const from = batch === null ? { file: pathOf(file) } : { batch };
    begin.mutate([{ from, passphrase }], {
      onSuccess: (begun) => {
        onClose();
        goTo(begun === null ? '/' : `/batch/${encodeURIComponent(begun)}`);
      },
    });
  };
  return (
    <FormDrawer title={t('disk.importTitle')} touched={file !== '' || passphrase !== ''} onClose={onClose}>
      <DiskForm
        submit={submit}
        refusals={refusals}
        busy={begin.isPending}
        error={begin.error}
        label={t('disk.importNow')}
        onClose={onClose}
      >
        <Text>{t('disk.importNote')}</Text>
        {batch === null ? (
          <PathField what="file" value={file} onChange={setFile} wrong={asked && pathOf(file) === ''} />
        ) : (
          <FileOf batch={batch} />
        )}
        <PassphraseInput
          label={t('disk.passphrase')}
          description={t('disk.passphraseImport')}
          value={passphrase}
          wrong={asked && passphrase === ''}
          onChange={setPassphrase}
        />
      </DiskForm>
    </FormDrawer>
  );
}

function FileOf({ batch }: { readonly batch: string }) {
  const { data } = useCall('batch', batch);
  return <GivenFile file={data?.batch.options.imported ?? '…'} />;
}
