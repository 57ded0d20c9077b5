import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Whether the program starts at sign-in, with its window closed. */
export interface StartAtLogin {
  isOn(): boolean;
  set(on: boolean): void;
}

/** Command-line switch of the start at sign-in: do not open the window. */
export const HIDDEN = '--hidden';

/**
 * On Linux: an entry in the autostart folder.
 *
 * @see https://specifications.freedesktop.org/autostart-spec/latest/
 * @param program the file to start
 */
export function autostartFile(
  program: string,
  config = process.env.XDG_CONFIG_HOME || join(homedir(), '.config'),
): StartAtLogin {
  const folder = join(config, 'autostart');
  const file = join(folder, 'branchline.desktop');
  return {
    isOn: () => existsSync(file),
    set: (on) => {
      if (!on) return rmSync(file, { force: true });
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, desktopEntry(program));
    },
  };
}

function desktopEntry(program: string): string {
  return `[Desktop Entry]
Type=Application
Name=Branchline
Exec=${quoted(program)} ${HIDDEN}
Terminal=false
X-GNOME-Autostart-enabled=true
`;
}

/** Quotes an argument by the desktop entry specification. `%` begins a field code, so it is doubled. */
function quoted(program: string): string {
  return `"${program.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}
