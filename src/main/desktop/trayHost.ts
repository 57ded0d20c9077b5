import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Longer than a session bus ever takes. */
const PATIENCE_MS = 3000;

/**
 * Whether anything on this desktop shows tray icons. Windows and macOS always do; on Linux somebody must own the
 * watcher's name on the session bus, and an icon without it is seen nowhere, which Electron does not tell.
 */
export async function hasTrayHost(platform: NodeJS.Platform): Promise<boolean> {
  if (platform !== 'linux') return true;
  try {
    const { stdout } = await promisify(execFile)(
      'dbus-send',
      [
        '--session',
        '--print-reply=literal',
        '--dest=org.freedesktop.DBus',
        '/org/freedesktop/DBus',
        'org.freedesktop.DBus.NameHasOwner',
        'string:org.kde.StatusNotifierWatcher',
      ],
      { timeout: PATIENCE_MS },
    );
    return stdout.includes('true');
  } catch {
    // No bus, or no such program: whoever cannot be asked shows nothing.
    return false;
  }
}
