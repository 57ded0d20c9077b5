import { expect, test } from 'vitest';
import {
  withEnabled,
  withoutConnection,
  withTables,
} from '../../../src/renderer/pages/branches/model/changes.ts';
import { idFromLabel } from '../../../src/shared/naming.ts';
import { type SettingsFile, settingsSchema } from '../../../src/shared/settings.ts';

const place = { host: 'h', database: 'd', user: 'u' };
const document: SettingsFile = {
  central: place,
  connections: [
    { id: 'a', ...place },
    { id: 'b', ...place, enabled: false, tables: ['x'], exclude: ['y'], schema: 'erp' },
  ],
};

test('switching off is written, switching on is the default', () => {
  const off = withEnabled(document, 'a', false);
  expect(off.connections[0]).toEqual({ id: 'a', ...place, enabled: false });
  expect(off.connections[1]).toBe(document.connections[1]);
  expect(withEnabled(off, 'a', true)).toEqual(document);
});

test('a connection is taken out, the others stay', () => {
  expect(withoutConnection(document, 'a')).toEqual({ ...document, connections: [document.connections[1]] });
});

test('all tables of the usual schema are the default, and stay unwritten', () => {
  const all = { schema: 'public', tables: ['*'], exclude: [] };
  expect(withTables(document, 'b', all).connections[1]).toEqual({ id: 'b', ...place, enabled: false });
  const some = { schema: 'erp', tables: ['x', { name: 'z', strategy: 'full' as const }], exclude: ['t_*'] };
  expect(withTables(document, 'a', some).connections[0]).toEqual({ id: 'a', ...place, ...some });
});

test.each([
  ['Lampung', 'lampung'],
  ['Bandar  Lampung (baru)', 'bandar_lampung_baru'],
  ['Käse & Söhne', 'kase_sohne'],
  ['24 Jam', 'branch_24_jam'],
  ['   ', ''],
  ['支店', ''],
  ['x'.repeat(200), 'x'.repeat(40)],
])('the id of "%s" is "%s"', (label, id) => {
  expect(idFromLabel(label, [])).toBe(id);
});

test('no id is given twice, and none is refused', () => {
  expect(idFromLabel('Lampung', ['lampung', 'lampung_2'])).toBe('lampung_3');
  const long = 'y'.repeat(40);
  const id = idFromLabel(long, [long]);
  expect(id).toBe(`${'y'.repeat(38)}_2`);
  expect(settingsSchema.safeParse({ central: place, connections: [{ id, ...place }] }).success).toBe(true);
});
