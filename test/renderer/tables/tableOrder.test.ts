import { describe, expect, it } from 'vitest';
import { ordered, type Sort } from '../../../src/renderer/pages/tables/tableFilter.ts';
import { Strategy } from '../../../src/shared/status.ts';
import { tableState, verified } from './states.ts';

const fine = tableState({ table: 'b_fine', verified: verified({ result: 'equal' }) });
const broken = tableState({
  table: 'c_broken',
  status: 'failed',
  strategy: 'full',
  success: { batchId: 'sync_0', endedAt: '2026-11-20T01:00:05.000Z', snapshotAt: null },
  verified: verified({ result: 'differs' }),
});
const fresh = tableState({ table: 'a_fresh', last: null, success: null });
const states = [fine, broken, fresh];

const names = (sort: Sort, down = false) => ordered(states, { sort, down }).map(({ table }) => table);

describe('tables are ordered', () => {
  it('with trouble first, if nothing else is asked', () => {
    expect(names('trouble')).toEqual(['c_broken', 'a_fresh', 'b_fine']);
  });

  it('by name', () => {
    expect(names('table')).toEqual(['a_fresh', 'b_fine', 'c_broken']);
    expect(names('table', true)).toEqual(['c_broken', 'b_fine', 'a_fresh']);
  });

  it('by status, what failed first', () => {
    expect(names('status')).toEqual(['c_broken', 'a_fresh', 'b_fine']);
  });

  it('by their last success, what never had one first', () => {
    expect(names('success')).toEqual(['a_fresh', 'c_broken', 'b_fine']);
    expect(names('success', true)).toEqual(['b_fine', 'c_broken', 'a_fresh']);
  });

  it('by proof, what differs first', () => {
    expect(names('proof')).toEqual(['c_broken', 'a_fresh', 'b_fine']);
  });

  it('by the way in which they are copied, the whole ones first', () => {
    expect(names('way')).toEqual(['c_broken', 'b_fine', 'a_fresh']);
  });

  it('by the way in which they are copied, in every strategy before those that have none', () => {
    const all = [undefined, ...Object.values(Strategy)].map((strategy) =>
      strategy === undefined
        ? tableState({ table: 'a_none', last: null, success: null })
        : tableState({ table: strategy, strategy }),
    );
    const sorted = ordered(all, { sort: 'way', down: false }).map(({ table }) => table);
    expect(sorted.slice(0, 4)).toEqual(['full', 'replace', 'compare', 'cursor']);
    expect(sorted.at(-1)).toBe('a_none');
  });

  it('alike ones by name and connection, whichever way round', () => {
    const twins = [
      tableState({ table: 'y' }),
      tableState({ table: 'x', connection: 'sby' }),
      tableState({ table: 'x' }),
    ];
    const keys = (down: boolean) =>
      ordered(twins, { sort: 'status', down }).map(({ connection, table }) => `${connection}/${table}`);
    expect(keys(false)).toEqual(['lmp/x', 'sby/x', 'lmp/y']);
    expect(keys(true)).toEqual(keys(false));
  });

  it('without touching what was given', () => {
    ordered(states, { sort: 'table', down: false });
    expect(states[0]).toBe(fine);
  });
});
