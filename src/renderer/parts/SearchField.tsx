import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

/** About the longest rest of a quick typist between two letters. */
const REST_MS = 250;

/** A search field that reports its text when typing pauses. */
export function SearchField({
  label,
  placeholder,
  clearLabel,
  value,
  onSearch,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly clearLabel: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  const tell = useDebouncedCallback((text: string) => {
    told.current = text;
    onSearch(text);
  }, REST_MS);
  useEffect(() => {
    // Changed from outside: by Back, or "clear".
    if (value === told.current) return;
    told.current = value;
    setTyped(value);
  }, [value]);
  return (
    <TextInput
      type="search"
      label={label}
      placeholder={placeholder}
      maxLength={200}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        // Keeps the place of the clear button, so that the field does not change its size.
        typed === '' ? (
          <span />
        ) : (
          <CloseButton
            size="sm"
            aria-label={clearLabel}
            onClick={() => {
              setTyped('');
              tell('');
            }}
          />
        )
      }
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        tell(currentTarget.value.trim());
      }}
    />
  );
}
