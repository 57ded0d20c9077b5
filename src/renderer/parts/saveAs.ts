/** Lets the person save something that the window holds. */
export function saveAs(name: string, type: string, content: string | Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken what it needs when the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
