import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Asked,
  publicPart,
  type RequestRow,
  signRequest,
} from '../../src/core/headOffice/signedRequest.ts';
import { installationId } from '../../src/core/settings/installation.ts';
import type { DatabasePair } from './databases.ts';
import { CONNECTION } from './home.ts';

/** A key of head office. */
export interface OfficeKey {
  readonly privateKey: KeyObject;
  /** As in the branch's settings. */
  readonly key: string;
}

export function officeKey(): OfficeKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, key: publicPart(privateKey) };
}

/** Lets a branch take requests that this key has signed. */
export function takeRequests(
  folder: string,
  { key }: Pick<OfficeKey, 'key'>,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const file = join(folder, 'settings.json');
  const settings: object = JSON.parse(readFileSync(file, 'utf8'));
  const requests = { enabled: true, keys: [{ name: 'hq-2026', key }], ...more };
  writeFileSync(file, JSON.stringify({ ...settings, requests }, null, 2));
}

export interface Signing {
  readonly folder: string;
  readonly key: OfficeKey;
  readonly asked?: Asked;
  readonly by?: string;
  readonly id?: string;
  readonly connection?: string;
  readonly installation?: string;
  readonly issued?: Date;
  readonly expires?: Date;
}

const HOUR_MS = 3_600_000;

/** A request to the branch of a data folder, signed and not stored yet. */
export function signed({
  folder,
  key,
  issued = new Date(),
  ...rest
}: Signing): RequestRow & { request: string } {
  const {
    asked = { action: 'run', args: {} },
    by = 'Sari Wulandari',
    id = randomUUID(),
    connection = CONNECTION,
    installation = installationId(folder),
    expires = new Date(issued.getTime() + HOUR_MS),
  } = rest;
  return signRequest({ id, by, connection, installation, asked, issued, expires }, key.privateKey);
}

/** Stores a row as whoever may write into the table: nobody checks it there. */
export async function store(
  pair: DatabasePair,
  row: {
    readonly connection: string;
    readonly installation: string;
    readonly id: string;
    readonly request: string;
    readonly signature: string;
  },
): Promise<string> {
  const client = await pair.central.connectAdmin();
  try {
    await client.query(
      `INSERT INTO branchline.requests (connection, installation, id, request, signature) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (connection, id) DO UPDATE SET installation = excluded.installation, request = excluded.request, signature = excluded.signature,
         state = 'waiting', code = NULL`,
      [row.connection, row.installation, row.id, row.request, row.signature],
    );
    return row.id;
  } finally {
    await client.end();
  }
}

/** State and code of a row at head office. */
export async function answerTo(pair: DatabasePair, id: string): Promise<string> {
  const client = await pair.central.connectAdmin();
  try {
    const { rows } = await client.query<{ state: string; code: string | null }>(
      'SELECT state, code FROM branchline.requests WHERE id = $1',
      [id],
    );
    return rows.map(({ state, code }) => [state, ...(code === null ? [] : [code])].join(' ')).join();
  } finally {
    await client.end();
  }
}
