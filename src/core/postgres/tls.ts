import { X509Certificate } from 'node:crypto';
import path from 'node:path';
import tls, { type ConnectionOptions } from 'node:tls';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { type EndpointSettings, SYSTEM_CA } from '../../shared/settings.ts';
import { clientCertificate } from './clientCertificate.ts';
import { sqlstateOf } from './sqlstates.ts';

/** One way to connect. */
export interface TlsAttempt {
  /** node-pg's option. Never undefined: node-pg would then use PGSSLMODE, by rules of its own. */
  readonly ssl: false | ConnectionOptions;
  /** The kind of the next attempt, which decides after which errors it is tried. */
  readonly next: 'none' | 'plain' | 'tls';
}

type TlsSettings = Pick<EndpointSettings, 'host' | 'sslmode' | 'sslrootcert' | 'sslcert' | 'sslkey'>;

/**
 * libpq's meaning of `sslmode`, as attempts that are made in order. node-pg itself treats prefer, require and
 * verify-ca like verify-full.
 *
 * | sslmode | |
 * |---|---|
 * | disable | plain |
 * | allow | plain, then encrypted if the server insists |
 * | prefer | encrypted, then plain if the server cannot or will not encrypt |
 * | require | encrypted; with `sslrootcert` the same as verify-ca |
 * | verify-ca | encrypted, the certificate is from a trusted CA |
 * | verify-full | encrypted, the certificate is from a trusted CA and valid for this host |
 *
 * Differences from libpq, all safer or more convenient: without `sslrootcert`, verify-ca and verify-full
 * trust this machine's CAs, where libpq requires ~/.postgresql/root.crt or `sslrootcert=system` (we ignore
 * that file, because a service and a person would see different ones); allow and prefer never check the
 * certificate, where libpq checks it if a root certificate is present and answers a wrong one by sending
 * everything in plain text; and a wrong password is not tried again over the other kind of link.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 * With `sslcert` and `sslkey`, every encrypted attempt offers this certificate to a server that asks for one.
 *
 * @param folder the folder of the settings file, where relative file names start
 * @throws SyncFailure `tls` {host, file, reason} if `sslrootcert` cannot be used, `client_certificate` {file} likewise
 */
export function tlsAttempts(
  endpoint: TlsSettings,
  folder: string,
  readFile: (file: string) => string,
): readonly TlsAttempt[] {
  // libpq ignores sslmode on a Unix socket.
  if (endpoint.host.startsWith('/')) return [{ ssl: false, next: 'none' }];
  const attempts = attemptsOf(endpoint, folder, readFile);
  const { sslcert, sslkey } = endpoint;
  if (sslcert === undefined || sslkey === undefined || endpoint.sslmode === 'disable') return attempts;
  const files = { sslcert: path.resolve(folder, sslcert), sslkey: path.resolve(folder, sslkey) };
  const own = clientCertificate(files, readFile);
  return attempts.map((one) => (one.ssl === false ? one : { ...one, ssl: { ...one.ssl, ...own } }));
}

function attemptsOf(
  endpoint: TlsSettings,
  folder: string,
  readFile: (file: string) => string,
): readonly TlsAttempt[] {
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
 * Whether the next attempt may succeed after this one failed. Only errors of the server or TLS count: an
 * address that does not answer is not tried twice, and a refused password is not sent again.
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

/**
 * We refused to send the password in clear text. Over TLS the server may ask for SCRAM instead (`hostssl` in
 * pg_hba.conf).
 */
function isCleartextRefused(error: unknown): boolean {
  return error instanceof SyncFailure && error.detail.code === FailureCode.CleartextRefused;
}

/** Whether TLS itself failed: not offered, no common version, an untrusted certificate. */
export function isTlsError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return TLS_CODES.test(code) || NO_TLS.test(messageOf(error));
}

/** Whether the server itself said that it has no TLS, as opposed to a handshake that failed. */
export function isTlsNotOffered(error: unknown): boolean {
  return messageOf(error) === 'The server does not support SSL connections';
}

/** node-pg's messages for answers to an SSLRequest: for 'N', and for anything except 'N' and 'S'. */
const NO_TLS =
  /^The server does not support SSL connections$|^There was an error establishing an SSL connection$/;

/** Node's message, with the code ECONNRESET. */
const HANDSHAKE_CUT = /before secure TLS connection was established/;

/**
 * Error codes of OpenSSL and Node: X509 verification errors by name, and all handshake errors.
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

/** `rejectUnauthorized` is always set explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED has no effect. */
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

/** Node treats a file without certificates as "trust nobody", which would look like a wrong server later. */
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

/**
 * The CAs that this machine trusts, including a company's own; Mozilla's list if the system has none
 * (containers).
 */
function systemCa(): string[] {
  const own = typeof tls.getCACertificates === 'function' ? tls.getCACertificates('system') : [];
  return own.length > 0 ? own : [...tls.rootCertificates];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
