import {
  Button,
  Collapse,
  NativeSelect,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId } from 'react';
import { TEXT_ENCODINGS } from '../../../../shared/encodings.ts';
import { SSL_MODES } from '../../../../shared/endpointUrl.ts';
import { visible } from '../../../../shared/visible.ts';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { FIELDS, type FieldName } from '../model/fields.ts';
import { Field } from './Field.tsx';
import { sameAccount } from './formState.ts';
import { SshFields } from './SshFields.tsx';
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
          {{ label: t('branchesPage.field.label'), description: t('branchesPage.fieldNote.label') }}
        </Field>
      )}
      {source && target.id === null && (
        <Field form={form} name="id" required spellCheck={false}>
          {{ label: t('branchesPage.field.id'), description: t('branchesPage.fieldNote.id') }}
        </Field>
      )}
      {source && target.id !== null && (
        <TextInput
          label={t('branchesPage.field.id')}
          description={t('branchesPage.fieldNote.idFixed')}
          value={fields.id}
          readOnly
        />
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Field
          form={form}
          name="host"
          required
          spellCheck={false}
          // So that it stands in line with the port beside it.
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          onPaste={(event) => {
            if (form.paste(event.clipboardData.getData('text'))) event.preventDefault();
          }}
          // An address that was typed or dropped there.
          onBlur={() => form.paste(fields.host)}
        >
          {{
            label: t('branchesPage.field.host'),
            description: t('branchesPage.fieldNote.host'),
            placeholder: source ? t('branchesPage.example.hostSource') : t('branchesPage.example.host'),
          }}
        </Field>
        <Field form={form} name="port" inputMode="numeric">
          {{ label: t('branchesPage.field.port') }}
        </Field>
        <Field form={form} name="database" required spellCheck={false}>
          {{ label: t('branchesPage.field.database') }}
        </Field>
        <Field form={form} name="user" required spellCheck={false}>
          {{ label: t('branchesPage.field.user') }}
        </Field>
      </SimpleGrid>
      <PastedNote form={form} />
      <PasswordField form={form} />
      <SshFields form={form} />
      <EncryptionFields form={form} />
      <Field form={form} name="schema" spellCheck={false}>
        {{
          label: t('branchesPage.field.schema'),
          description: source
            ? t('branchesPage.fieldNote.schemaSource')
            : t('branchesPage.fieldNote.schemaCentral'),
        }}
      </Field>
      <AdvancedFields form={form} />
    </Stack>
  );
}

/** What a pasted address has filled in, and what of it has no field. */
function PastedNote({ form: { pasted } }: { readonly form: EndpointForm }) {
  const t = useT();
  return (
    <Text size="sm" role="status" hidden={pasted === null}>
      {pasted !== null && t(`branchesPage.${pasted.withPassword ? 'pastedAll' : 'pasted'}`)}
      {pasted !== null &&
        pasted.unused.length > 0 &&
        ` ${t('branchesPage.pastedUnused', { names: visible(pasted.unused.join(', ')) })}`}
    </Text>
  );
}

/** Safest first. */
const MODES = SSL_MODES.toReversed();

/** How the connection is encrypted, in plain words. */
function EncryptionFields({ form }: { readonly form: EndpointForm }) {
  const t = useT();
  const { sslmode } = form.state.fields;
  const known = MODES.find((mode) => mode === sslmode);
  const checks = sslmode !== 'disable' && sslmode !== 'allow' && sslmode !== 'prefer';
  return (
    <Stack gap="sm">
      <NativeSelect
        label={t('branchesPage.field.sslmode')}
        description={known === undefined ? undefined : t(`branchesPage.encryptionNote.${known}`)}
        value={sslmode}
        error={form.problem('sslmode')}
        onChange={({ currentTarget }) => form.set('sslmode', currentTarget.value)}
        data={[
          ...MODES.map((mode) => ({ value: mode, label: t(`branchesPage.encryption.${mode}`) })),
          // An unknown mode is shown as it is, so that it can be changed.
          ...(known === undefined ? [sslmode] : []),
        ]}
      />
      {checks && (
        <Field form={form} name="sslrootcert" spellCheck={false}>
          {{
            label: t('branchesPage.field.sslrootcert'),
            description: t('branchesPage.fieldNote.sslrootcert'),
          }}
        </Field>
      )}
    </Stack>
  );
}

/** The password. It is stored separately and never in the settings. */
function PasswordField({ form }: { readonly form: EndpointForm }) {
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
        label={t('branchesPage.field.password')}
        description={
          kept
            ? t('branchesPage.passwordStays', { place: t(`branchesPage.place.${place}`) })
            : t('branchesPage.passwordNote')
        }
        autoComplete="new-password"
        value={password}
        error={form.problem('password')}
        // Mantine marks other fields itself.
        aria-invalid={form.problem('password') !== null}
        onChange={({ currentTarget }) => form.setPassword(currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('branchesPage.showPassword'), tabIndex: 0 }}
      />
      {ours && (
        <Button
          variant="subtle"
          size="compact-sm"
          w="fit-content"
          loading={forget.isPending}
          onClick={() => forget.mutate([form.draft, null])}
        >
          {t('branchesPage.forgetPassword')}
        </Button>
      )}
    </Stack>
  );
}

