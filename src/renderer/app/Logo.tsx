import { Group, Text } from '@mantine/core';

/** The product's sign, as in the tray, and its name. */
export function Logo() {
  return (
    <Group gap="xs" wrap="nowrap">
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <g fill="none" stroke="var(--mantine-primary-color-filled)" strokeWidth="3.4" strokeLinecap="round">
          <path d="M9 9.5v13" />
          <path d="M9 20.5c0-6 13-2 13-10" />
          <g fill="var(--mantine-primary-color-filled)" stroke="none">
            <circle cx="9" cy="6.2" r="3.1" />
            <circle cx="9" cy="25.8" r="3.1" />
            <circle cx="22" cy="7" r="3.1" />
          </g>
        </g>
      </svg>
      <Text fw={700} size="lg">
        Branchline
      </Text>
    </Group>
  );
}
