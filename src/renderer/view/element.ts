type Child = Node | string | null;

interface Attributes {
  readonly class?: string;
  readonly id?: string;
  readonly scope?: 'col' | 'row';
  readonly role?: string;
  readonly datetime?: string;
  readonly onclick?: () => void;
  readonly 'aria-current'?: 'true';
  readonly 'aria-labelledby'?: string;
}

/** Makes an element. Texts become text nodes, so nothing that a server said is ever read as markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener('click', () => value());
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}
