import './zodWithoutJit.ts';
import os from 'node:os';
import process from 'node:process';
import { ExitCode } from './exitCodes.ts';
import { main } from './main.ts';

// All files written from here on are readable by this user alone, whichever library writes them.
process.umask(0o077);

// `branchline sync-status | head` closes the pipe early. A sync continues without its reader, so write errors
// are ignored.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// An installed Branchline is Electron run as Node. Programs started from here, such as a browser, must not
// inherit that mode.
delete process.env.ELECTRON_RUN_AS_NODE;

// If the process ends before `main` does, that is a failure.
process.exitCode = ExitCode.SomeFailed;
// Not awaited, because the bundle is CommonJS.
void main({
  argv: process.argv.slice(2),
  env: process.env,
  platform: process.platform,
  homedir: os.homedir(),
  // A getter, because opening stdin takes time and only one command reads it.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
}).then((code) => {
  // Sets only the code: process.exit would drop output that a pipe has not taken yet.
  process.exitCode = code;
});
