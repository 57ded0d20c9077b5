import { Button, PasswordInput, Stack } from '@mantine/core';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { sameAccount } from './formState.ts';
import type { EndpointForm } from './useEndpointForm.ts';

/** The password, which goes to where passwords are kept and never into the settings. */
export function PasswordField({ form }: { readonly form: EndpointForm }) {
  const t = useT();
  const settings = useCall('settings');
  const forget = useCommand('setPassword');
  const { target, fields, password } = form.state;
  if (fields.passwordFrom !== 'kept') return null;
  const owner = target.kind === 'central' ? 'central' : target.id;
  const place = (owner === null ? undefined : settings.data?.passwords[owner]) ?? 'none';
  const kept = place !== 'none' && sameAccount(form.state);
  const ours = kept && (place === 'keychain' || place === 'file');
  return (
    <Stack gap={4} align="stretch">
      <PasswordInput
        label={t('connectionsPage.field.password')}
        description={
          kept
            ? t('connectionsPage.passwordStays', { place: t(`connectionsPage.place.${place}`) })
            : t('connectionsPage.passwordNote')
        }
        autoComplete="new-password"
        value={password}
        onChange={({ currentTarget }) => form.setPassword(currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('connectionsPage.showPassword'), tabIndex: 0 }}
      />
      {ours && (
        <Button
          variant="subtle"
          size="compact-sm"
          w="fit-content"
          loading={forget.isPending}
          onClick={() => forget.mutate([form.draft, null], { onSuccess: () => void settings.refetch() })}
        >
          {t('connectionsPage.forgetPassword')}
        </Button>
      )}
    </Stack>
  );
}
