import { Button, NativeSelect, PasswordInput, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { useId } from 'react';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { Field } from './Field.tsx';
import { sameSshAccount } from './formState.ts';
import type { EndpointForm } from './useEndpointForm.ts';

const WAYS = ['key', 'agent', 'password'] as const;

/** The SSH server through which a database is reached: closed until it is switched on. */
export function SshFields({ form }: { readonly form: EndpointForm }) {
  const t = useT();
  const { fields } = form.state;
  const on = fields.ssh === 'yes';
  // Beside the switch and not in its label, which screen readers would read as its name.
  const note = useId();
  return (
    <Stack gap="md">
      <Stack gap={4}>
        <Switch
          label={t('branchesPage.ssh.through')}
          aria-describedby={note}
          checked={on}
          onChange={({ currentTarget }) => form.set('ssh', currentTarget.checked ? 'yes' : '')}
        />
        <Text size="xs" c="dimmed" id={note}>
          {t('branchesPage.ssh.throughNote')}
        </Text>
      </Stack>
      {on && (
        <>
          <Text size="sm">{t('branchesPage.ssh.hostNote')}</Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Field form={form} name="sshHost" required spellCheck={false}>
              {{ label: t('branchesPage.field.sshHost') }}
            </Field>
            <Field form={form} name="sshPort" inputMode="numeric">
              {{ label: t('branchesPage.field.sshPort') }}
            </Field>
            <Field form={form} name="sshUser" required spellCheck={false}>
              {{ label: t('branchesPage.field.sshUser') }}
            </Field>
            <NativeSelect
              label={t('branchesPage.field.sshSignIn')}
              value={fields.sshSignIn}
              error={form.problem('sshSignIn')}
              onChange={({ currentTarget }) => form.set('sshSignIn', currentTarget.value)}
              data={WAYS.map((value) => ({ value, label: t(`branchesPage.ssh.${value}`) }))}
            />
          </SimpleGrid>
          <SignInFields form={form} />
          <HostKeyField form={form} />
          <Switch
            label={t('branchesPage.field.sshCompress')}
            checked={fields.sshCompress === 'yes'}
            onChange={({ currentTarget }) => form.set('sshCompress', currentTarget.checked ? 'yes' : '')}
          />
        </>
      )}
    </Stack>
  );
}

/** What the chosen way to sign in needs. */
function SignInFields({ form }: { readonly form: EndpointForm }) {
  const t = useT();
  const way = form.state.fields.sshSignIn;
  if (way === 'agent')
    return (
      <Text size="sm" c="dimmed">
        {t('branchesPage.ssh.agentNote')}
      </Text>
    );
  return (
    <>
      {way === 'key' && (
        <Field form={form} name="sshKeyFile" required spellCheck={false}>
          {{
            label: t('branchesPage.field.sshKeyFile'),
            description: t('branchesPage.ssh.keyFileNote'),
          }}
        </Field>
      )}
      <SecretField form={form} />
    </>
  );
}

/** The SSH password or the key's passphrase, which goes to where passwords are kept. */
function SecretField({ form }: { readonly form: EndpointForm }) {
  const t = useT();
  const kept = useSshState(form)?.secret ?? 'none';
  const forget = useCommand('setSshSecret');
  const ofKey = form.state.fields.sshSignIn === 'key';
  const note = ofKey ? t('branchesPage.ssh.passphraseNote') : t('branchesPage.ssh.secretNote');
  const input = (
    <PasswordInput
      label={ofKey ? t('branchesPage.ssh.passphrase') : t('branchesPage.ssh.secret')}
      description={
        kept === 'none' ? note : t('branchesPage.ssh.secretStays', { place: t(`branchesPage.place.${kept}`) })
      }
      autoComplete="new-password"
      value={form.state.sshSecret}
      error={form.problem('sshSecret')}
      // Mantine marks other fields itself.
      aria-invalid={form.problem('sshSecret') !== null}
      onChange={({ currentTarget }) => form.setSshSecret(currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': t('branchesPage.showPassword'), tabIndex: 0 }}
    />
  );
  if (kept !== 'keychain' && kept !== 'file') return input;
  return (
    <Stack gap={4} align="stretch">
      {input}
      <Button
        variant="subtle"
        size="compact-sm"
        w="fit-content"
        loading={forget.isPending}
        onClick={() => forget.mutate([form.draft, null])}
      >
        {ofKey ? t('branchesPage.ssh.forgetPassphrase') : t('branchesPage.ssh.forgetSecret')}
      </Button>
    </Stack>
  );
}

function HostKeyField({ form }: { readonly form: EndpointForm }) {
  const t = useT();
  const pinned = useSshState(form)?.hostKey ?? null;
  const named = form.state.fields.sshHostKey !== '';
  return (
    <Field form={form} name="sshHostKey" spellCheck={false}>
      {{
        label: t('branchesPage.field.sshHostKey'),
        description:
          pinned === null || named
            ? t('branchesPage.ssh.hostKeyNote')
            : t('branchesPage.ssh.pinned', { hostKey: pinned }),
      }}
    </Field>
  );
}

/** What is kept for the SSH server that the form began with; nothing once another one is typed. */
function useSshState(form: EndpointForm) {
  const settings = useCall('settings');
  const { target } = form.state;
  const owner = target.kind === 'central' ? 'central' : target.id;
  return owner === null || !sameSshAccount(form.state) ? undefined : settings.data?.ssh[owner];
}
