import os from 'node:os';
import process from 'node:process';
import { ExitCode } from './exitCodes.ts';
import { main } from './main.ts';

// What is written from here on is for this user alone, whatever library writes it.
process.umask(0o077);

// `branchline sync-status | head` closes the pipe early. A sync goes on without its reader; nothing is
// thrown for lines that nobody wants.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// In an installed Branchline this is Electron, run as Node. Other programs that are started from here, a browser
// above all, are to run as what they are.
delete process.env.ELECTRON_RUN_AS_NODE;

// Should the process end before `main` has, that is no success.
process.exitCode = ExitCode.SomeFailed;
// Not awaited: the bundle is CommonJS, which cannot.
void main({
  argv: process.argv.slice(2),
  env: process.env,
  platform: process.platform,
  homedir: os.homedir(),
  // Asked for by the one command that reads it: opening it costs the others time.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
}).then((code) => {
  // Only the code is set: process.exit would cut off what a pipe has not taken yet.
  process.exitCode = code;
});
