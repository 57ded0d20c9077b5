import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useT } from '../words/LanguageProvider.tsx';
import { parseClockTime } from './clockTime.ts';

/** A time of day. The browser's own field would follow the browser's language instead of the window's. */
export function TimeField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  /** `HH:MM`; empty if the text is not a time. */
  readonly value: string;
  readonly onChange: (time: string) => void;
}) {
  const t = useT();
  const shown = (time: string): string => time.replace(':', t('window.clockSeparator'));
  const [typed, setTyped] = useState(() => shown(value));
  const [typing, setTyping] = useState(false);
  return (
    <TextInput
      label={label}
      value={typed}
      required
      styles={{ wrapper: { maxWidth: 160 } }}
      inputMode="numeric"
      autoComplete="off"
      error={value === '' && !typing ? t('window.timeWrong', { time: shown('08:30') }) : null}
      onFocus={() => setTyping(true)}
      onBlur={() => {
        setTyping(false);
        if (value !== '') setTyped(shown(value));
      }}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        onChange(parseClockTime(currentTarget.value) ?? '');
      }}
    />
  );
}
