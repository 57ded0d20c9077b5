/** Required by the content security policy. Must be imported first, because later imports create style elements. */

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string }): unknown;
}

const page = window as Window & { trustedTypes?: TrustedTypes; __webpack_nonce__?: string };

/**
 * React fills style elements through innerHTML, which `require-trusted-types-for` allows only through this
 * policy. Style sheets contain no tags, so anything with a tag is refused and no text can become an element.
 */
page.trustedTypes?.createPolicy('default', {
  createHTML: (text) => {
    if (text.includes('<')) throw new TypeError('HTML is not inserted as text here.');
    return text;
  },
});

/** The nonce that style elements need; different for each load of the page. */
export const styleNonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// The library that locks scrolling behind dialogs looks for the nonce under this name.
page.__webpack_nonce__ = styleNonce;
