import {
  Alert,
  Button,
  Group,
  NativeSelect,
  Radio,
  Stack,
  TagsInput,
  Text,
  TextInput,
  VisuallyHidden,
} from '@mantine/core';
import { IconAlertTriangle, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
import { namesOf } from '../../../../shared/naming.ts';
import { ErrorAlert, FormButtons, SaveRefused } from '../../../parts/Refusals.tsx';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import {
  type ChoiceTotals,
  chooseAll,
  chooseSingly,
  searchTables,
  takesAll,
  tick,
  wouldTick,
} from '../model/tableChoice.ts';
import classes from './TableList.module.css';
import { TableList } from './TableList.tsx';
import type { TableChoosing } from './useTableChoice.ts';

/**
 * All tables in the branch's schema with their sizes, to choose which are copied.
 *
 * @param props.titled whether a heading above already asks which tables are copied
 * @param props.back the button that leads back
 * @param props.cancel the button that closes the form
 */
export function TableChooser({
  choice: choosing,
  titled = false,
  save,
  onSaved,
  back,
  cancel,
}: {
  readonly choice: TableChoosing;
  readonly titled?: boolean;
  readonly save: string;
  readonly onSaved: () => void;
  readonly back?: ReactNode;
  readonly cancel?: ReactNode;
}) {
  const t = useT();
  const format = useFormat();
  const [search, setSearch] = useState('');
  const { found, choice, chosen, settings } = choosing;
  const all = takesAll(choice);
  const shown = useMemo(() => searchTables(found?.tables ?? [], search), [found, search]);
  const names = shown.map(({ table }) => table);
  const none = choice.tables.length === 0;
  const searched = search.trim() !== '';
  const count = { tables: format.count(names.length) };
  const which = t('branchesPage.which');
  return (
    <Stack gap="md">
      <SchemaSelect choosing={choosing} />
      <Radio.Group
        label={titled ? <VisuallyHidden>{which}</VisuallyHidden> : which}
        labelProps={titled ? { pos: 'absolute' } : {}}
        value={all ? 'all' : 'some'}
        onChange={(value) => choosing.choose(value === 'all' ? chooseAll(choice) : chooseSingly(choice))}
      >
        <Stack gap="xs" mt={titled ? 0 : 'xs'}>
          <Radio value="all" label={t('branchesPage.whichAll')} />
          <Radio value="some" label={t('branchesPage.whichSome')} />
        </Stack>
      </Radio.Group>
      <LeaveOut choosing={choosing} />
      {choosing.error !== null && (
        <ErrorAlert error={choosing.error}>
          <Button mt="sm" size="xs" variant="default" onClick={choosing.look}>
            {t('window.tryAgain')}
          </Button>
        </ErrorAlert>
      )}
      {choosing.looking && (
        <Text size="sm" role="status">
          {t('branchesPage.looking')}
        </Text>
      )}
      {found !== undefined && (
        <Stack gap="sm">
          <TableTotals totals={choosing.totals} of={found.tables.length} />
          <Group gap="xs" align="flex-end">
            <TextInput
              label={t('branchesPage.search')}
              leftSection={<IconSearch size={16} aria-hidden />}
              value={search}
              onChange={({ currentTarget }) => setSearch(currentTarget.value)}
              style={{ flex: '1 1 12rem' }}
            />
            <Button
              variant="default"
              disabled={!wouldTick(chosen, names, true)}
              onClick={() => choosing.choose(tick(choice, names, true))}
            >
              {searched ? t('branchesPage.tickShown', count) : t('branchesPage.tickAll', count)}
            </Button>
            <Button
              variant="default"
              disabled={!wouldTick(chosen, names, false)}
              onClick={() => choosing.choose(tick(choice, names, false))}
            >
              {searched ? t('branchesPage.untickShown', count) : t('branchesPage.untickAll', count)}
            </Button>
          </Group>
          <TableList
            tables={shown}
            chosen={chosen}
            onTick={(table, on) => choosing.choose(tick(choice, [table], on))}
          />
        </Stack>
      )}
      {none && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('branchesPage.noneChosen')} />
      )}
      <SaveRefused refusal={settings.refusal} shown={[]} onReload={() => void choosing.reload()} />
      <FormButtons back={back}>
        {cancel}
        <Button
          loading={settings.saving}
          disabled={none}
          onClick={async () => {
            if (await choosing.save()) onSaved();
          }}
        >
          {save}
        </Button>
      </FormButtons>
    </Stack>
  );
}

/**
 * Patterns, and names that are not tables of the branch. Unticked tables are visible in the list: as tags
 * there could be thousands.
 */
function LeaveOut({ choosing: { choice, found, choose } }: { readonly choosing: TableChoosing }) {
  const t = useT();
  const names = useMemo(() => new Set(found?.tables.map(({ table }) => table)), [found]);
  const asTag = (one: string): boolean => one.includes('*') || (found !== undefined && !names.has(one));
  return (
    <TagsInput
      label={t('branchesPage.exclude')}
      description={t('branchesPage.excludeNote')}
      value={choice.exclude.filter(asTag)}
      onChange={(tags) =>
        choose({ ...choice, exclude: [...choice.exclude.filter((one) => !asTag(one)), ...tags] })
      }
      splitChars={[',', ' ']}
    />
  );
}

/** Only shown if the branch has more than one schema. */
function SchemaSelect({ choosing }: { readonly choosing: TableChoosing }) {
  const t = useT();
  const format = useFormat();
  const { found, schema } = choosing;
  if (found === undefined) return null;
  const others = found.schemas.filter((one) => one.schema !== schema);
  if (others.length === 0) return null;
  const own = found.schemas.find((one) => one.schema === schema) ?? { schema, tables: found.tables.length };
  return (
    <NativeSelect
      label={t('branchesPage.field.schema')}
      value={schema}
      onChange={({ currentTarget }) => choosing.chooseSchema(currentTarget.value)}
      data={[own, ...others].map((one) => ({
        value: one.schema,
        label: t('branchesPage.schemaOption', {
          schema: one.schema,
          count: one.tables,
          tables: format.count(one.tables),
        }),
      }))}
    />
  );
}

/** The totals of the choice, and warnings. */
function TableTotals({ totals, of }: { readonly totals: ChoiceTotals; readonly of: number }) {
  const t = useT();
  const format = useFormat();
  const { tables, rows, bytes, withoutKey, unreadable } = totals;
  return (
    <Stack gap={4}>
      <Text fw={600} role="status">
        {t('branchesPage.totals', {
          tables: format.count(tables),
          of: format.count(of),
          rows: format.count(rows),
          size: format.bytes(bytes),
        })}
      </Text>
      {withoutKey.length > 0 && (
        <Text size="sm" className={classes.names ?? ''}>
          {t('branchesPage.withoutKey', counted(withoutKey))}
        </Text>
      )}
      {unreadable.length > 0 && (
        <Text size="sm" c="var(--branch-bad)" className={classes.names ?? ''}>
          {t('branchesPage.unreadable', counted(unreadable))}
        </Text>
      )}
    </Stack>
  );

  function counted(names: readonly string[]) {
    return { count: names.length, tables: format.count(names.length), names: namesOf(names, t) };
  }
}
