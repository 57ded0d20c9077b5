import { Alert, Button, Stack, Text, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { isExportName } from '../../../../shared/exportParts.ts';
import { visible } from '../../../../shared/visible.ts';
import type { ExportView } from '../../../../window-api/views.ts';
import { useCall, useLabels } from '../../../data/useCall.ts';
import { useCommand, useMay } from '../../../data/useCommand.ts';
import { CancelButton, FormDrawer } from '../../../parts/FormDrawer.tsx';
import { ErrorAlert, FormButtons } from '../../../parts/Refusals.tsx';
import { WhyNotRun } from '../../../parts/RunButtons.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import { isFit, NewPassphrase, NOTHING_TYPED, PassphraseInput, PathField, pathOf } from './DiskFields.tsx';

/** Begins an export of a connection. */
export function ExportDrawer({
  connection,
  onClose,
}: {
  readonly connection: string;
  readonly onClose: () => void;
}) {
  const t = useT();
  const name = useLabels()(connection);
  const begin = useCommand('exportToDisk', { quiet: true, secret: true });
  const [folder, setFolder] = useState('');
  const [fileName, setFileName] = useState(`${connection}.export`);
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [refusals, setRefusals] = useState(0);
  const asked = refusals > 0;
  const isReady = pathOf(folder) !== '' && isExportName(fileName) && isFit(typed);
  const submit = (): void => {
    if (!isReady) {
      setRefusals((count) => count + 1);
      return;
    }
    const to = { folder: pathOf(folder), name: fileName };
    begin.mutate([{ connection, to, passphrase: typed.passphrase }], { onSuccess: onClose });
  };
  return (
    <FormDrawer
      title={t('disk.exportTitle', { name })}
      touched={folder !== '' || typed.passphrase !== '' || typed.again !== ''}
      onClose={onClose}
    >
      <DiskForm
        submit={submit}
        refusals={refusals}
        busy={begin.isPending}
        error={begin.error}
        label={t('disk.exportNow')}
        onClose={onClose}
      >
        <Text>{t('disk.exportNote')}</Text>
        <AlreadyCopied connection={connection} />
        <PathField what="folder" value={folder} onChange={setFolder} wrong={asked && pathOf(folder) === ''} />
        <TextInput
          label={t('disk.name')}
          description={t('disk.nameNote', { name: fileName })}
          required
          spellCheck={false}
          autoComplete="off"
          value={fileName}
          error={!isExportName(fileName) && t('disk.nameWrong')}
          onChange={({ currentTarget }) => setFileName(currentTarget.value)}
        />
        <NewPassphrase typed={typed} onChange={setTyped} asked={asked} />
        <Text size="sm">{t('disk.exportSchedules')}</Text>
      </DiskForm>
    </FormDrawer>
  );
}

/** Goes on with the last export of a connection. */
export function GoOnDrawer({ of, onClose }: { readonly of: ExportView; readonly onClose: () => void }) {
  const t = useT();
  const name = useLabels()(of.connection);
  const begin = useCommand('exportToDisk', { quiet: true, secret: true });
  const [passphrase, setPassphrase] = useState('');
  const [refusals, setRefusals] = useState(0);
  const submit = (): void => {
    if (passphrase === '') setRefusals((count) => count + 1);
    else begin.mutate([{ connection: of.connection, to: 'unfinished', passphrase }], { onSuccess: onClose });
  };
  return (
    <FormDrawer title={t('disk.goOnTitle', { name })} touched={passphrase !== ''} onClose={onClose}>
      <DiskForm
        submit={submit}
        refusals={refusals}
        busy={begin.isPending}
        error={begin.error}
        label={t('disk.goOn')}
        onClose={onClose}
      >
        <GivenFile file={of.file} />
        <PassphraseInput
          label={t('disk.passphrase')}
          description={t('disk.passphraseSame')}
          value={passphrase}
          wrong={refusals > 0 && passphrase === ''}
          onChange={setPassphrase}
        />
      </DiskForm>
    </FormDrawer>
  );
}

/** A file that is not to be chosen any more. */
export function GivenFile({ file }: { readonly file: string }) {
  const t = useT();
  return (
    <div>
      <Text size="sm" fw={500}>
        {t('disk.file')}
      </Text>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {visible(file)}
      </Text>
    </div>
  );
}

function AlreadyCopied({ connection }: { readonly connection: string }) {
  const t = useT();
  const { data: states } = useCall('tables');
  const isCopied = states?.some((one) => one.connection === connection && one.success !== null) ?? false;
  if (!isCopied) return null;
  return (
    <Alert color="gray" icon={<IconInfoCircle aria-hidden />}>
      {t('disk.exportCopied')}
    </Alert>
  );
}

/**
 * The form of an export or an import.
 *
 * @param props.refusals number of attempts that lacked something
 * @param props.label of the button that begins
 */
export function DiskForm({
  submit,
  refusals,
  busy,
  error,
  label,
  onClose,
  children,
}: {
  readonly submit: () => void;
  readonly refusals: number;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { run, whyNotRun } = useMay();
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // The field to fill in may be out of sight.
    if (refusals > 0) box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);
  useEffect(() => {
    // So may be why it was refused, behind the buttons.
    if (error !== null) box.current?.querySelector('[role="alert"]')?.scrollIntoView({ block: 'center' });
  }, [error]);
  return (
    <form
      ref={box}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (run && !busy) submit();
      }}
    >
      <Stack gap="md">
        {children}
        {error !== null && !busy && <ErrorAlert error={error} />}
        <WhyNotRun />
        <FormButtons>
          <CancelButton onClick={onClose} />
          <Button type="submit" loading={busy} disabled={!run} title={whyNotRun}>
            {label}
          </Button>
        </FormButtons>
      </Stack>
    </form>
  );
}
