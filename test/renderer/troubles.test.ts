import { describe, expect, it } from 'vitest';
import { hindrances } from '../../src/renderer/data/hindrances.ts';
import { openFailures } from '../../src/renderer/pages/today/standing.ts';
import {
  groupFailures,
  namesInGroup,
  namesItsTable,
  needsConsent,
  stepFor,
} from '../../src/renderer/parts/trouble/groupFailures.ts';
import type { TableRow } from '../../src/shared/contract.ts';
import { FailureCode } from '../../src/shared/errors.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import type { Setup } from '../../src/window-api/views.ts';
import { AT_REST, failedRow, tableRow, tablesOf } from './support/rows.ts';

const t = createTranslator('en');
const nameOf = (connection: string): string => (connection === 'pgsql_lmp' ? 'Lampung' : connection);

describe('failures in groups', () => {
  it('are one sentence where 120 tables failed for one reason', () => {
    const rows = Array.from({ length: 120 }, (_, index) =>
      failedRow(`t_${index}`, 'central_unreachable', { host: 'hq', port: 5432 }),
    );
    const groups = groupFailures(rows, t, nameOf);
    expect(groups).toHaveLength(1);
    expect(groups[0]?.rows).toHaveLength(120);
    expect(groups[0]?.sentence).toBe(
      'The head office database does not answer, so nothing could be sent to it.',
    );
  });

  it('name the table where there is one, and count them where there are several', () => {
    const rows = ['c_invoice', 'm_product'].map((name) => failedRow(name, 'source_permission'));
    const [one] = groupFailures(rows.slice(0, 1), t, nameOf);
    const [two] = groupFailures(rows, t, nameOf);
    expect(one?.sentence).toBe('Branchline is not allowed to read c_invoice in the branch database Lampung.');
    expect(two?.sentence).toBe('Branchline is not allowed to read 2 tables in the branch database Lampung.');
  });

  it('end with a statement that can be copied, while its names are few', () => {
    const rows = Array.from({ length: 9 }, (_, index) =>
      failedRow(`t_${index}`, 'source_permission', { user: 'branchline_read' }),
    );
    const [few] = groupFailures(rows.slice(0, 2), t, nameOf);
    const [many] = groupFailures(rows, t, nameOf);
    expect(few?.next).toMatch(
      /:\nGRANT SELECT ON "t_0" TO "branchline_read";\nGRANT SELECT ON "t_1" TO "branchline_read";$/,
    );
    expect(many?.next.match(/^GRANT SELECT ON "t_\d" TO "branchline_read";$/gm)).toHaveLength(9);
  });

  it('quote a name that SQL would read as another one', () => {
    const [one] = groupFailures(
      [failedRow('X_MixedCase', 'source_permission', { user: 'reader' })],
      t,
      nameOf,
    );
    expect(one?.next).toContain('GRANT SELECT ON "X_MixedCase" TO');
    expect(one?.sentence).toContain(' X_MixedCase ');
  });

  it('need no list of tables where the sentence names the one', () => {
    const named = (rows: readonly TableRow[]) => groupFailures(rows, t, nameOf).map(namesItsTable);
    expect(named([failedRow('c_invoice', 'source_permission')])).toEqual([true]);
    expect(named([failedRow('c_invoice', 'central_disk_full')])).toEqual([false]);
    expect(named([failedRow('disk', 'source_permission'), failedRow('b', 'source_permission')])).toEqual([
      false,
    ]);
    // A part of a word names nothing.
    expect(named([failedRow('hea', 'central_disk_full')])).toEqual([false]);
  });

  it('keep apart what differs in more than the table', () => {
    const column = (name: string) => ({ column: name, sourceType: 'text', centralType: 'integer' });
    const rows = [
      failedRow('a', 'column_incompatible', column('x')),
      failedRow('b', 'column_incompatible', column('y')),
      failedRow('c', 'source_permission'),
      failedRow('d', 'source_permission', {}, { connection: 'pgsql_jkt' }),
    ];
    expect(groupFailures(rows, t, nameOf)).toHaveLength(4);
  });

  it('put the deletes of several tables together, and name no option of the command line', () => {
    const rows = [
      failedRow('a', 'too_many_deletes', { deletes: 1500, rows: 2000 }),
      failedRow('b', 'too_many_deletes', { deletes: 3000, rows: 4000 }),
    ];
    const [group] = groupFailures(rows, t, nameOf);
    expect(group?.sentence).toContain('4,500 of 6,000 rows of 2 tables');
    expect(group?.next).not.toContain('--');
    const [source] = groupFailures([failedRow('a', 'source_identity_changed')], t, nameOf);
    expect(source?.next).toContain('Lampung');
    expect(source?.next).not.toContain('--');
    const [password] = groupFailures([failedRow('a', 'password_missing')], t, nameOf);
    expect(password?.next).not.toContain('branchline');
  });

  it('begin with the reason of most tables, and pass over what has not failed', () => {
    const rows = [
      failedRow('a', 'source_permission'),
      tableRow('b'),
      failedRow('c', 'central_disk_full'),
      failedRow('d', 'central_disk_full'),
    ];
    expect(groupFailures(rows, t, nameOf).map((group) => [group.code, group.rows.length])).toEqual([
      ['central_disk_full', 2],
      ['source_permission', 1],
    ]);
  });

  it('explain a code that this version does not know', () => {
    const row = { ...failedRow('a', 'internal'), error_code: 'from_the_future', error_detail: null };
    expect(groupFailures([row], t, nameOf)[0]?.code).toBe('internal');
  });
});

