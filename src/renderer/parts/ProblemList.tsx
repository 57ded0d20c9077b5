import { List } from '@mantine/core';
import type { SettingsProblem } from '../data/settingsProblems.ts';

/** What is wrong in settings: where, and why. Paths and file names have no spaces to break at. */
export function ProblemList({ problems }: { readonly problems: readonly SettingsProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <List size="sm" style={{ overflowWrap: 'anywhere' }}>
      {problems.map(({ path, reason }) => (
        <List.Item key={`${path} ${reason}`}>{path === '' ? reason : `${path}: ${reason}`}</List.Item>
      ))}
    </List>
  );
}
