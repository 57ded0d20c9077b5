/** Where a text stops being JSON; lines and columns start at 1, as in editors. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  readonly reason: 'json_ends' | 'json_unexpected' | 'json_duplicate' | 'json_too_deep';
  /** What was found there: one character or a key's name; empty at the end of the text. */
  readonly found: string;
  /** What would be valid there. */
  readonly expected: string;
  /** How many brackets may be open at once; see `json_too_deep`. */
  readonly limit: number;
}

/**
 * Decodes a file that an editor or PowerShell saved: UTF-8 or UTF-16, with or without a byte order mark. Null
 * if it is neither.
 */
export function decodeText(bytes: Uint8Array): string | null {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Finds the first place where a text is not JSON, or where an object repeats a key. JSON.parse is not enough:
 * V8 gives the position for some errors only and otherwise quotes the text (which could put a secret into a
 * message), and it silently drops the first of two equal keys.
 *
 * @see RFC 8259
 * @returns null for valid JSON
 */
export function findJsonProblem(text: string): JsonProblem | null {
  const scanner = new Scanner(text);
  try {
    scanner.document();
    return null;
  } catch (error) {
    if (error instanceof Found) return error.problem;
    throw error;
  }
}

class Found extends Error {
  readonly problem: JsonProblem;

  constructor(problem: JsonProblem) {
    super(problem.reason);
    this.problem = problem;
  }
}

/** The inside of a string: any character from space on except the double quote and the backslash, or an escape. */
const INSIDE = String.raw`(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*`;
const STRING = new RegExp(`"${INSIDE}"`, 'y');
const UNCLOSED = new RegExp(`"${INSIDE}`, 'y');
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;
const SPACE = /[ \t\r\n]*/y;

/** Settings need six levels. Code that walks through a value is recursive, and the stack ends at some thousands. */
const DEEPEST = 64;

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value();
    if (this.#next() !== '') this.#refuse('the end of the file');
  }

  #value(): void {
    const next = this.#next();
    if (next === '{') this.#nested(() => this.#object());
    else if (next === '[') this.#nested(() => this.#array());
    else if (next === '"') this.#string();
    else if (this.#take(WORD) === null) this.#refuse('a value');
  }

  #nested(read: () => void): void {
    if (this.#depth === DEEPEST) this.#refuse('', 'json_too_deep');
    this.#depth++;
    read();
    this.#depth--;
  }

  #object(): void {
    const keys = new Set<string>();
    this.#at++;
    if (this.#next() === '}') {
      this.#at++;
      return;
    }
    do {
      if (this.#next() !== '"') this.#refuse('a name in double quotes');
      const start = this.#at;
      const key = this.#string();
      if (keys.has(key)) this.#refuse('', 'json_duplicate', start, key);
      keys.add(key);
      if (this.#next() !== ':') this.#refuse('":"');
      this.#at++;
      this.#value();
    } while (this.#goesOn('}'));
  }

  #array(): void {
    this.#at++;
    if (this.#next() === ']') {
      this.#at++;
      return;
    }
    do this.#value();
    while (this.#goesOn(']'));
  }

  #goesOn(end: string): boolean {
    const next = this.#next();
    if (next !== ',' && next !== end) this.#refuse(`"," or "${end}"`);
    this.#at++;
    return next === ',';
  }

  #string(): string {
    const quoted = this.#take(STRING);
    if (quoted !== null) return JSON.parse(quoted);
    // Points to what ends or breaks the string, not to its opening quote.
    this.#take(UNCLOSED);
    return this.#refuse('the closing double quote of the text');
  }

  /** The next character that is not white space; empty at the end. */
  #next(): string {
    this.#take(SPACE);
    return this.#text.charAt(this.#at);
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match?.[0] ?? null;
  }

  #refuse(expected: string, reason?: JsonProblem['reason'], at = this.#at, found?: string): never {
    const before = this.#text.slice(0, at).split(/\r\n|\r|\n/);
    const here = String.fromCodePoint(...[this.#text.codePointAt(at)].filter((code) => code !== undefined));
    throw new Found({
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      reason: reason ?? (here === '' ? 'json_ends' : 'json_unexpected'),
      found: found ?? visible(here),
      expected,
      limit: DEEPEST,
    });
  }
}

/** Shows control characters (a file of zeros after a power cut) by their number. */
function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0x20;
  return code < 0x20 || code === 0x7f ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : character;
}