it('tables are named with their connection only where two have the same name', () => {
  const rows = [
    tableRow('a'),
    tableRow('b'),
    tableRow('b', { connection: 'pgsql_jkt' }),
    tableRow('*', { connection: 'pgsql_jkt' }),
    tableRow('*', { connection: 'pgsql_jkt', all_tables: true }),
  ];
  const labelOf = (id: string) => (id === 'pgsql_jkt' ? 'Jakarta' : 'Lampung');
  expect(namesInGroup(rows, labelOf, t)).toEqual([
    'a',
    'b (Lampung)',
    'b (Jakarta)',
    '* (Jakarta)',
    'all tables of Jakarta',
  ]);
});

it('what a later batch has done is no trouble any more', () => {
  const rows = [failedRow('a', 'internal'), failedRow('b', 'internal'), tableRow('c')];
  expect(openFailures(rows, tablesOf('pgsql_lmp', 'b', 'c')).map((row) => row.table_name)).toEqual(['b']);
});

describe('the next step', () => {
  it('is a person’s consent where the program may not decide', () => {
    expect(stepFor(FailureCode.TooManyDeletes)).toBe('allow_deletes');
    expect(stepFor(FailureCode.SourceIdentityChanged)).toBe('accept_source');
    for (const code of [FailureCode.FolderCopied, FailureCode.FolderCopyAtWork]) {
      expect(stepFor(code)).toBe('answer_copy');
      expect(needsConsent(code)).toBe(true);
    }
  });

  it.each([
    FailureCode.SourceUnreachable,
    FailureCode.CentralUnreachable,
    FailureCode.SourceSignIn,
    FailureCode.CentralSignIn,
    FailureCode.Tls,
    FailureCode.PasswordMissing,
  ])('of %s is the test of the connection', (code) => {
    expect(stepFor(code)).toBe('test_connection');
  });
});

describe('what keeps a person from acting', () => {
  const setup = { commands: true, problem: null } as Setup;
  const running = {
    ...AT_REST,
    status: { ...AT_REST.status, activity: { kind: 'running', batchId: 'x' } as const },
  };

  it('is nothing where all is well', () => {
    expect(hindrances(setup, AT_REST, true)).toEqual({ command: null, run: null });
  });

  it('is a run where a run would begin, and only there', () => {
    expect(hindrances(setup, running, true)).toEqual({ command: null, run: 'busy' });
  });

  it('is the lost link, then that another program does the work, then missing settings', () => {
    const watching = { ...setup, commands: false };
    expect(hindrances(watching, running, false).run).toBe('link');
    expect(hindrances(watching, running, true).run).toBe('view');
    const problem = { kind: 'usage', code: 'settings_missing', params: {} } as const;
    expect(hindrances({ ...setup, problem }, AT_REST, true).command).toBe('set_up');
  });

  it('is settings that cannot be used, for a run alone: what runs can be stopped', () => {
    const problem = { kind: 'usage', code: 'settings_invalid', params: {} } as const;
    const wrong = { ...setup, problem };
    expect(hindrances(wrong, AT_REST, true)).toEqual({ command: null, run: 'settings' });
  });
});
