import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type CarriedDisk, carriedDisk, PASSPHRASE } from '../core/disk/support/carried.ts';
import { atBranch, fromCentral } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../support/home.ts';
import { noPseudoTerminal, openTerminal, type PseudoTerminal } from '../support/pseudoTerminal.ts';

const missing = noPseudoTerminal();
if (missing !== null) process.stderr.write(`!! The prompt for a passphrase is not tested: ${missing}\n`);

const ENTRY = fileURLToPath(new URL('../../src/cli/branchline.ts', import.meta.url));
const ASKED = 'Passphrase of the export:';
const AGAIN = 'The same again:';
/** Printed behind the command: how it ended, and how it has left the terminal. */
const AFTER = 'echo "exit $?"; stty -a';

function terminalOf(args: readonly string[], home: Home): PseudoTerminal {
  const { PATH, HOME, TMPDIR } = process.env;
  const words = [process.execPath, ENTRY, ...args, '--data-dir', home.folder].map((word) => `'${word}'`);
  return openTerminal(`${words.join(' ')}; ${AFTER}`, { PATH, HOME, TMPDIR, LANG: 'C.UTF-8' });
}

function exporting(disk: CarriedDisk): readonly string[] {
  return ['export', '--connection', CONNECTION, '--to', disk.file];
}

/** How a terminal is that a person can go on to use. */
async function leftUsable(terminal: PseudoTerminal, code: number): Promise<void> {
  await terminal.ended();
  const [, after = ''] = terminal.screen().split(`exit ${code}`);
  expect(terminal.screen()).toContain(`exit ${code}`);
  expect(after.split(/[\s;]+/)).toEqual(expect.arrayContaining(['echo', 'icanon', 'isig', 'icrnl']));
}

test.skipIf(missing !== null)(
  'a passphrase is asked for twice before an export and once before an import, and never shown',
  async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1), (2)');
    using branch = makeHome(pair);
    using office = makeHome(pair, { connection: { id: 'another', enabled: false } });
    using disk = carriedDisk();

    using writing = terminalOf(exporting(disk), branch);
    await writing.shows(ASKED);
    writing.type(`wrong\x7f\x7f\x7f\x7f\x7f${PASSPHRASE}\r`);
    await writing.shows(AGAIN);
    writing.type(`${PASSPHRASE}\r`);
    await leftUsable(writing, 0);
    expect(writing.screen()).toContain('Exported 1 table, 2 rows');

    using reading = terminalOf(['import', disk.file], office);
    await reading.shows(ASKED);
    reading.type(`${PASSPHRASE}\r`);
    await leftUsable(reading, 0);
    expect(reading.screen()).not.toContain(AGAIN);
    expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['2']]);

    for (const one of [writing, reading]) expect(one.screen()).not.toMatch(/wrong|correct|horse/);
  },
);

test.skipIf(missing !== null)(
  'two passphrases that differ begin no export, and Ctrl+C at either prompt ends it; the terminal echoes again',
  async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
    using branch = makeHome(pair);
    using disk = carriedDisk();

    using differing = terminalOf(exporting(disk), branch);
    await differing.shows(ASKED);
    differing.type(`${PASSPHRASE}\r`);
    await differing.shows(AGAIN);
    differing.type(`${PASSPHRASE}s\r`);
    await leftUsable(differing, 2);
    expect(differing.screen()).toContain('the two passphrases differ');

    using atFirst = terminalOf(exporting(disk), branch);
    await atFirst.shows(ASKED);
    atFirst.type('half\x03');
    await leftUsable(atFirst, 3);

    using atSecond = terminalOf(exporting(disk), branch);
    await atSecond.shows(ASKED);
    atSecond.type(`${PASSPHRASE}\r`);
    await atSecond.shows(AGAIN);
    atSecond.type('\x03');
    await leftUsable(atSecond, 3);

    for (const one of [differing, atFirst, atSecond]) expect(one.screen()).not.toMatch(/horse|half/);
    expect([existsSync(disk.file), existsSync(`${disk.file}.progress`)]).toEqual([false, false]);
  },
);
