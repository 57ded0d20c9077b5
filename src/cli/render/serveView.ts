import type { CliContext } from '../context.ts';
import type { Look } from './look.ts';

/** What `serve` says when it is ready. @param link null where it is not to be shown */
export function renderServing(url: string, link: string | null, context: CliContext): string[] {
  const { t, look } = context;
  const way =
    link === null
      ? [t('agent.serve.address', { url }), t('agent.serve.another')]
      : [t('agent.serve.open'), `  ${look.colors.bold(link)}`, t('agent.serve.another')];
  return [
    t('agent.serve.running'),
    ...way,
    `  ${look.colors.bold(context.again('serve --link'))}`,
    look.colors.dim(t('agent.serve.end')),
  ];
}

export function renderLink(link: string, { t, colors }: Look): string[] {
  return [t('agent.serve.link'), `  ${colors.bold(link)}`];
}
