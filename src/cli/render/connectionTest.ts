import type { ConnectionTestStep } from '../../shared/contract.ts';
import { visible } from '../../shared/visible.ts';
import { renderLabelled } from './labelled.ts';
import type { Look } from './look.ts';
import { stepMark } from './marks.ts';

/** Each step with its facts; the one that failed with what it means and what to do. */
export function renderConnectionTest(id: string, steps: readonly ConnectionTestStep[], look: Look): string[] {
  const { t, colors } = look;
  const ok = steps.every((step) => step.ok);
  return [
    ...steps.flatMap((step) => renderStep(id, step, look)),
    '',
    ok
      ? colors.green(t('cli.connection.works', { connection: id }))
      : colors.red(t('cli.connection.doesNotWork', { connection: id })),
  ];
}

function renderStep(id: string, step: ConnectionTestStep, look: Look): string[] {
  const { t, colors } = look;
  const { exposed = false, ...told } = step.facts;
  const facts = Object.entries(told).map(([name, value]) => `${name} ${readable(value, look)}`);
  const known = facts.length === 0 ? '' : colors.dim(` (${facts.join(', ')})`);
  const head = `${stepMark(step.ok ? (exposed === true ? 'warning' : 'ok') : 'failed', look)} ${t(`cli.connection.step.${step.step}`)}${known}`;
  if (step.failure === null)
    return exposed === true ? [head, `  ${colors.yellow(t('cli.connection.exposed'))}`] : [head];
  const { sentence, next } = t.failure({
    code: step.failure.code,
    params: { connection: id, ...step.failure.params },
  });
  return [
    head,
    `  ${sentence}`,
    ...renderLabelled(
      [
        [t('cli.status.error'), step.failure.message],
        [t('cli.status.next'), next],
      ],
      look,
      '  ',
    ),
  ];
}

function readable(value: string | number | boolean, { t }: Look): string {
  if (typeof value === 'boolean') return value ? t('words.yes') : t('words.no');
  return visible(String(value));
}
