import { createPrivateKey, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';

/** Bits by which others than the owner may read a key: libpq refuses such a key, and so do we. */
const OTHERS = 0o077;

/**
 * A certificate by which a server knows us, and its key. Both are checked here: a handshake that fails for them says
 * nothing of which file is wrong.
 *
 * @param files absolute paths
 * @throws SyncFailure `client_certificate` {file}
 */
export function clientCertificate(
  { sslcert, sslkey }: { readonly sslcert: string; readonly sslkey: string },
  readFile: (file: string) => string,
): Pick<ConnectionOptions, 'cert' | 'key'> {
  const cert = used(sslcert, () => readFile(sslcert));
  const certificate = used(sslcert, () => new X509Certificate(cert));
  const key = used(sslkey, () => {
    // Windows has no such bits; there the folder protects it.
    if (process.platform !== 'win32' && (statSync(sslkey).mode & OTHERS) !== 0)
      throw new Error('others can read it; run chmod 0600 on it');
    return readFile(sslkey);
  });
  used(sslkey, () => {
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      throw new Error(`it is not the key of the certificate in ${sslcert}`);
  });
  return { cert, key };
}

function used<T>(file: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `"${file}" cannot be used: ${reason}`;
    const { ClientCertificate: code } = FailureCode;
    const detail = { code, kind: FailureKind.Permanent, message, params: { file } };
    throw new SyncFailure(detail, { cause: error });
  }
}
