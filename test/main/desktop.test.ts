import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { autostartFile } from '../../src/main/desktop/autostartFile.ts';
import { pauseEnd } from '../../src/shared/service.ts';

test('start at sign-in on Linux is an autostart entry that starts the program without its window', () => {
  const config = mkdtempSync(join(tmpdir(), 'branchline-autostart-'));
  onTestFinished(() => rmSync(config, { recursive: true }));
  const login = autostartFile('/opt/My "Apps"/Branch$line 50%', config);
  expect(login.isOn()).toBe(false);

  login.set(true);

  expect(login.isOn()).toBe(true);
  const entry = readFileSync(join(config, 'autostart/branchline.desktop'), 'utf8');
  expect(entry).toContain('Exec="/opt/My \\"Apps\\"/Branch\\$line 50%%" --hidden\n');
  login.set(false);
  expect(existsSync(join(config, 'autostart/branchline.desktop'))).toBe(false);
});

test('a pause ends after an hour, at the next morning, or when a person ends it', () => {
  const evening = new Date(2026, 1, 28, 22, 15);
  expect(pauseEnd('hour', evening)).toEqual(new Date(2026, 1, 28, 23, 15));
  expect(pauseEnd('tomorrow', evening)).toEqual(new Date(2026, 2, 1, 6));
  expect(pauseEnd('open', evening)).toBeNull();
});
