import path from 'node:path';
import { type EndpointSettings, SYSTEM_CA } from '../../shared/settings.ts';

/**
 * The endpoint with `passfile` and `sslrootcert` as absolute paths. The settings keep them as written,
 * so that the folder can be moved or copied as a whole.
 *
 * @param folder the folder of the settings file
 */
export function resolveEndpointFiles<E extends EndpointSettings>(endpoint: E, folder: string): E {
  const { passfile, sslrootcert } = endpoint;
  return {
    ...endpoint,
    ...(passfile !== undefined && { passfile: path.resolve(folder, passfile) }),
    ...(sslrootcert !== undefined &&
      sslrootcert !== SYSTEM_CA && { sslrootcert: path.resolve(folder, sslrootcert) }),
  };
}
