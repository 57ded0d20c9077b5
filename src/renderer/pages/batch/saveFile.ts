/** How long a browser may take to read what it saves; the memory is given back afterwards. */
const READ_WITHIN_MS = 60_000;

/** Offers a text to be kept as a file, as a download does. */
export function saveFile(name: string, type: 'text/csv' | 'application/json', text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_WITHIN_MS);
}
