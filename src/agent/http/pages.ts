import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { drawNonce, pageHeaders, pageWithNonce } from '../../app/windowFiles.ts';
import { LANGUAGES } from '../../shared/texts/language.ts';
import { createTranslator, type Translate } from '../../shared/texts/translate.ts';
import { WINDOW_PAGES, type WindowPage } from '../../window-api/bridge.ts';

/** The texts of one of the agent's own pages, in one language. */
export interface PageTexts {
  readonly title: string;
  readonly text: string;
  /** Shown as a command to copy. */
  readonly command?: string;
}

const STYLE = [
  'body{max-width:40rem;margin:3rem auto;padding:0 1.5rem;font:1rem/1.5 system-ui,"Segoe UI",sans-serif}',
  'header{font-weight:700}h1{font-size:1.4rem}hr{margin:2rem 0;border:0;border-top:1px solid}',
  'code{display:inline-block;padding:.5rem .75rem;border:1px solid;border-radius:.4rem}',
].join('');

/** Content security policy of the plain pages: styles only. */
export const PLAIN_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * A plain page, to be sent with {@link PLAIN_POLICY}. It is in all languages, because settings must not be
 * read for someone who is not signed in.
 *
 * @param refreshTo where the browser goes at once
 */
export function plainPage(say: (t: Translate) => PageTexts, refreshTo: string | null = null): string {
  const parts = LANGUAGES.map((language) => {
    const { title, text, command } = say(createTranslator(language));
    const code = command === undefined ? '' : `<p><code>${escaped(command)}</code></p>`;
    return `<section lang="${language}"><h1>${escaped(title)}</h1><p>${escaped(text)}</p>${code}</section>`;
  });
  const refresh =
    refreshTo === null ? '' : `<meta http-equiv="refresh" content="0;url=${escaped(refreshTo)}">`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Branchline</title>',
    `<meta name="viewport" content="width=device-width, initial-scale=1">${refresh}`,
    `<meta name="color-scheme" content="light dark"><style>${STYLE}</style></head>`,
    `<body><header>Branchline</header><main>${parts.join('<hr>')}</main></body></html>`,
  ].join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const HTML = 'text/html; charset=utf-8';

/** Serves one of the built windows, with the same headers as the tray's window. */
export async function serveWindowFiles(
  app: FastifyInstance,
  folder: string,
  name: WindowPage,
): Promise<void> {
  const page = async (_request: unknown, reply: FastifyReply): Promise<FastifyReply> => {
    const built = await readFile(join(folder, name), 'utf8').catch(() => null);
    if (built === null)
      return reply.code(503).type(HTML).header('content-security-policy', PLAIN_POLICY).send(notBuilt());
    const nonce = drawNonce();
    return reply.headers(pageHeaders(HTML, nonce, "'self'")).send(pageWithNonce(built, nonce));
  };
  app.get('/', page);
  // Registered before the static files, which would serve a page without its nonce.
  for (const each of WINDOW_PAGES) app.get(`/${each}`, page);
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
