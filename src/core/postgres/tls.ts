import { X509Certificate } from 'node:crypto';
import path from 'node:path';
import tls, { type ConnectionOptions } from 'node:tls';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { type EndpointSettings, SYSTEM_CA } from '../../shared/settings.ts';
import { sqlstateOf } from './sqlstates.ts';

/** One way to connect. */
export interface TlsAttempt {
  /** node-pg's option. Never undefined: node-pg would then ask PGSSLMODE, and read it by rules of its own. */
  readonly ssl: false | ConnectionOptions;
  /** What the next attempt is, which says which errors it could help against. */
  readonly next: 'none' | 'plain' | 'tls';
}

type TlsSettings = Pick<EndpointSettings, 'host' | 'sslmode' | 'sslrootcert'>;

/**
 * What libpq means by `sslmode`, as attempts to be made one after the other. node-pg itself takes
 * prefer, require and verify-ca for verify-full.
 *
 * | sslmode | |
 * |---|---|
 * | disable | plain |
 * | allow | plain, then encrypted where the server insists |
 * | prefer | encrypted, then plain where the server cannot or will not |
 * | require | encrypted; with `sslrootcert` the same as verify-ca |
 * | verify-ca | encrypted, the certificate comes from a trusted CA |
 * | verify-full | encrypted, the certificate comes from a trusted CA and is for this host |
 *
 * Differences from libpq, all on the safe or the convenient side: without `sslrootcert`, verify-ca and
 * verify-full trust the CAs of this machine, where libpq wants ~/.postgresql/root.crt or
 * `sslrootcert=system` (that file is not looked at: a service and a person would see different ones);
 * allow and prefer never check the certificate, where libpq checks it when a root certificate lies
 * about and answers a wrong one by sending everything in plain; and a wrong password is not tried again
 * over the other kind of link.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 * @param folder the folder of the settings file, where a relative `sslrootcert` starts
 * @throws SyncFailure `tls` {host, file, reason} where `sslrootcert` cannot be used
 */
export function tlsAttempts(
  endpoint: TlsSettings,
  folder: string,
  readFile: (file: string) => string,
): readonly TlsAttempt[] {
  // libpq ignores sslmode on a socket in the file system.
  if (endpoint.host.startsWith('/')) return [{ ssl: false, next: 'none' }];

  switch (endpoint.sslmode) {
    case 'disable':
      return [{ ssl: false, next: 'none' }];
    case 'allow':
      return [
        { ssl: false, next: 'tls' },
        { ssl: UNVERIFIED, next: 'none' },
      ];
    case 'prefer':
      return [
        { ssl: UNVERIFIED, next: 'plain' },
        { ssl: false, next: 'none' },
      ];
    case 'require':
      if (endpoint.sslrootcert === undefined) return [{ ssl: UNVERIFIED, next: 'none' }];
      return [{ ssl: verified(endpoint, folder, readFile, 'chain'), next: 'none' }];
    case 'verify-ca':
      return [{ ssl: verified(endpoint, folder, readFile, 'chain'), next: 'none' }];
    case 'verify-full':
      return [{ ssl: verified(endpoint, folder, readFile, 'chain and host'), next: 'none' }];
  }
}

/**
 * Whether the next attempt may succeed where this one failed. Only what the server or TLS said decides:
 * an address that does not answer is not asked twice, and a refused password is not sent again.
 */
export function isRetryWithNext(error: unknown, attempt: TlsAttempt): boolean {
  // invalid_authorization_specification: "no pg_hba.conf entry for host …, no encryption".
  const refused = sqlstateOf(error) === '28000';
  switch (attempt.next) {
    case 'none':
      return false;
    case 'tls':
      return refused || isCleartextRefused(error);
    case 'plain':
      return refused || isTlsError(error) || HANDSHAKE_CUT.test(messageOf(error));
  }
}

/** We did not send it over this link. Over an encrypted one the server may ask for SCRAM (`hostssl` in pg_hba.conf). */
function isCleartextRefused(error: unknown): boolean {
  return error instanceof SyncFailure && error.detail.code === FailureCode.CleartextRefused;
}

/** Whether TLS itself is what failed: no encryption on offer, no common version, an untrusted certificate. */
export function isTlsError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return TLS_CODES.test(code) || NO_TLS.test(messageOf(error));
}

/** node-pg's words for the server's answers to an SSLRequest: 'N', and anything but 'N' and 'S'. */
const NO_TLS =
  /^The server does not support SSL connections$|^There was an error establishing an SSL connection$/;

/** Node's words, with the code ECONNRESET. */
const HANDSHAKE_CUT = /before secure TLS connection was established/;

/**
 * OpenSSL's and Node's codes: X509 verification errors by name, and everything of the handshake.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const TLS_CODES = new RegExp(
  [
    '^ERR_(?:TLS|SSL|OSSL)_',
    '^EPROTO$',
    '^(?:DEPTH_ZERO_)?SELF_SIGNED_CERT',
    '^UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)_',
    '^C(?:ERT|RL)_',
    '^ERROR_IN_C(?:ERT|RL)_',
    '^INVALID_(?:CA|PURPOSE)$',
    '^PATH_LENGTH_EXCEEDED$',
    '^HOSTNAME_MISMATCH$',
  ].join('|'),
);

/** `rejectUnauthorized` is always said: NODE_TLS_REJECT_UNAUTHORIZED must neither loosen nor tighten it. */
const UNVERIFIED: ConnectionOptions = { rejectUnauthorized: false };

function verified(
  endpoint: TlsSettings,
  folder: string,
  readFile: (file: string) => string,
  what: 'chain' | 'chain and host',
): ConnectionOptions {
  const { sslrootcert } = endpoint;
  const ownCa = sslrootcert !== undefined && sslrootcert !== SYSTEM_CA;
  const ca = ownCa ? readCa(path.resolve(folder, sslrootcert), endpoint.host, readFile) : systemCa();
  const options = { rejectUnauthorized: true, ca };
  return what === 'chain' ? { ...options, checkServerIdentity: () => undefined } : options;
}

/** Node takes a file without a certificate in it for "trust nobody", which reads like a wrong server later. */
function readCa(file: string, host: string, readFile: (file: string) => string): string[] {
  try {
    const blocks = readFile(file).match(PEM) ?? [];
    if (blocks.length === 0) throw new Error('no certificate in it (PEM: -----BEGIN CERTIFICATE-----)');
    for (const block of blocks) new X509Certificate(block);
    return blocks;
  } catch (error) {
    const reason = messageOf(error);
    const message = `the CA certificates in "${file}" cannot be used: ${reason}`;
    const params = { host, file, reason };
    throw new SyncFailure(
      { code: FailureCode.Tls, kind: FailureKind.Permanent, message, params },
      { cause: error },
    );
  }
}

const PEM =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** What this machine trusts, a company's own CA included; Mozilla's list where the system has none (containers). */
function systemCa(): string[] {
  const own = typeof tls.getCACertificates === 'function' ? tls.getCACertificates('system') : [];
  return own.length > 0 ? own : [...tls.rootCertificates];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
