import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { drawNonce, pageHeaders, pageWithNonce } from '../../core/face/pageHeaders.ts';
import { PLAIN_POLICY, plainPage } from './pages.ts';

const HTML = 'text/html; charset=utf-8';
const PAGE = 'index.html';

/** Serves the files that were built for the window, with the headers that the tray's window gets too. */
export async function serveWindowFiles(app: FastifyInstance, folder: string): Promise<void> {
  const page = async (_request: unknown, reply: FastifyReply): Promise<FastifyReply> => {
    const built = await readFile(join(folder, PAGE), 'utf8').catch(() => null);
    if (built === null)
      return reply.code(503).type(HTML).header('content-security-policy', PLAIN_POLICY).send(notBuilt());
    const nonce = drawNonce();
    return reply.headers(pageHeaders(HTML, nonce, "'self'")).send(pageWithNonce(built, nonce));
  };
  app.get('/', page);
  // Else it would be served without its nonce.
  app.get(`/${PAGE}`, page);
  if (!existsSync(folder)) return;
  await app.register(staticFiles, {
    root: folder,
    index: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply) => {
      const { 'content-type': _, ...headers } = pageHeaders('', null, "'self'");
      reply.headers(headers);
    },
  });
}

function notBuilt(): string {
  return plainPage((t) => ({
    title: t('agent.page.notBuilt'),
    text: t('agent.page.notBuiltNext'),
    command: 'npm ci && npm run build',
  }));
}
