import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshFolder } from './support/world.ts';

const MODULE = JSON.stringify(join(process.cwd(), 'src/core/journal/openJournal.ts'));
const DAMAGE = JSON.stringify(join(process.cwd(), 'test/core/journal/support/damage.ts'));
const PORTS = JSON.stringify(join(process.cwd(), 'src/core/ports.ts'));

/** Runs a script on a folder in a process of its own: one that waits for a pipe could not be ended from inside. */
function said(folder: string, script: string): string {
  const all = `
    import { openJournal } from ${MODULE};
    import { overwriteTablePages } from ${DAMAGE};
    import { systemPorts } from ${PORTS};
    import { execFileSync } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const folder = ${JSON.stringify(folder)};
    const open = () => openJournal(folder, systemPorts({ log: () => {} }));
    ${script}`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', all], {
    timeout: 20_000,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
}

const makePipe = (folder: string, name: string) => execFileSync('mkfifo', [join(folder, name)]);

test.skipIf(process.platform === 'win32').each(['', '-journal', '-wal', '-shm'])(
  'a pipe in the place of journal.db%s is told, and not waited for',
  (suffix) => {
    const folder = freshFolder();
    if (suffix !== '') said(folder, 'open().journal.close();');
    makePipe(folder, `journal.db${suffix}`);

    const told = said(
      folder,
      'try { open(); } catch (error) { console.log(error.code, error.params.reason); }',
    );

    expect(told).toMatch(`data_folder_unusable ${join(folder, `journal.db${suffix}`)} is not a plain file`);
  },
);

test.skipIf(process.platform === 'win32')(
  'a pipe named journal.suspect is not waited for by who marks damage',
  () => {
    const folder = freshFolder();
    said(
      folder,
      `const { journal } = open();
    for (let line = 0; line < 500; line += 1) journal.logEvent('verified', { connection: 'a', table: 't' + line });
    journal.close();`,
    );
    makePipe(folder, 'journal.unchecked');

    const told = said(
      folder,
      `const { journal } = open();
    overwriteTablePages(folder + '/journal.db', 'event_log');
    writeFileSync(folder + '/journal.unchecked', '');
    execFileSync('mkfifo', [folder + '/journal.suspect']);
    await journal.checkIfDue();
    journal.close();
    const second = open();
    console.log(second.setAside);
    second.journal.close();`,
    );

    expect(told).toMatch(/^journal\.corrupt-/);
  },
);
