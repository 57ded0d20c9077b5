import { describe, expect, test } from 'vitest';
import { draftOf, withEdit } from '../../../src/renderer/pages/branches/model/changes.ts';
import {
  DEFAULTS,
  fieldOfPath,
  fieldsOf,
  missingIn,
  type Target,
} from '../../../src/renderer/pages/branches/model/fields.ts';
import { type SettingsFile, settingsSchema } from '../../../src/shared/settings.ts';

const document: SettingsFile = {
  central: { url: 'postgres://branchline@hq.example:6432/dashboard?sslmode=verify-full', layout: 'stamp' },
  connections: [
    {
      id: 'lmp',
      label: 'Lampung',
      host: '127.0.0.1',
      database: 'idempiere',
      user: 'reader',
      password: '${LMP}',
      schema: 'adempiere',
      tables: ['c_*'],
    },
  ],
  language: 'id',
};
const central: Target = { kind: 'central' };
const lampung: Target = { kind: 'source', id: 'lmp' };

describe('an endpoint as fields', () => {
  test('shows what is written, and the defaults', () => {
    expect(fieldsOf({ ...document.connections[0] })).toEqual({
      ...DEFAULTS,
      id: 'lmp',
      label: 'Lampung',
      host: '127.0.0.1',
      database: 'idempiere',
      user: 'reader',
      passwordFrom: 'variable',
      variable: 'LMP',
      schema: 'adempiere',
    });
  });

  test('shows an address as its parts', () => {
    expect(fieldsOf({ ...document.central })).toMatchObject({
      host: 'hq.example',
      port: '6432',
      database: 'dashboard',
      sslmode: 'verify-full',
      layout: 'stamp',
    });
  });

  test('has defaults that are those of the schema', () => {
    const place = { host: 'h', database: 'd', user: 'u' };
    const settings = settingsSchema.parse({ central: place, connections: [{ id: 'a', ...place }] });
    const of = (one: object): object => fieldsOf({ ...one });
    expect(of(settings.central)).toEqual(of(place));
    expect(of({ ...settings.connections[0] })).toEqual(of({ id: 'a', ...place }));
  });
});

describe('a change in the form', () => {
  const edit = (target: Target, change: object) => {
    const raw = target.kind === 'central' ? document.central : document.connections[0];
    const initial = fieldsOf({ ...raw });
    return { target, initial, fields: { ...initial, ...change } };
  };

  test('writes nothing where nothing was changed', () => {
    expect(withEdit(document, edit(central, {}))).toEqual(document);
    expect(withEdit(document, edit(lampung, {}))).toEqual(document);
  });

  test('writes an encoding for a branch alone, and takes it away again', () => {
    const said = withEdit(document, edit(lampung, { encoding: 'WIN1252' }));
    expect(said.connections[0]).toMatchObject({ encoding: 'WIN1252' });
    const initial = fieldsOf({ ...said.connections[0] });
    expect(
      withEdit(said, { target: lampung, initial, fields: { ...initial, encoding: '' } }).connections[0],
    ).toEqual(document.connections[0]);
    expect(withEdit(document, edit(central, { encoding: 'WIN1252' })).central).toEqual(document.central);
  });

  test('writes what was changed alone, and defaults not at all', () => {
    const { connections } = withEdit(document, edit(lampung, { port: '6543', schema: 'public' }));
    const { schema: _, ...rest } = document.connections[0] ?? {};
    expect(connections).toEqual([{ ...rest, port: 6543 }]);
  });

  test('leaves an address whose parts were not touched', () => {
    expect(withEdit(document, edit(central, { layout: 'merge' })).central).toEqual({
      ...document.central,
      layout: 'merge',
    });
  });

  test('writes whether tables are distributed for head office alone', () => {
    const none = { distribution: 'none' };
    expect(withEdit(document, edit(central, none)).central).toMatchObject({ distribution: 'none' });
    expect(withEdit(document, edit(lampung, none)).connections[0]).toEqual(document.connections[0]);
  });

  test('writes single fields in place of an address whose parts were', () => {
    expect(withEdit(document, edit(central, { host: 'new.example' })).central).toEqual({
      host: 'new.example',
      port: 6432,
      database: 'dashboard',
      user: 'branchline',
      sslmode: 'verify-full',
      layout: 'stamp',
    });
  });

  test('changes where the password comes from, and never holds one', () => {
    const change = { passwordFrom: 'passfile', passfile: 'lmp.pgpass' };
    expect(withEdit(document, edit(lampung, change)).connections[0]).toMatchObject({
      passfile: 'lmp.pgpass',
    });
    const kept = withEdit(document, edit(lampung, { passwordFrom: 'kept' })).connections[0] ?? {};
    expect(Object.keys(kept)).not.toContain('password');
  });

  test('adds a new connection behind the others', () => {
    const target: Target = { kind: 'source', id: null };
    const fields = {
      ...DEFAULTS,
      id: 'bdg',
      label: 'Bandung',
      host: ' bdg ',
      database: 'erp',
      user: 'u',
      layout: 'x',
    };
    const added = { id: 'bdg', label: 'Bandung', host: 'bdg', database: 'erp', user: 'u' };
    const next = withEdit(document, { target, initial: DEFAULTS, fields });
    expect(next.connections).toEqual([...document.connections, added]);
    expect(draftOf(document, { target, initial: DEFAULTS, fields })).toEqual({
      kind: 'source',
      connection: added,
    });
  });

  test('sends what is no number as it was typed, so that it is refused', () => {
    const next = withEdit(document, edit(lampung, { port: 'x1' }));
    expect(settingsSchema.safeParse(next).error?.issues[0]?.path).toEqual(['connections', 0, 'port']);
  });

  test('made on newer settings keeps what others changed there', () => {
    const newer: SettingsFile = {
      ...document,
      language: 'en',
      connections: [
        { id: 'new', host: 'h', database: 'd', user: 'u' },
        ...document.connections.map((one) => ({ ...one, schema: 'erp' })),
      ],
    };
    const next = withEdit(newer, edit(lampung, { label: 'LMP' }));
    expect(next.language).toBe('en');
    expect(next.connections[1]).toMatchObject({ label: 'LMP', schema: 'erp' });
  });
});

test('each problem is shown at the field of its path', () => {
  expect(fieldOfPath('connections[12].port')).toBe('port');
  expect(fieldOfPath('central.connectTimeoutSeconds')).toBe('timeout');
  expect(fieldOfPath('connections[0].url')).toBe('host');
  expect(fieldOfPath('central.password')).toBe('variable');
  expect(fieldOfPath('sslmode')).toBe('sslmode');
  expect(fieldOfPath('connections[0].tables[1]')).toBeNull();
  expect(fieldOfPath('schedules[0].id')).toBeNull();
});

test('what must be filled in depends on the end', () => {
  expect(missingIn(DEFAULTS, 'central')).toEqual(['host', 'database', 'user']);
  expect(missingIn({ ...DEFAULTS, label: ' ', id: 'x', host: 'h' }, 'source')).toEqual([
    'label',
    'database',
    'user',
  ]);
});
