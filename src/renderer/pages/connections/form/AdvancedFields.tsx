import { Button, Collapse, NativeSelect, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId } from 'react';
import { TEXT_ENCODINGS } from '../../../../shared/encodings.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { FIELDS, type FieldName } from '../model/fields.ts';
import { Field } from './Field.tsx';
import type { EndpointForm } from './useEndpointForm.ts';

const LAYOUTS = ['auto', 'stamp', 'merge', 'schema'] as const;
const PLACES = ['kept', 'variable', 'passfile'] as const;
const ADVANCED: readonly FieldName[] = FIELDS.filter((name) =>
  ['passwordFrom', 'variable', 'passfile', 'timeout', 'layout', 'targetSchema', 'encoding'].includes(name),
);

/** What few need: closed until asked for, or until something in it is refused. */
export function AdvancedFields({ form }: { readonly form: EndpointForm }) {
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
        {t('connectionsPage.advanced')}
      </Button>
      <Collapse expanded={opened} id={id} keepMounted={false}>
        <Stack gap="md">
          {target.kind === 'central' && (
            <NativeSelect
              label={t('connectionsPage.field.layout')}
              description={t('connectionsPage.fieldNote.layout')}
              value={fields.layout}
              error={form.problem('layout')}
              onChange={({ currentTarget }) => form.set('layout', currentTarget.value)}
              data={LAYOUTS.map((value) => ({ value, label: t(`connectionsPage.layout.${value}`) }))}
            />
          )}
          {target.kind === 'source' && (
            <Field form={form} name="targetSchema" spellCheck={false}>
              {{
                label: t('connectionsPage.field.targetSchema'),
                description: t('connectionsPage.fieldNote.targetSchema'),
              }}
            </Field>
          )}
          {target.kind === 'source' && (
            <NativeSelect
              label={t('connectionsPage.field.encoding')}
              description={t('connectionsPage.fieldNote.encoding')}
              value={fields.encoding}
              error={form.problem('encoding')}
              onChange={({ currentTarget }) => form.set('encoding', currentTarget.value)}
              data={[{ value: '', label: t('connectionsPage.encodingDeclared') }, ...TEXT_ENCODINGS]}
            />
          )}
          <NativeSelect
            label={t('connectionsPage.field.passwordFrom')}
            value={fields.passwordFrom}
            onChange={({ currentTarget }) => form.set('passwordFrom', currentTarget.value)}
            data={PLACES.map((value) => ({ value, label: t(`connectionsPage.passwordFrom.${value}`) }))}
          />
          {fields.passwordFrom === 'variable' && (
            <Field form={form} name="variable" spellCheck={false}>
              {{
                label: t('connectionsPage.field.variable'),
                placeholder: t('connectionsPage.example.variable'),
              }}
            </Field>
          )}
          {fields.passwordFrom === 'passfile' && (
            <Field form={form} name="passfile" spellCheck={false}>
              {{
                label: t('connectionsPage.field.passfile'),
                description: t('connectionsPage.fieldNote.passfile'),
              }}
            </Field>
          )}
          <Field form={form} name="timeout" inputMode="numeric">
            {{
              label: t('connectionsPage.field.timeout'),
              description: t('connectionsPage.fieldNote.timeout'),
            }}
          </Field>
        </Stack>
      </Collapse>
    </Stack>
  );
}
