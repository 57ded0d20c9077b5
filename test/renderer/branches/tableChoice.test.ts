import { describe, expect, test } from 'vitest';
import {
  chooseAll,
  chooseSingly,
  readChoice,
  searchTables,
  takesAll,
  tick,
  totalsOf,
  wouldTick,
} from '../../../src/renderer/pages/branches/model/tableChoice.ts';

const table = (name: string, facts: object = {}) => ({
  table: name,
  model: '',
  kind: 'table' as const,
  estimatedRows: 10,
  bytes: 100,
  hasKey: true,
  readable: true,
  selected: true,
  ...facts,
});
const all = { tables: ['*'], exclude: [] };

describe('with all tables', () => {
  test('one that is unticked is left out by name, and comes back', () => {
    const without = tick(all, ['c_invoice'], false);
    expect(without).toEqual({ tables: ['*'], exclude: ['c_invoice'] });
    expect(readChoice(without)('c_invoice')).toEqual({ selected: false, leftOutBy: null });
    expect(tick(without, ['c_invoice'], true)).toEqual(all);
    expect(tick({ tables: ['*'], exclude: ['CInvoice'] }, ['c_invoice'], true)).toEqual(all);
  });

  test('a pattern leaves out what no tick brings back', () => {
    const choice = { tables: ['*'], exclude: ['t_*'] };
    expect(readChoice(choice)('t_temp')).toEqual({ selected: false, leftOutBy: 't_*' });
    expect(tick(choice, ['t_temp'], true)).toEqual(choice);
  });
});

describe('with single tables', () => {
  test('ticks are names', () => {
    const choice = tick({ tables: ['a'], exclude: [] }, ['a', 'b', 'c'], true);
    expect(choice.tables).toEqual(['a', 'b', 'c']);
    expect(tick(choice, ['a', 'c'], false)).toEqual({ tables: ['b'], exclude: [] });
  });

  test('what is said about a table is not lost by a tick', () => {
    const entry = { name: 'a', strategy: 'full' as const };
    const without = tick({ tables: [entry], exclude: [] }, ['a'], false);
    expect(without).toEqual({ tables: [entry], exclude: ['a'] });
    expect(tick(without, ['a'], true)).toEqual({ tables: [entry], exclude: [] });
  });

  test('a table that a pattern takes is left out by name', () => {
    expect(tick({ tables: ['c_*'], exclude: [] }, ['c_order'], false)).toEqual({
      tables: ['c_*'],
      exclude: ['c_order'],
    });
  });
});

test('between all and single tables, what is said about one of them stays', () => {
  const entry = { name: 'a', strategy: 'full' as const };
  const singly = chooseSingly({ tables: ['*', 'b', entry], exclude: ['c'] });
  expect(singly).toEqual({ tables: ['b', entry], exclude: [] });
  expect(takesAll(singly)).toBe(false);
  expect(chooseAll(singly)).toEqual({ tables: ['*', entry], exclude: [] });
});

test('ticking is offered only where it would change something', () => {
  const chosen = readChoice({ tables: ['*'], exclude: ['b', 't_*'] });
  expect(wouldTick(chosen, ['a', 'b'], true)).toBe(true);
  expect(wouldTick(chosen, ['a', 'b'], false)).toBe(true);
  expect(wouldTick(chosen, ['a'], true)).toBe(false);
  expect(wouldTick(chosen, ['b'], false)).toBe(false);
  // No tick brings back what a pattern leaves out.
  expect(wouldTick(chosen, ['t_import'], true)).toBe(false);
  expect(wouldTick(chosen, [], true)).toBe(false);
});

test('the chosen tables are added up', () => {
  const tables = [
    table('a'),
    table('b', { hasKey: false, estimatedRows: -1 }),
    table('c', { readable: false }),
    table('d'),
  ];
  const chosen = readChoice({ tables: ['*'], exclude: ['d'] });
  expect(totalsOf(tables, chosen)).toEqual({
    tables: 3,
    rows: 20,
    bytes: 300,
    withoutKey: ['b'],
    unreadable: ['c'],
  });
});

test('a search means a part of either name', () => {
  const tables = [table('c_invoice', { model: 'CInvoice' }), table('m_product', { model: 'MProduct' })];
  const found = (search: string) => searchTables(tables, search).map((one) => one.table);
  expect(found(' cinv ')).toEqual(['c_invoice']);
  expect(found('_PROD')).toEqual(['m_product']);
  expect(found('')).toHaveLength(2);
});

test('thousands of tables are read in a moment', () => {
  const names = Array.from({ length: 5000 }, (_, index) => `table_${index}`);
  const begun = performance.now();
  const choice = tick(tick({ tables: ['x'], exclude: [] }, names, true), names.slice(1000), false);
  const chosen = readChoice(choice);
  expect(names.filter((name) => chosen(name).selected)).toHaveLength(1000);
  // Compared one with each other these would be 25 million pairs, which takes some ten seconds.
  expect(performance.now() - begun).toBeLessThan(2000);
});
