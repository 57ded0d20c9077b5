/** The lines of a text as one, without what is blank at their ends. In linear time, however many blanks there are. */
export function joinLines(text: string, separator: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(separator);
}
