import { Button, Group, List, SegmentedControl, Stack, Text } from '@mantine/core';
import { isLanguage, LANGUAGES } from '../../../../shared/texts/language.ts';
import { useCall } from '../../../data/useCall.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { useSettings } from '../../../data/useSettings.ts';
import { ErrorAlert } from '../../../parts/RefusalAlert.tsx';
import { SaveRefused } from '../../../parts/SaveRefused.tsx';
import { useEarlyLanguage, useT } from '../../../words/LanguageProvider.tsx';
import { nextStep, withEarlyLanguage } from '../path.ts';

/** Each in its own words: whoever does not read the other finds theirs. */
const NAMES = { en: 'English', id: 'Bahasa Indonesia' } as const;

/** The language, what is needed, and the way to try everything without either database. */
export function WelcomeStep({
  onDone,
  onDemo,
}: {
  readonly onDone: () => void;
  /** The demo's databases are there. */
  readonly onDemo: () => void;
}) {
  const t = useT();
  const setup = useCall('setup').data;
  const settings = useSettings();
  const early = useEarlyLanguage();
  const demo = useCommand('startDemo', { quiet: true });
  const { document } = settings.current();
  const begun = nextStep({ document }) !== 'welcome';
  const mayChange = setup?.commands ?? false;
  const choose = (value: string): void => {
    if (!isLanguage(value)) return;
    if (document === null) early.choose(value);
    else void settings.save((now) => ({ ...now, language: value }));
  };
  /** The demo's settings know nothing of the language that was chosen here. */
  const enterDemo = async (): Promise<void> => {
    const { document: written } = await settings.reload();
    const { chosen } = early;
    if (written !== null && withEarlyLanguage(written, chosen) !== written)
      await settings.save((now) => withEarlyLanguage(now, chosen));
    onDemo();
  };
  return (
    <Stack gap="lg">
      <SegmentedControl
        aria-label={t('setupPage.language')}
        value={t.language}
        onChange={choose}
        disabled={!mayChange}
        data={LANGUAGES.map((value) => ({ value, label: NAMES[value] }))}
        w="fit-content"
      />
      <SaveRefused refusal={settings.refusal} shown={[]} onReload={() => void settings.reload()} />
      <Text>{t('setupPage.welcome')}</Text>
      <Stack gap="xs">
        <Text fw={600}>{t('setupPage.needed')}</Text>
        <List spacing={4}>
          <List.Item>{t('setupPage.neededCentral')}</List.Item>
          <List.Item>{t('setupPage.neededBranch')}</List.Item>
        </List>
        <Text size="sm" c="dimmed">
          {t('setupPage.interrupted')}
        </Text>
      </Stack>
      {demo.error !== null && <ErrorAlert error={demo.error} />}
      <Group gap="xs">
        <Button disabled={!mayChange || demo.isPending} onClick={onDone}>
          {begun ? t('setupPage.goOn') : t('setupPage.begin')}
        </Button>
        {setup?.demo === true && !begun && (
          <Button
            variant="default"
            disabled={!mayChange}
            loading={demo.isPending}
            onClick={() => demo.mutate([], { onSuccess: () => void enterDemo() })}
          >
            {t('setupPage.demo')}
          </Button>
        )}
      </Group>
      {setup?.demo === true && !begun && (
        <Text size="sm" c="dimmed" role="status">
          {demo.isPending ? t('setupPage.demoStarting') : t('setupPage.demoNote')}
        </Text>
      )}
    </Stack>
  );
}
