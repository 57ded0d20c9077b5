/** What is done with an error that nobody has caught. A command that runs for months says something else than one that ends. */
let handle: ((error: unknown) => void) | null = null;

/**
 * From here on nothing that is thrown outside of a command ends the process with a stack on the terminal.
 *
 * @param handler replaces the one from before
 */
export function onUncaught(handler: (error: unknown) => void): void {
  if (handle === null) {
    process.on('uncaughtException', (error) => handle?.(error));
    process.on('unhandledRejection', (error) => handle?.(error));
  }
  handle = handler;
}
