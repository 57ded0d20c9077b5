import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the program that makes certificates is on this machine: Node itself cannot sign any. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Makes a CA, `NAME.pem` in `folder`. */
export function makeCa(folder: string, name: string): void {
  const [key, pem] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  openssl('req', '-x509', ...NEW_KEY, '-keyout', key, '-out', pem, '-days', '2', '-subj', `/CN=${name}`);
}

/** A server certificate for one DNS name, signed by that CA. @param days how long it is valid; -1: it ended yesterday */
export function issue(folder: string, ca: string, host: string, days = 2): Certificate {
  const at = (file: string) => join(folder, file);
  writeFileSync(at('san.ext'), `subjectAltName=DNS:${host}\n`);
  openssl('req', ...NEW_KEY, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', `/CN=${host}`);
  const signer = ['-CA', at(`${ca}.pem`), '-CAkey', at(`${ca}.key`), '-CAcreateserial'];
  const files = ['-in', at('server.csr'), '-out', at('server.pem'), '-extfile', at('san.ext')];
  openssl('x509', '-req', '-days', String(days), ...signer, ...files);
  return {
    certificate: readFileSync(at('server.pem'), 'utf8'),
    key: readFileSync(at('server.key'), 'utf8'),
  };
}

const NEW_KEY = ['-newkey', 'rsa:2048', '-nodes'];

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
