import type { EndpointSettings } from '../../shared/settings.ts';
import type { SshTarget } from '../ssh/sshTunnel.ts';
import { tunnelTo } from '../ssh/tunnelPool.ts';
import type { ServerSocket } from './cancel.ts';
import { dial } from './dial.ts';
import type { SessionOptions } from './sessionOptions.ts';

/** Connects to a session's server: over TCP, by its socket file, or through an SSH tunnel. @throws as `dial` and `tunnelTo` */
export async function reachServer(options: SessionOptions): Promise<ServerSocket> {
  const reached = await connectThere(options);
  options.meter?.add(reached.socket);
  return reached;
}

async function connectThere(options: SessionOptions): Promise<ServerSocket> {
  const { endpoint, abandoned } = options;
  const ms = endpoint.connectTimeoutSeconds * 1000;
  const target = sshTarget(options);
  if (target === null) return { socket: await dial(endpoint, ms, abandoned) };
  const tunnel = await tunnelTo(target, dial, abandoned);
  const place = { host: endpoint.host, port: endpoint.port };
  return {
    socket: await tunnel.connect(place, ms, abandoned),
    again: (limit) => tunnel.connect(place, limit),
  };
}

/** The SSH server in front of an endpoint; null where it is reached directly. */
export function sshTarget(options: {
  readonly endpoint: EndpointSettings;
  readonly folder: string;
  readonly sshSecret?: string | undefined;
}): SshTarget | null {
  const { endpoint, folder, sshSecret } = options;
  const { ssh, connectTimeoutSeconds } = endpoint;
  if (ssh === undefined) return null;
  return { ssh, folder, connectMs: connectTimeoutSeconds * 1000, secret: sshSecret };
}
