import { Button, Kbd, Modal, Switch, Table, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useT } from '../words/LanguageProvider.tsx';
import type { Place } from './Frame.tsx';
import { Palette } from './Palette.tsx';

type Opened = 'palette' | 'keys' | null;

/** The window's keys: Ctrl+K, `/` and `?`; and a button for the first, so that nobody has to know it. */
export function Shortcuts({ places }: { readonly places: readonly Place[] }) {
  const t = useT();
  const [opened, setOpened] = useState<Opened>(null);
  // Single keys can be switched off (WCAG 2.1.4): software for speech types them unasked.
  const [single, setSingle] = useLocalStorage({ key: 'branchline-single-keys', defaultValue: true });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector('[role="dialog"]') !== null) return;
      const next = openedBy(event);
      if (next === null || (!single && next !== 'palette')) return;
      if (next === 'search') {
        const field = document.querySelector<HTMLInputElement>('#main input[type="search"]');
        if (field === null) return;
        field.focus();
        field.select();
      } else {
        setOpened(next);
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [single]);
  const close = useCallback(() => setOpened(null), []);
  const showKeys = useCallback(() => setOpened('keys'), []);
  return (
    <>
      <Button
        variant="default"
        fullWidth
        mt="sm"
        justify="space-between"
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={
          <Kbd size="xs" aria-hidden>
            {PALETTE_KEY}
          </Kbd>
        }
        aria-keyshortcuts="Control+K"
        onClick={() => setOpened('palette')}
      >
        {t('shortcuts.open')}
      </Button>
      {opened === 'palette' && <Palette places={places} onClose={close} onKeys={showKeys} />}
      <Modal
        opened={opened === 'keys'}
        onClose={close}
        title={t('shortcuts.keys')}
        closeButtonProps={{ 'aria-label': t('window.close') }}
      >
        <Table>
          <Table.Tbody>
            {KEYS.map(({ name, keys }) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={400}>
                  {t(`shortcuts.key.${name}`)}
                </Table.Th>
                <Table.Td ta="right">
                  {keys.map((key) => (
                    <Kbd key={key} ml={4}>
                      {key}
                    </Kbd>
                  ))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          mt="md"
          label={t('shortcuts.single')}
          checked={single}
          onChange={({ currentTarget }) => setSingle(currentTarget.checked)}
        />
        <Text size="sm" c="dimmed" mt={4}>
          {t('shortcuts.singleHelp')}
        </Text>
      </Modal>
    </>
  );
}

const PALETTE_KEY = 'Ctrl+K';

const KEYS = [
  { name: 'palette', keys: [PALETTE_KEY] },
  { name: 'search', keys: ['/'] },
  { name: 'keys', keys: ['?'] },
  { name: 'days', keys: ['←', '→', '↑', '↓'] },
  { name: 'rows', keys: ['↑', '↓', 'Home', 'End'] },
  { name: 'close', keys: ['Esc'] },
] as const;

function openedBy(event: KeyboardEvent): 'palette' | 'keys' | 'search' | null {
  const { key, ctrlKey, metaKey, altKey, target } = event;
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') return 'palette';
  if (ctrlKey || metaKey || altKey || isTypedIn(target)) return null;
  if (key === '?') return 'keys';
  return key === '/' ? 'search' : null;
}

function isTypedIn(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}
