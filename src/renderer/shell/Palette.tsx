import { Modal, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { visible } from '../../shared/visible.ts';
import { useCall, useConnections } from '../data/useCall.ts';
import { useCommand, useMay } from '../data/useCommand.ts';
import { useFormat, useT } from '../words/LanguageProvider.tsx';
import type { Place } from './Frame.tsx';
import classes from './Palette.module.css';
import { dayItems, findItems, type PaletteItem, tableItem } from './paletteItems.ts';

/** Finds a page, table, branch, day or action by its name. */
export function Palette({
  places,
  onClose,
  onKeys,
}: {
  readonly places: readonly Place[];
  readonly onClose: () => void;
  /** Shows the keys. */
  readonly onKeys: () => void;
}) {
  const t = useT();
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const items = useItems(places, onKeys);
  const found = useMemo(() => findItems(items, text), [items, text]);
  const current = Math.min(at, Math.max(0, found.length - 1));
  const choose = (item: PaletteItem | undefined): void => {
    if (item === undefined) return;
    onClose();
    item.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((current + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(found[current]);
    }
  };
  return (
    <Modal
      opened
      centered={false}
      yOffset="10vh"
      onClose={onClose}
      title={t('shortcuts.title')}
      closeButtonProps={{ 'aria-label': t('window.close') }}
    >
      <TextInput
        data-autofocus
        role="combobox"
        aria-label={t('shortcuts.search')}
        aria-expanded={found.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${id}-${current}` : undefined}
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        placeholder={t('shortcuts.hint')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label={t('shortcuts.results')} className={classes.list}>
        {found.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above takes the keys of its options.
          <div
            key={item.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className={classes.item}
            onMouseMove={() => setAt(index)}
            onClick={() => choose(item)}
          >
            <span className={classes.label}>{item.label}</span>
            <span className={classes.kind}>{t(`shortcuts.kind.${item.kind}`)}</span>
          </div>
        ))}
      </div>
      <div role="status">
        {found.length === 0 && (
          <Text size="sm" c="dimmed" mt="sm">
            {t('shortcuts.none')}
          </Text>
        )}
      </div>
    </Modal>
  );
}

function useItems(places: readonly Place[], onKeys: () => void): readonly PaletteItem[] {
  const t = useT();
  const format = useFormat();
  const [, go] = useLocation();
  const { run } = useMay();
  const { mutate: runNow } = useCommand('runNow');
  const { data: tables } = useCall('tables');
  const connections = useConnections(undefined);
  return useMemo(() => {
    const today = format.dayOf(new Date().toISOString());
    return [
      ...places.map(({ path, key }): PaletteItem => {
        return { key: `page ${path}`, kind: 'page', label: t(key), first: true, run: () => go(path) };
      }),
      ...(run
        ? [
            {
              key: 'run',
              kind: 'action' as const,
              label: t('todayPage.runNow'),
              first: true,
              run: () => runNow([{}]),
            },
          ]
        : []),
      {
        key: 'report',
        kind: 'action',
        label: t('shortcuts.report'),
        first: true,
        run: () => go(`/report/${today}`),
      },
      { key: 'keys', kind: 'action', label: t('shortcuts.keys'), first: true, run: onKeys },
      ...connections.map(({ id, label }): PaletteItem => {
        const place = `/branches/${encodeURIComponent(id)}`;
        return { key: `branch ${id}`, kind: 'branch', label, words: id, run: () => go(place) };
      }),
      ...(tables ?? []).map(({ connection, label, table }) => {
        const place = `/tables/${encodeURIComponent(connection)}/${encodeURIComponent(table)}`;
        return tableItem(visible(table), visible(label || connection), place, () => go(place));
      }),
      ...dayItems(today, format, (day) => go(`/history?day=${day}`)),
    ];
  }, [places, t, format, go, run, runNow, tables, connections, onKeys]);
}
