/** What reading a password needs from the standard streams. */
interface PasswordTerminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stderr: NodeJS.WritableStream;
}

/**
 * Reads a password: the first line of piped input, or what a person types at a prompt without echo.
 *
 * @param prompt on stderr, so that stdout stays free for the command's output
 * @returns null if the person pressed Ctrl+C
 */
export async function readPassword(terminal: PasswordTerminal, prompt: string): Promise<string | null> {
  return (await readPasswords(terminal, [prompt]))?.[0] ?? null;
}

/**
 * {@link readPassword} for several prompts, such as a new password and the same again. Piped input has the first only.
 *
 * @returns null if the person pressed Ctrl+C
 */
export async function readPasswords(
  { stdin, stderr }: PasswordTerminal,
  prompts: readonly string[],
): Promise<readonly string[] | null> {
  const typed = stdin.isTTY === true;
  const asked = typed ? prompts : prompts.slice(0, 1);
  const tell = (text: string): unknown => typed && stderr.write(text);
  // Before the prompt: whoever answers it at once, such as a script, would else see what they type.
  if (typed) stdin.setRawMode?.(true);
  tell(asked[0] ?? '');
  try {
    return await readLines(stdin, asked.length, (line) => tell(`\n${asked[line] ?? ''}`));
  } finally {
    if (typed) {
      stdin.setRawMode?.(false);
      stderr.write('\n');
    }
    // An open terminal would otherwise keep the process alive.
    stdin.pause();
  }
}

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const BACKSPACES = ['\b', '\x7f'];

/**
 * Decodes whole characters: in raw mode this code has to handle the backspace key itself.
 *
 * @param next called with the number of each line that begins behind another one
 */
async function readLines(
  stdin: NodeJS.ReadableStream,
  count: number,
  next: (line: number) => void,
): Promise<readonly string[] | null> {
  stdin.setEncoding('utf8');
  const lines: string[] = [];
  let line: string[] = [];
  let before = '';
  for await (const part of stdin) {
    for (const character of String(part)) {
      // Windows ends a line with two characters.
      const isSecond = character === '\n' && before === '\r';
      before = character;
      if (isSecond) continue;
      if (character === CTRL_C) return null;
      if (character === '\n' || character === '\r' || character === CTRL_D) {
        lines.push(line.join(''));
        line = [];
        if (lines.length === count) return lines;
        next(lines.length);
      } else if (BACKSPACES.includes(character)) line.pop();
      else line.push(character);
    }
  }
  return [...lines, line.join('')];
}
