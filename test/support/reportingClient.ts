import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { ServerAddress } from './servers.ts';

/** As much of a server's log as tells what it did last. */
const LOG_CHARACTERS = 3000;

/** A server that hangs up without saying why: node-pg's words, or the system's where it died with unread bytes. */
const SILENT_END = /^(Connection terminated unexpectedly|read ECONNRESET)/;

export function isSilentEnd(error: unknown): error is Error {
  return error instanceof Error && SILENT_END.test(error.message);
}

/** A client whose connection, when the server ends it without a word, says in which database and at which query. */
export function reportingClient(server: ServerAddress, database: string, user: string): pg.Client {
  const { host, port, password } = server;
  const client = new pg.Client({ host, port, password, database, user });
  let asked = 'nothing';
  const query: unknown = client.query;
  if (typeof query !== 'function') throw new Error('node-pg has no query');
  client.query = (...args: readonly unknown[]) => {
    const [first] = args;
    asked = typeof first === 'string' ? first : String(Reflect.get(Object(first), 'text'));
    return Reflect.apply(query, client, args);
  };
  // Without a listener a server that is killed under a client takes the test process with it. The error that queries
  // are rejected with is this very one.
  client.on('error', (error) => {
    if (isSilentEnd(error)) withCircumstances(error, server, `${database} as ${user}, asked: ${asked}`);
  });
  return client;
}

/** Adds to an error where it happened and what the server's log says. */
export function withCircumstances(error: Error, server: ServerAddress, what: string): Error {
  const { host, port, logFile } = server;
  error.message += ` (${host}:${port}, ${what})${logFile === undefined ? '' : `\n${endOf(logFile)}`}`;
  return error;
}

function endOf(logFile: string): string {
  try {
    return `The server's log ends with:\n${readFileSync(logFile, 'utf8').slice(-LOG_CHARACTERS)}`;
  } catch (error) {
    return `The server's log cannot be read: ${String(error)}`;
  }
}
