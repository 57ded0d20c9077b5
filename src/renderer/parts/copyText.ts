/**
 * Copies a text. The older way comes first: it needs no permission, and the desktop application refuses all of them.
 *
 * @returns whether it was copied
 */
export async function copyText(text: string): Promise<boolean> {
  const field = document.createElement('textarea');
  field.value = text;
  field.setAttribute('readonly', '');
  field.className = 'branchline-copied';
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  // Selecting has moved the focus.
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  if (copied) return true;
  return navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
}
