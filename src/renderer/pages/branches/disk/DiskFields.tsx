import { Button, Group, Input, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconFolderOpen } from '@tabler/icons-react';
import { useId } from 'react';
import { LEAST_PASSPHRASE } from '../../../../shared/exportParts.ts';
import { passphraseStrength } from '../../../../shared/passphraseStrength.ts';
import { visible } from '../../../../shared/visible.ts';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { useT } from '../../../words/LanguageProvider.tsx';

/** A folder or a file of this computer: chosen in the system's dialog, or typed where the program has none. */
export function PathField({
  what,
  value,
  onChange,
  wrong,
}: {
  readonly what: 'folder' | 'file';
  readonly value: string;
  readonly onChange: (path: string) => void;
  /** Whether it has to be filled in. */
  readonly wrong: boolean;
}) {
  const t = useT();
  const choose = useCommand('choosePath');
  const note = useId();
  const { data: setup } = useCall('setup');
  const label = t(`disk.${what}`);
  const description = t(`disk.${what}Note`);
  const error = wrong ? t('disk.pathWrong') : null;
  if (setup === undefined) return null;
  if (!setup.dialogs)
    return (
      <TextInput
        label={label}
        description={`${description} ${t('disk.typedNote')}`}
        placeholder={t(`disk.${what}Example`)}
        required
        spellCheck={false}
        autoComplete="off"
        value={value}
        error={error}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    );
  const ask = async (): Promise<void> => {
    const path = await choose.mutateAsync([what]).catch(() => null);
    if (path !== null) onChange(path);
  };
  return (
    <Input.Wrapper label={label} description={description} error={error} required labelElement="div">
      <Group gap="sm" mt={4}>
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={16} aria-hidden />}
          loading={choose.isPending}
          aria-describedby={note}
          data-autofocus
          onClick={() => void ask()}
        >
          {t(what === 'folder' ? 'disk.chooseFolder' : 'disk.chooseFile')}
        </Button>
        <Text
          id={note}
          size="sm"
          {...(value === '' ? { c: 'dimmed' } : {})}
          style={{ overflowWrap: 'anywhere', minWidth: 0 }}
        >
          {value === '' ? t('disk.notChosen') : visible(value)}
        </Text>
      </Group>
    </Input.Wrapper>
  );
}

/** A path as it was typed or pasted; Windows copies one in quotes. */
export function pathOf(typed: string): string {
  return typed.trim().replace(/^"(.*)"$/, '$1');
}

export interface TypedPassphrase {
  readonly passphrase: string;
  /** Typed once more; of a new passphrase alone. */
  readonly again: string;
}

export const NOTHING_TYPED: TypedPassphrase = { passphrase: '', again: '' };

/** Whether an export can begin with it. */
export function isFit({ passphrase, again }: TypedPassphrase): boolean {
  return passphraseStrength(passphrase) !== 'short' && passphrase === again;
}

/** A new passphrase, typed twice. */
export function NewPassphrase({
  typed,
  onChange,
  asked,
}: {
  readonly typed: TypedPassphrase;
  readonly onChange: (typed: TypedPassphrase) => void;
  /** Whether the person has tried to begin. */
  readonly asked: boolean;
}) {
  const t = useT();
  const { passphrase, again } = typed;
  const strength = passphraseStrength(passphrase);
  const differ = passphrase !== again && (asked || again.length >= passphrase.length) && again !== '';
  const missing = asked && again === '';
  return (
    <Stack gap="md">
      <Stack gap={4}>
        <PassphraseInput
          label={t('disk.passphrase')}
          description={t('disk.passphraseNote')}
          value={passphrase}
          wrong={asked && strength === 'short'}
          onChange={(text) => onChange({ ...typed, passphrase: text })}
        />
        <div aria-live="polite">{passphrase !== '' && <Strength of={strength} />}</div>
      </Stack>
      <PassphraseInput
        label={t('disk.again')}
        value={again}
        wrong={differ || missing}
        {...(differ || missing ? { error: t('disk.differ') } : {})}
        onChange={(text) => onChange({ ...typed, again: text })}
      />
    </Stack>
  );
}

function Strength({ of }: { readonly of: ReturnType<typeof passphraseStrength> }) {
  const t = useT();
  const isGood = of === 'fair' || of === 'strong';
  const Icon = isGood ? IconCircleCheck : IconAlertTriangle;
  return (
    <Group gap={6} wrap="nowrap" c={isGood ? 'var(--branch-good)' : 'var(--branch-bad)'}>
      <Icon size={18} aria-hidden style={{ flex: 'none' }} />
      <Text size="sm">{t(`disk.strength.${of}`, { least: LEAST_PASSPHRASE })}</Text>
    </Group>
  );
}

/** A passphrase, which can be shown. No browser is to keep it. */
export function PassphraseInput({
  label,
  description,
  value,
  wrong,
  error,
  onChange,
}: {
  readonly label: string;
  readonly description?: string;
  readonly value: string;
  readonly wrong: boolean;
  readonly error?: string;
  readonly onChange: (passphrase: string) => void;
}) {
  const t = useT();
  return (
    <PasswordInput
      label={label}
      description={description}
      required
      autoComplete="new-password"
      value={value}
      error={error ?? (wrong && t('branchesPage.required'))}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': t('disk.show'), tabIndex: 0 }}
    />
  );
}