const LAYOUTS = ['auto', 'stamp', 'merge', 'schema'] as const;
const DISTRIBUTIONS = ['auto', 'none'] as const;
const PLACES = ['kept', 'variable', 'passfile'] as const;
const ADVANCED: readonly FieldName[] = FIELDS.filter((name) =>
  [
    ...['passwordFrom', 'variable', 'passfile', 'sslcert', 'sslkey', 'timeout'],
    ...['layout', 'distribution', 'targetSchema', 'encoding'],
  ].includes(name),
);

/** Rarely needed fields. Hidden until the user opens them or one of them has a problem. */
function AdvancedFields({ form }: { readonly form: EndpointForm }) {
  const t = useT();
  const id = useId();
  const [asked, { toggle }] = useDisclosure();
  const opened = asked || ADVANCED.some((name) => form.problem(name) !== null);
  const { target, fields } = form.state;
  const Chevron = opened ? IconChevronDown : IconChevronRight;
  return (
    <Stack gap="sm">
      <Button
        variant="transparent"
        size="compact-sm"
        px={0}
        w="fit-content"
        leftSection={<Chevron size={16} aria-hidden />}
        aria-expanded={opened}
        aria-controls={id}
        onClick={toggle}
      >
        {t('branchesPage.advanced')}
      </Button>
      <Collapse expanded={opened} id={id} keepMounted={false}>
        <Stack gap="md">
          {target.kind === 'central' && (
            <NativeSelect
              label={t('branchesPage.field.layout')}
              description={t('branchesPage.fieldNote.layout')}
              value={fields.layout}
              error={form.problem('layout')}
              onChange={({ currentTarget }) => form.set('layout', currentTarget.value)}
              data={LAYOUTS.map((value) => ({ value, label: t(`branchesPage.layout.${value}`) }))}
            />
          )}
          {target.kind === 'central' && (
            <NativeSelect
              label={t('branchesPage.field.distribution')}
              description={t('branchesPage.fieldNote.distribution')}
              value={fields.distribution}
              error={form.problem('distribution')}
              onChange={({ currentTarget }) => form.set('distribution', currentTarget.value)}
              data={DISTRIBUTIONS.map((value) => ({
                value,
                label: t(`branchesPage.distribution.${value}`),
              }))}
            />
          )}
          {target.kind === 'source' && (
            <Field form={form} name="targetSchema" spellCheck={false}>
              {{
                label: t('branchesPage.field.targetSchema'),
                description: t('branchesPage.fieldNote.targetSchema'),
              }}
            </Field>
          )}
          {target.kind === 'source' && (
            <NativeSelect
              label={t('branchesPage.field.encoding')}
              description={t('branchesPage.fieldNote.encoding')}
              value={fields.encoding}
              error={form.problem('encoding')}
              onChange={({ currentTarget }) => form.set('encoding', currentTarget.value)}
              data={[{ value: '', label: t('branchesPage.encodingDeclared') }, ...TEXT_ENCODINGS]}
            />
          )}
          <NativeSelect
            label={t('branchesPage.field.passwordFrom')}
            value={fields.passwordFrom}
            onChange={({ currentTarget }) => form.set('passwordFrom', currentTarget.value)}
            data={PLACES.map((value) => ({ value, label: t(`branchesPage.passwordFrom.${value}`) }))}
          />
          {fields.passwordFrom === 'variable' && (
            <Field form={form} name="variable" spellCheck={false}>
              {{
                label: t('branchesPage.field.variable'),
                placeholder: t('branchesPage.example.variable'),
              }}
            </Field>
          )}
          {fields.passwordFrom === 'passfile' && (
            <Field form={form} name="passfile" spellCheck={false}>
              {{
                label: t('branchesPage.field.passfile'),
                description: t('branchesPage.fieldNote.passfile'),
              }}
            </Field>
          )}
          {fields.sslmode !== 'disable' &&
            (['sslcert', 'sslkey'] as const).map((name) => (
              <Field key={name} form={form} name={name} spellCheck={false}>
                {{
                  label: t(`branchesPage.field.${name}`),
                  description: t(`branchesPage.fieldNote.${name}`),
                }}
              </Field>
            ))}
          <Field form={form} name="timeout" inputMode="numeric">
            {{
              label: t('branchesPage.field.timeout'),
              description: t('branchesPage.fieldNote.timeout'),
            }}
          </Field>
        </Stack>
      </Collapse>
    </Stack>
  );
}
