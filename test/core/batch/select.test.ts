import { expect, test } from 'vitest';
import { selectTables } from '../../../src/core/batch/select.ts';
import type { TableShape } from '../../../src/core/catalogue/shape.ts';
import type { RelationKind } from '../../../src/shared/contract.ts';
import { type ConnectionSettings, settingsSchema } from '../../../src/shared/settings.ts';

const endpoint = { host: 'h', database: 'd', user: 'u' };

function connection(tables: readonly unknown[], exclude: readonly string[] = []): ConnectionSettings {
  const given = { central: endpoint, connections: [{ ...endpoint, id: 'one', tables, exclude }] };
  const [parsed] = settingsSchema.parse(given).connections;
  if (parsed === undefined) throw new Error('no connection');
  return parsed;
}

function shape(name: string, kind: RelationKind = 'table'): TableShape {
  return {
    recoding: null,
    schema: 'adempiere',
    name,
    oid: '1',
    kind,
    columns: [],
    key: null,
    primaryKey: null,
    shapeDigest: '',
    uniqueKeys: [],
    keyColumns: [],
    uniqueIndexes: [],
    deferrableKeys: [],
    children: [],
    policies: null,
    untrustedOwner: null,
    distributed: false,
    version: 150000,
    otherUnique: false,
    otherConstraints: false,
    unlogged: [],
    interferes: false,
    estimatedRows: null,
    bytes: 0,
  };
}

function names(tables: readonly unknown[], shapes: readonly TableShape[], exclude?: readonly string[]) {
  return selectTables(connection(tables, exclude), shapes).map((one) => one.table);
}

test('a table is meant by its name and by its model name, in any case', () => {
  const shapes = [shape('c_invoice'), shape('m_product')];
  for (const typed of ['c_invoice', 'CInvoice', 'C_INVOICE', ' cinvoice '])
    expect(names([typed], shapes)).toEqual(['c_invoice']);
});

test('a name that several tables go by takes them all; one that none has stays, for the run to say so', () => {
  const shapes = [shape('c_order'), shape('corder'), shape('Product')];
  expect(names(['COrder'], shapes)).toEqual(['c_order', 'corder']);
  expect(names(['product'], shapes)).toEqual(['Product']);
  expect(selectTables(connection(['c_odrer']), shapes)).toMatchObject([{ table: 'c_odrer', shape: null }]);
});

test('a pattern takes tables and no views; a view is taken by its name; what is excluded is not', () => {
  const shapes = [shape('c_invoice'), shape('c_invoice_v', 'view'), shape('t_report')];
  expect(names(['*'], shapes, ['t_*'])).toEqual(['c_invoice']);
  expect(names(['c_*', 'CInvoiceV'], shapes)).toEqual(['c_invoice', 'c_invoice_v']);
});

test('2,000 tables listed one by one are looked up in one go', () => {
  const looks = { count: 0 };
  const shapes = Array.from({ length: 2000 }, (_, index) => {
    const name = `t_${index}`;
    return Object.defineProperty({ ...shape(name) }, 'name', {
      get: () => {
        looks.count++;
        return name;
      },
    });
  });
  const listed = Array.from({ length: 2000 }, (_, index) => `T${index}`);
  expect(names(listed, shapes)).toHaveLength(2000);
  // A few each, and not one for each of the others.
  expect(looks.count).toBeLessThan(10 * 2000);
});
