import { Button, NativeSelect, PasswordInput, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useCall } from '../../../data/useCall.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { type ChannelField, sameAccount } from './channelFields.ts';
import type { ChannelEditor } from './useChannelForm.ts';

interface FieldProps {
  readonly editor: ChannelEditor;
  readonly name: ChannelField;
  readonly label: string;
  readonly description?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
}

/** One line, or several, with the problem of that setting. */
export function ChannelText({ editor, name, rows, ...texts }: FieldProps & { readonly rows?: number }) {
  const props = {
    ...texts,
    autoComplete: 'off',
    spellCheck: false,
    value: editor.form.fields[name],
    error: editor.problem(name),
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
      editor.set(name, currentTarget.value),
  };
  if (rows === undefined) return <TextInput {...props} />;
  return <Textarea {...props} autosize minRows={rows} maxRows={12} />;
}

/** A choice among a few values. */
export function ChannelChoice({
  editor,
  name,
  data,
  ...texts
}: FieldProps & { readonly data: readonly { readonly value: string; readonly label: string }[] }) {
  return (
    <NativeSelect
      {...texts}
      value={editor.form.fields[name]}
      error={editor.problem(name)}
      data={[...data]}
      onChange={({ currentTarget }) => editor.set(name, currentTarget.value)}
    />
  );
}

/** Whether an address may be without encryption. */
export function AllowHttp({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  return (
    <Switch
      label={t('channelsPage.field.allowHttp')}
      checked={editor.form.fields.allowHttp === 'yes'}
      onChange={({ currentTarget }) => editor.set('allowHttp', currentTarget.checked ? 'yes' : '')}
    />
  );
}

/** CA certificates and the time that a receiver has. */
export function RareFields({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  const usual = { email: 30, webhook: 15, telegram: 15, ping: 10 }[editor.form.channel];
  return (
    <>
      <ChannelText
        editor={editor}
        name="caFile"
        label={t('channelsPage.field.caFile')}
        description={t('channelsPage.note.caFile')}
      />
      <ChannelText
        editor={editor}
        name="timeout"
        label={t('channelsPage.field.timeout')}
        placeholder={String(usual)}
      />
    </>
  );
}

/** A channel's secret: kept by Branchline, or named by the settings. It is never shown again. */
export function SecretFields({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  const { channel, fields } = editor.form;
  if (channel === 'ping') return null;
  const from = ['kept', 'variable', ...(channel === 'email' ? ['passfile'] : [])] as const;
  return (
    <>
      <ChannelChoice
        editor={editor}
        name="secretFrom"
        label={t(`channelsPage.secretFrom.${channel}`)}
        data={from.map((value) => ({
          value,
          label: t(`channelsPage.secretIn.${value as 'kept' | 'variable' | 'passfile'}`),
        }))}
      />
      {fields.secretFrom === 'kept' && <KeptSecret editor={editor} />}
      {fields.secretFrom === 'variable' && (
        <ChannelText
          editor={editor}
          name="variable"
          required
          label={t('channelsPage.field.variable')}
          description={t('channelsPage.note.variable')}
        />
      )}
      {fields.secretFrom === 'passfile' && (
        <ChannelText
          editor={editor}
          name="passfile"
          required
          label={t('channelsPage.field.passfile')}
          description={t('channelsPage.note.passfile')}
        />
      )}
    </>
  );
}

function KeptSecret({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  const settings = useCall('settings');
  const { channel } = editor.form;
  if (channel === 'ping') return null;
  const place = settings.data?.channelSecrets[channel] ?? 'none';
  const kept = (place === 'keychain' || place === 'file') && sameAccount(editor.first, editor.form);
  return (
    <Stack gap={4} align="stretch">
      <PasswordInput
        label={t(`channelsPage.secret.${channel}`)}
        description={
          kept
            ? t('channelsPage.secretStays', { place: t(`branchesPage.place.${place}`) })
            : t(`channelsPage.secretNote.${channel}`)
        }
        autoComplete="new-password"
        value={editor.secret}
        onChange={({ currentTarget }) => editor.setSecret(currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('branchesPage.showPassword'), tabIndex: 0 }}
      />
      {kept && (
        <Button
          variant="subtle"
          size="compact-sm"
          w="fit-content"
          loading={editor.forgetting}
          onClick={editor.forget}
        >
          {t('channelsPage.forgetSecret')}
        </Button>
      )}
    </Stack>
  );
}
