import { expect, test } from 'vitest';
import {
  dayItems,
  findItems,
  type PaletteItem,
  tableItem,
} from '../../../src/renderer/shell/paletteItems.ts';
import { createFormat } from '../../../src/renderer/words/format.ts';

const nothing = (): void => undefined;
const PAGE: PaletteItem = { key: 'page /', kind: 'page', label: 'History', first: true, run: nothing };
const TABLES = ['c_invoice', 'c_invoiceline', 'm_product'].map((name) =>
  tableItem(name, 'Lampung', name, nothing),
);
const format = createFormat('en', 'Asia/Jakarta');
const DAYS = dayItems('2026-12-01', format, nothing);
const ITEMS = [PAGE, ...TABLES, ...DAYS];
const found = (text: string): readonly string[] => findItems(ITEMS, text).map(({ label }) => label);

test('without a text only the first ones are shown', () => {
  expect(found('  ')).toEqual(['History']);
});

test('a table is found by parts of its name, its model and its branch', () => {
  expect(found('invoiceline')).toEqual(['c_invoiceline · Lampung']);
  expect(found('CInvoice lamp')).toEqual(['c_invoice · Lampung', 'c_invoiceline · Lampung']);
});

test('a day is found by its name and its date', () => {
  expect(found('30 nov')[0]).toBe('Mon, 30 Nov 2026');
  expect(found('2026-11-30')).toEqual(['Mon, 30 Nov 2026']);
});

test('what begins with the text comes first, and there are never more than twelve', () => {
  expect(found('m')[0]).toBe('m_product · Lampung');
  expect(found('2026')).toHaveLength(12);
});
