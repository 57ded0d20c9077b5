/** The slices of the standard streams that a password is asked through. */
export interface PasswordTerminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stderr: NodeJS.WritableStream;
}

/**
 * The first line of what is piped in, or what a person types at the prompt, which shows nothing of it.
 *
 * @param prompt on stderr, so that stdout is free for what the command prints
 * @returns null where the person pressed Ctrl+C
 */
export async function readPassword(
  { stdin, stderr }: PasswordTerminal,
  prompt: string,
): Promise<string | null> {
  const typed = stdin.isTTY === true;
  if (typed) {
    stderr.write(prompt);
    stdin.setRawMode?.(true);
  }
  try {
    return await readLine(stdin);
  } finally {
    if (typed) {
      stdin.setRawMode?.(false);
      stderr.write('\n');
    }
    // Else the open terminal would keep the process from ending.
    stdin.pause();
  }
}

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const BACKSPACES = ['\b', '\x7f'];

/** Whole characters: in raw mode nobody else understands the backspace. */
async function readLine(stdin: NodeJS.ReadableStream): Promise<string | null> {
  stdin.setEncoding('utf8');
  const line: string[] = [];
  for await (const part of stdin) {
    for (const character of String(part)) {
      if (character === CTRL_C) return null;
      if (character === '\n' || character === '\r' || character === CTRL_D) return line.join('');
      if (BACKSPACES.includes(character)) line.pop();
      else line.push(character);
    }
  }
  return line.join('');
}
