import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { SshSettings } from '../../shared/sshSettings.ts';

type Params = Readonly<Record<string, string | number>>;

/** What every message about a tunnel names. */
export function sshFacts({ host, port, user }: SshSettings): Params {
  return { sshHost: host, sshPort: port, sshUser: user };
}

/** Nobody answers there, or what answers speaks no SSH. */
export function sshUnreachable(ssh: SshSettings, cause: unknown): SyncFailure {
  return failure(ssh, FailureCode.SshUnreachable, FailureKind.Unreachable, wordsOf(cause), {}, cause);
}

/** The connection was there and is gone: what ran in it is tried again. */
export function sshTunnelLost(ssh: SshSettings, cause: unknown): SyncFailure {
  return failure(ssh, FailureCode.SshTunnelLost, FailureKind.Transient, wordsOf(cause), {}, cause);
}

/** @param ways what was tried: `publickey`, `agent`, `password` */
export function sshSignInRefused(ssh: SshSettings, ways: string, cause: unknown): SyncFailure {
  const message = `${wordsOf(cause)} (${ways})`;
  return failure(ssh, FailureCode.SshSignIn, FailureKind.Permanent, message, { ways }, cause);
}

export function sshHostKeyChanged(ssh: SshSettings, pinned: string, offered: string): SyncFailure {
  const message = `the SSH host key is ${offered}, pinned is ${pinned}`;
  const code = ssh.hostKey === undefined ? FailureCode.SshHostKeyChanged : FailureCode.SshHostKeyOther;
  return failure(ssh, code, FailureKind.Permanent, message, { pinned, offered });
}

export function sshHostKeyUnknown(ssh: SshSettings, offered: string): SyncFailure {
  const message = `the SSH host key ${offered} is not pinned`;
  return failure(ssh, FailureCode.SshHostKeyUnknown, FailureKind.Permanent, message, { offered });
}

/** The server lets us in, and does not connect us to the database. */
export function sshForwardingRefused(ssh: SshSettings, place: string, cause: Error): SyncFailure {
  const { SshForwardingRefused: code } = FailureCode;
  return failure(ssh, code, FailureKind.Permanent, cause.message, { place }, cause);
}

/** @param reason `not_found`, `unsafe`, `unreadable`, `invalid` */
export function sshKeyUnusable(ssh: SshSettings, file: string, reason: string, cause: unknown): SyncFailure {
  const message = `the SSH key file "${file}" cannot be used: ${wordsOf(cause)}`;
  return failure(ssh, FailureCode.SshKeyFile, FailureKind.Permanent, message, { file, reason }, cause);
}

/** @param reason `missing`, `wrong`, `unset` */
export function sshPassphrase(ssh: SshSettings, file: string, reason: string): SyncFailure {
  const message = `the passphrase of the SSH key file "${file}" is ${reason}`;
  return failure(ssh, FailureCode.SshPassphrase, FailureKind.Permanent, message, { file, reason });
}

export function sshPasswordMissing(ssh: SshSettings, message: string): SyncFailure {
  return failure(ssh, FailureCode.SshPasswordMissing, FailureKind.Permanent, message);
}

export function sshAgentMissing(ssh: SshSettings, message: string): SyncFailure {
  return failure(ssh, FailureCode.SshAgent, FailureKind.Permanent, message);
}

/** Both sides speak SSH and find no common way to. */
export function sshHandshakeFailed(ssh: SshSettings, cause: unknown): SyncFailure {
  return failure(ssh, FailureCode.SshHandshake, FailureKind.Permanent, wordsOf(cause), {}, cause);
}

function failure(
  ssh: SshSettings,
  code: FailureCode,
  kind: FailureKind,
  message: string,
  params: Params = {},
  cause?: unknown,
): SyncFailure {
  return new SyncFailure({ code, kind, message, params: { ...sshFacts(ssh), ...params } }, { cause });
}

function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map(wordsOf))].join('; ');
  return error instanceof Error ? error.message : String(error);
}
