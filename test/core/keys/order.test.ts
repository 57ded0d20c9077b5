import { expect, test } from 'vitest';
import { type KeyColumn, keyColumns } from '../../../src/core/catalogue/keyIndex.ts';
import { isLoose, sortsAlike } from '../../../src/core/catalogue/order.ts';
import type { ColumnShape } from '../../../src/core/catalogue/shape.ts';

function column(type: string, collated = false): ColumnShape {
  const plain = {
    notNull: true,
    generated: false,
    virtual: false,
    defaultExpression: null,
    fillsItself: false,
  };
  return { name: 'k', number: 1, type, own: null, collated, ...plain };
}

function ordered(one: ColumnShape) {
  const [index] = keyColumns([one], null) ?? [];
  if (index === undefined) throw new Error(`${one.type} has an order`);
  return { column: one, index: index satisfies KeyColumn };
}

const alike = (from: ColumnShape, to: ColumnShape): boolean => sortsAlike(ordered(from), ordered(to));

test.each([
  'integer',
  'numeric(10,2)',
  'uuid',
  'bytea',
  'timestamp(3) with time zone',
  'interval day to second(3)',
  'inet',
  'bit(4)',
])('a key of type %s sorts alike everywhere', (type) => expect(alike(column(type), column(type))).toBe(true));

test.each([
  'jsonb',
  'integer[]',
  'text[]',
  'int4range',
  'int4multirange',
  'name',
  'money',
  'tsvector',
  'a type of tomorrow',
])('a key of type %s is not taken to sort alike', (type) =>
  expect(alike(column(type), column(type))).toBe(false),
);

test('texts sort alike under C in UTF-8 alone, and never as numbers do', () => {
  expect(alike(column('text'), column('character varying(9)'))).toBe(true);
  expect(alike(column('text', true), column('text'))).toBe(false);
  expect(alike(column('character(3)'), column('text'))).toBe(false);
  expect(alike(column('integer'), column('text'))).toBe(false);
  expect(alike(column('integer'), column('numeric'))).toBe(true);
});

test('equal keys may look otherwise where the type alone does not say how they are written', () => {
  const loose = ['numeric', 'real', 'interval', 'jsonb', 'numeric[]', 'bpchar'];
  const exact = [
    'integer',
    'numeric(10,0)',
    'uuid',
    'text',
    'character(4)',
    'timestamp with time zone',
    'bit(3)',
  ];
  for (const type of loose) expect([type, isLoose(ordered(column(type)))]).toEqual([type, true]);
  for (const type of exact) expect([type, isLoose(ordered(column(type)))]).toEqual([type, false]);
});
