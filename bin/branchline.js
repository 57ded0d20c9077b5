#!/usr/bin/env node
// Must run on any Node version: an old one has to get far enough to start the checkout's own Node.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { compileCacheFolder } from './compileCacheFolder.js';

// Node 24 has `using`, and strips types where nothing was built.
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) handOver();
else await start();

async function start() {
  // Keeps the compiled code for the next command, which then starts about a tenth faster.
  const cache = compileCacheFolder();
  if (cache !== null) module.enableCompileCache?.(cache);
  const built = new URL('../out/cli/branchline.cjs', import.meta.url);
  // An unbuilt checkout: Node itself strips the types.
  const source = new URL('../src/cli/branchline.ts', import.meta.url);
  if (existsSync(built)) module.createRequire(import.meta.url)(fileURLToPath(built));
  else await import(source.href);
}

function handOver() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = fileURLToPath(new URL(`../node_modules/node/bin/${name}`, import.meta.url));
  if (!existsSync(node)) {
    console.error(`Branchline needs Node ${NEEDED} or later; this is ${process.version}.`);
    console.error('Install a newer Node, or run "npm ci" in the folder of Branchline: it brings its own.');
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl+C to parent and child. Forwarding it would count as the second Ctrl+C, which stops
  // at once.
  process.on('SIGINT', () => (process.stdin.isTTY ? undefined : child.kill('SIGINT')));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${node} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else endBy(signal);
  });
}

/** Ends the same way as the child, so that the caller sees the signal and not an exit code. */
function endBy(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
