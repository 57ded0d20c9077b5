import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, inject } from 'vitest';
import { DEFAULT_TIMEOUTS, type SessionOptions } from '../../../../src/core/postgres/session.ts';
import type { FailureDetail } from '../../../../src/shared/errors.ts';
import { type SshSettings, sshSchema } from '../../../../src/shared/sshSettings.ts';
import { ADMIN } from '../../../support/servers.ts';
import { noSshd, type SshServer } from '../../../support/sshServer.ts';

/** Why there is no SSH server to test with; null where there is one. */
export const missing = noSshd();
if (missing !== null) process.stderr.write(`!! SSH tunnels are not tested: ${missing}\n`);

let folder = '';

/** Gives each test of a file a data folder of its own. */
export function useDataFolders(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'branchline-ssh-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
}

/** Of the test that runs now. */
export function dataFolder(): string {
  return folder;
}

/** A session to the shared source through an SSH server. */
export function through(
  server: Pick<SshServer, 'host' | 'port' | 'user' | 'keyFile'>,
  ssh: Partial<SshSettings> = {},
  more: Partial<SessionOptions> = {},
): SessionOptions {
  const { port, password } = inject('servers').source;
  const { host, user, keyFile } = server;
  const settings = sshSchema.parse({ host, port: server.port, user, keyFile, ...ssh });
  return {
    side: 'source',
    endpoint: {
      host: '127.0.0.1',
      port,
      database: ADMIN,
      user: ADMIN,
      sslmode: 'prefer',
      connectTimeoutSeconds: 3,
      ssh: settings,
    },
    connection: 'pgsql_lmp',
    folder,
    applicationName: 'branchline/test/ssh',
    timeouts: DEFAULT_TIMEOUTS,
    password,
    ...more,
  };
}

export async function failureOf(work: Promise<unknown>): Promise<FailureDetail> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error) || !('detail' in error)) throw new Error(`no failure: ${String(error)}`);
  return error.detail as FailureDetail;
}
