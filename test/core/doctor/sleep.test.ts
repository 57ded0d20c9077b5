import { expect, test } from 'vitest';
import { type Machine, thisMachine } from '../../../src/core/doctor/machine.ts';
import { pmsetMinutes, powercfgSeconds, sleepCheck } from '../../../src/core/doctor/sleep.ts';

/** `powercfg /query SCHEME_CURRENT SUB_SLEEP STANDBYIDLE`, in English and in Indonesian. */
const POWERCFG_EN = `Power Scheme GUID: 381b4222-f694-41f0-9685-ff5bb260df2e  (Balanced)
  GUID Alias: SCHEME_BALANCED
  Subgroup GUID: 238c9fa8-0aad-41ed-83f4-97be242c8f20  (Sleep)
    GUID Alias: SUB_SLEEP
    Power Setting GUID: 29f6c1db-86da-48c5-9fdb-f2b67b1f44da  (Sleep after)
      GUID Alias: STANDBYIDLE
      Minimum Possible Setting: 0x00000000
      Maximum Possible Setting: 0xffffffff
      Possible Settings increment: 0x00000001
      Possible Settings units: Seconds
    Current AC Power Setting Index: 0x00000708
    Current DC Power Setting Index: 0x00000384
`;
const POWERCFG_ID = POWERCFG_EN.replace(
  'Current AC Power Setting Index',
  'Indeks Pengaturan Daya AC Saat Ini',
)
  .replace('Current DC Power Setting Index', 'Indeks Pengaturan Daya DC Saat Ini')
  .replaceAll('\n', '\r\n');

const PMSET = `Battery Power:
 sleep                1
 displaysleep         2
AC Power:
 Sleep On Power Button 1
 displaysleep         10
 sleep                30
 womp                 1
`;

const machine = (platform: NodeJS.Platform, answers: Readonly<Record<string, string>>): Machine => ({
  ...thisMachine(),
  platform,
  run: async (command, args) => answers[`${command} ${args.join(' ')}`] ?? answers[command] ?? null,
});

async function found(platform: NodeJS.Platform, answers: Readonly<Record<string, string>>) {
  const { finding } = { finding: await sleepCheck({ machine: machine(platform, answers) }) };
  return finding.kind === 'finding' ? [finding.code, finding.params.minutes ?? finding.params.action] : [];
}

test('Windows: the value on mains is read whatever the language', async () => {
  expect(powercfgSeconds(POWERCFG_EN)).toBe(1800);
  expect(powercfgSeconds(POWERCFG_ID)).toBe(1800);
  expect(await found('win32', { powercfg: POWERCFG_ID })).toEqual(['sleep_after', 30]);
  const off = POWERCFG_EN.replace('0x00000708', '0x00000000');
  expect(await found('win32', { powercfg: off })).toEqual(['sleep_never', undefined]);
  expect((await found('win32', { powercfg: 'Invalid Parameters -- try "/?" for help' }))[0]).toBe(
    'sleep_unknown',
  );
  expect((await found('win32', {}))[0]).toBe('sleep_unknown');
});

test('macOS: the value on mains is read, not the battery’s', async () => {
  expect(pmsetMinutes(PMSET)).toBe(30);
  expect(await found('darwin', { pmset: PMSET })).toEqual(['sleep_after', 30]);
  expect(
    await found('darwin', { pmset: PMSET.replace(' sleep                30', ' sleep                0') }),
  ).toEqual(['sleep_never', undefined]);
  expect((await found('darwin', { pmset: 'nothing' }))[0]).toBe('sleep_unknown');
});

test('Linux: masked targets, logind and GNOME; what none of them says is not known', async () => {
  const gnome = 'gsettings get org.gnome.settings-daemon.plugins.power';
  expect((await found('linux', { systemctl: 'masked\n' }))[0]).toBe('sleep_never');
  const idle = { systemctl: 'static\n', loginctl: 'IdleAction=suspend\nIdleActionUSec=30min\n' };
  expect(await found('linux', idle)).toEqual(['sleep_idle', 'suspend']);
  const desktop = {
    loginctl: 'IdleAction=ignore\n',
    [`${gnome} sleep-inactive-ac-type`]: "'suspend'\n",
    [`${gnome} sleep-inactive-ac-timeout`]: '1200\n',
  };
  expect(await found('linux', desktop)).toEqual(['sleep_after', 20]);
  expect((await found('linux', { ...desktop, [`${gnome} sleep-inactive-ac-timeout`]: '0\n' }))[0]).toBe(
    'sleep_never',
  );
  expect((await found('linux', {}))[0]).toBe('sleep_unknown');
  expect((await found('freebsd', {}))[0]).toBe('sleep_unknown');
});

test('a command that does not exist has no output, and this computer’s own commands are asked', async () => {
  expect(await thisMachine().run('branchline-no-such-command', [])).toBeNull();
  expect(await thisMachine().run(process.execPath, ['-e', 'console.log(1); process.exit(3)'])).toBe('1\n');
});
