import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { desktopTexts } from '../../src/service/notify/noteTexts.ts';
import type { Note } from '../../src/service/notify/policy.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { visible, visibleLines } from '../../src/shared/visible.ts';
import { journalIn } from '../core/journal/support/world.ts';
import { buildApp, dataFolder, hasRuntime, launch } from './support/app.ts';
import { startDesktop } from './support/desktop/desktop.ts';
import { beginBatch, failTable } from './support/history.ts';

/** Table names that break a line in two, turn what follows around, hide, or are markup. */
const NAMES = ['a\nAll is well', 'b\u202etxt.exe', '<b>c</b><img src="http://127.0.0.1:1/x">\u0007&d'];
const LABEL = 'Lampung\u2066\u001b]0;x\u0007';
const TABLES = NAMES.map((table) => ({ connection: 'pgsql_lmp', table }));
const SINCE = '2026-11-22T08:30:00Z';
const REFUSAL = { code: 'settings_invalid', params: { file: 'a\nb\u202e', problems: 'x\u0007' } } as const;

const HOOK = {
  hook: 'a\nb\u202e',
  batchId: 'b',
  batchSucceeded: true,
  since: SINCE,
  reason: { what: 'sql', outcome: 'failed', seconds: 1, exitCode: null, message: 'x\u0007', failure: null },
} as const;

/** Every kind, so that a new one is tested too. */
const NOTES: Readonly<Record<Note['kind'], Note>> = {
  failed: { kind: 'failed', batchId: 'b', failed: TABLES, total: 3 },
  interrupted: { kind: 'interrupted', batchId: 'b' },
  still_failing: { kind: 'still_failing', batchId: 'b', failed: TABLES, since: SINCE },
  asking: { kind: 'asking', batchId: 'b', failed: TABLES, since: SINCE },
  still_asking: { kind: 'still_asking', batchId: 'b', failed: TABLES, since: SINCE },
  recovered: { kind: 'recovered', since: SINCE },
  differs: { kind: 'differs', tables: TABLES, collides: false, since: SINCE },
  still_differs: { kind: 'still_differs', tables: TABLES, collides: true, since: SINCE },
  equal_again: { kind: 'equal_again', since: SINCE },
  resumed: { kind: 'resumed', batchId: 'b', table: NAMES[0] ?? '', row: 7 },
  no_success: { kind: 'no_success', connections: ['pgsql_lmp'], since: SINCE, hours: 26 },
  differences_mended: { kind: 'differences_mended', tables: TABLES },
  gave_up: { kind: 'gave_up', batchId: 'b', attempts: 5 },
  refused: { kind: 'refused', refusal: REFUSAL },
  run_refused: { kind: 'run_refused', schedule: 'nightly\u202e', refusal: REFUSAL },
  hook_failed: { kind: 'hook_failed', ...HOOK },
  hook_still_failing: { kind: 'hook_still_failing', ...HOOK },
  hook_recovered: { kind: 'hook_recovered', hook: HOOK.hook, since: SINCE },
  journal_set_aside: { kind: 'journal_set_aside', file: '/a\n\u202e/b' },
};

describe.each(['en', 'id'] as const)('a notification in %s about hostile names', (language) => {
  const t = createTranslator(language);
  const words = {
    t,
    several: true,
    labelOf: () => LABEL,
    reasonOf: () => 'x\u0007',
    branchesOf: () => ['pgsql_lmp'],
  };

  test.each(Object.values(NOTES))('$kind shows them as their letters', (note) => {
    const { title, body } = desktopTexts(note, new Date(SINCE), words);
    // A list of what is wrong has lines of its own.
    expect([title, body]).toEqual([visible(title), visibleLines(body)]);
  });
});

describe.skipIf(!hasRuntime)('the tray of a real Electron', () => {
  beforeAll(buildApp);

  test('shows hostile names escaped in icon, menu and notification', async () => {
    const folder = dataFolder();
    const endpoint = {
      host: '127.0.0.1',
      port: 1,
      database: 'erp',
      user: 'branchline',
      connectTimeoutSeconds: 1,
    };
    const connections = [
      { ...endpoint, id: 'pgsql_lmp', label: LABEL },
      { ...endpoint, id: 'pgsql_bdg', label: `Other ${LABEL}` },
    ];
    writeFileSync(
      join(folder, 'settings.json'),
      JSON.stringify({ central: endpoint, connections, language: 'en' }),
    );
    const journal = journalIn(folder);
    const id = beginBatch(journal, NAMES);
    for (const name of NAMES) failTable(journal, id, name);
    journal.endBatch(id);
    const desktop = await startDesktop();
    const { tray, notifications } = desktop;
    await launch({ folder, desktop, hidden: true });

    await tray.waitForToolTip(visible(NAMES[1] ?? ''));
    const tip = await tray.toolTip();
    const labels = (await tray.menu()).map((one) => one.label ?? '');
    const { title, body } = await notifications.waitFor('3 of 3 tables failed');

    for (const text of [tip, ...labels, title, body]) expect(text).toBe(visible(text));
    expect(labels.join('\n')).toContain(visible(NAMES[1] ?? ''));
    expect(body).toContain(visible(NAMES[1] ?? ''));
    // Desktops read a notification's body as markup.
    expect(body).toContain('&lt;b&gt;c&lt;/b&gt;');
    expect(body).not.toMatch(/<|&(?!amp;|lt;|gt;)/);
  });
});
