import { NativeSelect, Stack } from '@mantine/core';
import { SSL_MODES } from '../../../../shared/sslMode.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { Field } from './Field.tsx';
import type { EndpointForm } from './useEndpointForm.ts';

/** The safest first. */
const MODES = SSL_MODES.toReversed();

/** How the way to the server is protected, in plain words. */
export function EncryptionFields({ form }: { readonly form: EndpointForm }) {
  const t = useT();
  const { sslmode } = form.state.fields;
  const known = MODES.find((mode) => mode === sslmode);
  const checks = sslmode !== 'disable' && sslmode !== 'allow' && sslmode !== 'prefer';
  return (
    <Stack gap="sm">
      <NativeSelect
        label={t('connectionsPage.field.sslmode')}
        description={known === undefined ? undefined : t(`connectionsPage.encryptionNote.${known}`)}
        value={sslmode}
        error={form.problem('sslmode')}
        onChange={({ currentTarget }) => form.set('sslmode', currentTarget.value)}
        data={[
          ...MODES.map((mode) => ({ value: mode, label: t(`connectionsPage.encryption.${mode}`) })),
          // One that is no mode is shown as it is, to be changed.
          ...(known === undefined ? [sslmode] : []),
        ]}
      />
      {checks && (
        <Field form={form} name="sslrootcert" spellCheck={false}>
          {{
            label: t('connectionsPage.field.sslrootcert'),
            description: t('connectionsPage.fieldNote.sslrootcert'),
          }}
        </Field>
      )}
    </Stack>
  );
}
