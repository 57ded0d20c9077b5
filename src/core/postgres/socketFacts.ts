import { TLSSocket } from 'node:tls';

/** The last moment of the certificate that a server has shown; null without TLS, or if it cannot be read. */
export function certificateEnd(stream: object): Date | null {
  if (!(stream instanceof TLSSocket)) return null;
  const until = new Date(stream.getPeerCertificate().valid_to ?? '');
  return Number.isNaN(until.getTime()) ? null : until;
}

/** Whether a session's socket is encrypted. */
export function isEncrypted(stream: object): boolean {
  return 'encrypted' in stream && stream.encrypted === true;
}

/** Bytes that a session's socket has moved, in both directions. */
export function bytesOf(stream: object): number {
  if (!('bytesRead' in stream) || !('bytesWritten' in stream)) return 0;
  return Number(stream.bytesRead) + Number(stream.bytesWritten ?? 0);
}
