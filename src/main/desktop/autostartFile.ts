import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Starts the program when this person signs in, without opening its window. */
export interface StartAtLogin {
  isOn(): boolean;
  set(on: boolean): void;
}

/** Said to the program by whatever starts it at login. */
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

/** As the specification of desktop entries quotes arguments; `%` begins a field code. */
function quoted(program: string): string {
  return `"${program.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}
