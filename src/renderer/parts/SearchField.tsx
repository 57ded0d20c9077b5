import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

/** As long as a quick typist rests between two letters. */
const REST_MS = 250;

/** A field to search by, which tells what is in it when its typist rests. */
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
    // Changed from elsewhere: the way back, or "clear".
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
        // Its place is kept, so that the field does not grow with the first letter.
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
