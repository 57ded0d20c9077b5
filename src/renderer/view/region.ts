const keys = new Map<string, string>();

/**
 * Fills a region of the page, unless it shows the same already: an untouched region keeps its scroll
 * position, its open details and what a screen reader is reading. A focus inside is found again by id.
 *
 * @param facts all that the contents depend on
 */
export function fillRegion(id: string, facts: unknown, build: () => readonly Node[]): void {
  const region = document.getElementById(id);
  const key = JSON.stringify(facts);
  if (region === null || keys.get(id) === key) return;
  keys.set(id, key);
  const focused = region.contains(document.activeElement) ? document.activeElement?.id : undefined;
  region.replaceChildren(...build());
  if (focused) document.getElementById(focused)?.focus();
}
