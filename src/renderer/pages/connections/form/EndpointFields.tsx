import { SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useT } from '../../../words/LanguageProvider.tsx';
import { AdvancedFields } from './AdvancedFields.tsx';
import { EncryptionFields } from './EncryptionFields.tsx';
import { Field } from './Field.tsx';
import { PasswordField } from './PasswordField.tsx';
import type { EndpointForm } from './useEndpointForm.ts';

/** All fields of an endpoint. */
export function EndpointFields({ form }: { readonly form: EndpointForm }) {
  const t = useT();
  const { target, fields } = form.state;
  const source = target.kind === 'source';
  return (
    <Stack gap="md">
      {source && (
        <Field form={form} name="label" required data-autofocus>
          {{ label: t('connectionsPage.field.label'), description: t('connectionsPage.fieldNote.label') }}
        </Field>
      )}
      {source && target.id === null && (
        <Field form={form} name="id" required spellCheck={false}>
          {{ label: t('connectionsPage.field.id'), description: t('connectionsPage.fieldNote.id') }}
        </Field>
      )}
      {source && target.id !== null && (
        <TextInput
          label={t('connectionsPage.field.id')}
          description={t('connectionsPage.fieldNote.idFixed')}
          value={fields.id}
          readOnly
        />
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Field form={form} name="host" required spellCheck={false}>
          {{
            label: t('connectionsPage.field.host'),
            placeholder: source ? t('connectionsPage.example.hostSource') : t('connectionsPage.example.host'),
          }}
        </Field>
        <Field form={form} name="port" inputMode="numeric">
          {{ label: t('connectionsPage.field.port') }}
        </Field>
        <Field form={form} name="database" required spellCheck={false}>
          {{ label: t('connectionsPage.field.database') }}
        </Field>
        <Field form={form} name="user" required spellCheck={false}>
          {{ label: t('connectionsPage.field.user') }}
        </Field>
      </SimpleGrid>
      <PasswordField form={form} />
      <EncryptionFields form={form} />
      <Field form={form} name="schema" spellCheck={false}>
        {{
          label: t('connectionsPage.field.schema'),
          description: source
            ? t('connectionsPage.fieldNote.schemaSource')
            : t('connectionsPage.fieldNote.schemaCentral'),
        }}
      </Field>
      <AdvancedFields form={form} />
    </Stack>
  );
}
