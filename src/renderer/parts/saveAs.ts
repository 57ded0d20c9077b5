/** Lets the person save data from the window as a file. */
export function saveAs(name: string, type: string, content: string | Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // By then the browser has read the data.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
