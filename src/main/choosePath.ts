import { dialog, type OpenDialogOptions } from 'electron';
import type { AppWindow } from './window.ts';

const OPTIONS: Readonly<Record<'folder' | 'file', OpenDialogOptions>> = {
  folder: { properties: ['openDirectory', 'createDirectory'] },
  // Any file: the first part of an export may have been renamed.
  file: { properties: ['openFile'] },
};

/** Shows the system's dialog over the window. @returns null if the person cancels it */
export async function choosePath(what: 'folder' | 'file', { current }: AppWindow): Promise<string | null> {
  if (current === null) return null;
  const { canceled, filePaths } = await dialog.showOpenDialog(current, OPTIONS[what]);
  return canceled ? null : (filePaths[0] ?? null);
}
