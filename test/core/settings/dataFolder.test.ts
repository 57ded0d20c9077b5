import { describe, expect, test } from 'vitest';
import { dataFolder } from '../../../src/core/files/dataFolder.ts';

const linux = { platform: 'linux', homedir: '/home/ani', env: {} } as const;
const mac = { platform: 'darwin', homedir: '/Users/ani', env: {} } as const;
const windows = { platform: 'win32', homedir: 'C:\\Users\\ani', env: {} } as const;

describe('the data folder', () => {
  test.each([
    ['Linux', linux, '/home/ani/.config/Branchline'],
    ['Linux with XDG_CONFIG_HOME', { ...linux, env: { XDG_CONFIG_HOME: '/cfg' } }, '/cfg/Branchline'],
    [
      'Linux with an empty XDG_CONFIG_HOME',
      { ...linux, env: { XDG_CONFIG_HOME: '' } },
      '/home/ani/.config/Branchline',
    ],
    ['macOS', mac, '/Users/ani/Library/Application Support/Branchline'],
    ['Windows', { ...windows, env: { APPDATA: 'D:\\Roam' } }, 'D:\\Roam\\Branchline'],
    ['Windows without APPDATA', windows, 'C:\\Users\\ani\\AppData\\Roaming\\Branchline'],
  ])('is where Electron keeps user data on %s', (_, hints, expected) => {
    expect(dataFolder(hints)).toBe(expected);
  });

  test('is BRANCHLINE_HOME where that is set', () => {
    expect(dataFolder({ ...linux, env: { BRANCHLINE_HOME: '/var/lib/branchline' } })).toBe(
      '/var/lib/branchline',
    );
  });

  test('is --data-dir before everything, made absolute', () => {
    const env = { BRANCHLINE_HOME: '/var/lib/branchline' };
    expect(dataFolder({ ...linux, env, dataDir: '/a/../b' })).toBe('/b');
    expect(dataFolder({ ...linux, env, dataDir: 'here' })).toBe(`${process.cwd()}/here`);
  });
});
