import { describe, expect, it } from 'vitest';
import {
  countShown,
  fits,
  narrows,
  readTableFilter,
  sortedBy,
  statusOf,
  type TableFilter,
  tableSearch,
  widened,
} from '../../../src/renderer/pages/tables/tableFilter.ts';
import { tableAddress } from '../../../src/renderer/parts/tableAddress.ts';
import { placeOf } from '../../../src/renderer/shell/hashPlace.ts';
import { tableState, verified } from './states.ts';

const ALL: TableFilter = readTableFilter('');

describe('the filter in the address', () => {
  it('comes back as it was written', () => {
    const filter: TableFilter = {
      text: 'a&b="50%"',
      connection: 'pgsql lmp/1',
      shown: 'never',
      sort: 'proof',
      down: true,
    };
    expect(readTableFilter(tableSearch(filter).slice(1))).toEqual(filter);
  });

  it('is nothing where nothing is chosen, and leaves out what it cannot mean', () => {
    expect(tableSearch(ALL)).toBe('');
    expect(readTableFilter('show=wrong&sort=1&down=yes&connection=')).toEqual(ALL);
  });

  it('stands behind the address of a table, whatever that is called', () => {
    const address = tableAddress({ connection: 'a/b', table: 'x.y "50%"?#' });
    const place = placeOf(`#${address}${tableSearch({ ...ALL, text: 'inv' })}`);
    expect(place.search).toBe('text=inv');
    expect(place.path.split('/').slice(2).map(decodeURIComponent)).toEqual(['a/b', 'x.y "50%"?#']);
  });
});

describe('a click on a column', () => {
  it('sorts by it, a second one the other way round, a third one not at all, another column anew', () => {
    const once = sortedBy(ALL, 'success');
    expect(once).toMatchObject({ sort: 'success', down: false });
    const twice = sortedBy(once, 'success');
    expect(twice).toMatchObject({ sort: 'success', down: true });
    expect(sortedBy(twice, 'success')).toEqual(ALL);
    expect(sortedBy(ALL, 'rows')).toMatchObject({ sort: 'rows', down: true });
    expect(sortedBy(twice, 'proof')).toMatchObject({ sort: 'proof', down: false });
  });
});

describe('a table is shown', () => {
  const invoice = tableState({ table: 'c_invoice', model: 'Invoice', status: 'failed' });

  it('by part of its name or of its model, in any case', () => {
    expect(fits(invoice, { ...ALL, text: ' C_INV ' })).toBe(true);
    expect(fits(invoice, { ...ALL, text: 'order' })).toBe(false);
    // Not by the end of one and the beginning of the other.
    expect(fits(invoice, { ...ALL, text: 'c_invoiceinvoice' })).toBe(false);
  });

  it('of its connection alone', () => {
    expect(fits(invoice, { ...ALL, connection: 'lmp' })).toBe(true);
    expect(fits(invoice, { ...ALL, connection: 'sby' })).toBe(false);
  });

  it('as failed only where its last run failed', () => {
    expect(fits(invoice, { ...ALL, shown: 'failed' })).toBe(true);
    expect(fits(tableState({}), { ...ALL, shown: 'failed' })).toBe(false);
    expect(fits({ ...invoice, last: null }, { ...ALL, shown: 'failed' })).toBe(false);
  });

  it('as never verified where nothing is known of a verify', () => {
    expect(fits(invoice, { ...ALL, shown: 'never' })).toBe(true);
    const behind = { ...invoice, verified: verified({ result: 'behind' }) };
    expect(fits(behind, { ...ALL, shown: 'never' })).toBe(false);
  });

  it('counted for each choice, among those that the rest of the filter leaves', () => {
    const states = [
      invoice,
      tableState({ verified: verified({ result: 'differs' }) }),
      tableState({ selected: false }),
      tableState({ connection: 'sby' }),
    ];
    expect(countShown(states, { ...ALL, shown: 'left' })).toEqual({
      all: 3,
      failed: 1,
      differs: 1,
      never: 2,
      left: 1,
    });
    expect(countShown(states, { ...ALL, connection: 'sby' })).toMatchObject({ all: 1, failed: 0 });
  });

  it('apart where the settings do not select it any more', () => {
    const left = { ...invoice, selected: false };
    expect(fits(left, ALL)).toBe(false);
    expect(fits(left, { ...ALL, shown: 'failed' })).toBe(false);
    expect(fits(left, { ...ALL, shown: 'left' })).toBe(true);
    expect(fits(invoice, { ...ALL, shown: 'left' })).toBe(false);
  });
});

describe('the status of a table', () => {
  it('is what its last run came to, and while a batch has to do with it, how far that is', () => {
    expect(statusOf(tableState({ status: 'failed' }))).toBe('failed');
    expect(statusOf(tableState({ status: 'failed', now: 'pending' }))).toBe('pending');
    expect(statusOf(tableState({ status: 'failed', now: 'in_progress' }))).toBe('in_progress');
    expect(statusOf(tableState({ last: null, now: 'pending' }))).toBe('pending');
    expect(statusOf(tableState({ last: null }))).toBeUndefined();
  });
});

it('a filter is widened without losing its order', () => {
  const narrow: TableFilter = { text: 'a', connection: 'lmp', shown: 'left', sort: 'proof', down: true };
  expect(narrows(narrow)).toBe(true);
  expect(widened(narrow)).toEqual({ ...ALL, sort: 'proof', down: true });
  expect(narrows(widened(narrow))).toBe(false);
});
