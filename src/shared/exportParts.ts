/** Largest size of a part that a FAT32 stick takes, less some room. */
export const PART_BYTES = 2_000_000_000;
/** Smallest size of a part: the largest block has to fit into it. */
export const LEAST_PART_BYTES = 8 * 1024 * 1024;

/** Least length of a new passphrase: who finds the disk can try passphrases without limit. */
export const LEAST_PASSPHRASE = 12;

/** What the name of an export that is begun in the window ends with, so that no other file can be made there. */
export const EXPORT_ENDING = '.export';

/** Names that Windows takes for devices, whatever their ending: what is written to `nul.export` is gone. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)\./i;

/** Whether a name serves for the file of an export in any folder, on any system. */
export function isExportName(name: string): boolean {
  if (DEVICE.test(name)) return false;
  return /^[^\\/:*?"<>|\p{Cc}\s.-][^\\/:*?"<>|\p{Cc}]{0,99}\.export$/u.test(name);
}

/** The name of a part: FILE, FILE.002, FILE.003, … */
export function partName(file: string, part: number): string {
  return part === 1 ? file : `${file}.${String(part).padStart(3, '0')}`;
}

/** The file that keeps the state of an unfinished export. */
export function progressName(file: string): string {
  return `${file}.progress`;
}
