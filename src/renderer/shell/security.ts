/**
 * What the content security policy asks of the page itself. It must be imported first: what is imported after it
 * makes style elements.
 */

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string }): unknown;
}

const page = window as Window & { trustedTypes?: TrustedTypes; __webpack_nonce__?: string };

/**
 * React fills style elements through innerHTML, which the policy `require-trusted-types-for` lets pass only through
 * this. A style sheet needs no tags: whatever has one is refused, so that no text can become an element.
 */
page.trustedTypes?.createPolicy('default', {
  createHTML: (text) => {
    if (text.includes('<')) throw new TypeError('HTML is not inserted as text here.');
    return text;
  },
});

/** With which style elements are allowed; another for each load of the page. */
export const styleNonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// The package that keeps the page behind a dialog from scrolling asks for the nonce under this name.
page.__webpack_nonce__ = styleNonce;
