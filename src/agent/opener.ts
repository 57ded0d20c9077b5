import { pathToFileURL } from 'node:url';
import { replaceFile } from '../core/files/atomicFile.ts';
import { agentFiles } from './access/note.ts';

/**
 * Writes a page, for this user alone, that leads to a link. A browser is given this page's address on its command
 * line, which other people of the machine can read.
 *
 * @returns the page's `file:` address
 * @throws UsageError `data_folder_unusable` and its like
 */
export function writeOpener(folder: string, link: string): string {
  const { opener } = agentFiles(folder);
  const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${link}"><title>Branchline</title>\n`;
  replaceFile(opener, page);
  return pathToFileURL(opener).href;
}
