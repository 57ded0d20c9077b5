import { expect, it } from 'vitest';
import { padEnd, renderColumns, truncate } from '../../src/cli/render/columns.ts';
import { lookOf } from './rows.ts';

const COLUMNS = [
  { title: 'Name', shrinks: true },
  { title: 'Rows', align: 'right' },
] as const;

it('numbers stand under each other, right-aligned', () => {
  const lines = renderColumns(
    COLUMNS,
    [
      [{ text: 'c_order' }, { text: '12' }],
      [{ text: 'x' }, { text: '1,234' }],
    ],
    lookOf(),
  );
  expect(lines).toEqual(['Name      Rows', 'c_order     12', 'x        1,234']);
});

it('wide and combining characters are as wide as the terminal shows them', () => {
  expect(padEnd('表', 4)).toBe('表  ');
  expect(padEnd('é', 3)).toBe('é  ');
  expect(truncate('表表表', 5)).toBe('表表…');
});

it('a narrow terminal shortens the column that may shrink, and never the numbers', () => {
  const lines = renderColumns(
    COLUMNS,
    [[{ text: 'a_very_long_table_name' }, { text: '1,234,567' }]],
    lookOf({ width: 24 }),
  );
  expect(lines[1]).toBe('a_very_long_…  1,234,567');
});

it('colours do not count as width', () => {
  const look = lookOf({ color: true });
  const rows = [
    [{ text: 'a', paint: look.colors.red }, { text: '1' }],
    [{ text: 'bb' }, { text: '2' }],
  ];
  const [, first, second] = renderColumns(COLUMNS, rows, look);
  expect(first).toBe('\u001b[31ma   \u001b[39m     1');
  expect(second).toBe('bb       2');
});
