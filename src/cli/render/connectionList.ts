import type { ConnectionTestStep } from '../../shared/contract.ts';
import type { CentralSettings, ConnectionSettings } from '../../shared/settings.ts';
import { visible } from '../../shared/visible.ts';
import { type Cell, renderColumns, renderLabelled } from './columns.ts';
import { type Look, stepMark } from './marks.ts';

/** Head office first, then a line a branch. */
export function renderConnections(
  central: CentralSettings,
  connections: readonly ConnectionSettings[],
  look: Look,
): string[] {
  const { t, colors } = look;
  const rows: Cell[][] = [
    endpointCells('central', t('cli.connection.centralLabel'), central, '', look),
    ...connections.map((one) =>
      endpointCells(one.id, one.label, one, one.enabled ? t('words.yes') : t('words.no'), look),
    ),
  ];
  const lines = renderColumns(
    [
      { title: t('cli.column.connection') },
      { title: '', shrinks: true },
      { title: t('cli.column.database'), shrinks: true },
      { title: t('cli.column.user') },
      { title: 'sslmode' },
      { title: t('cli.column.enabled') },
      { title: t('cli.column.tables'), shrinks: true },
    ],
    rows.map((row, index) => [...row, { text: index === 0 ? '' : tablesOf(connections[index - 1], look) }]),
    look,
  );
  return connections.length === 0 ? [...lines, '', colors.yellow(t('cli.connection.none'))] : lines;
}

function endpointCells(
  id: string,
  label: string,
  endpoint: CentralSettings | ConnectionSettings,
  enabled: string,
  { colors }: Look,
): Cell[] {
  return [
    { text: id, paint: colors.bold },
    { text: label },
    { text: `${endpoint.host}:${endpoint.port}/${endpoint.database} (${endpoint.schema})` },
    { text: endpoint.user },
    { text: endpoint.sslmode },
    { text: enabled },
  ];
}

function tablesOf(connection: ConnectionSettings | undefined, { t }: Look): string {
  if (connection === undefined) return '';
  const names = connection.tables.map((entry) => (typeof entry === 'string' ? entry : entry.name));
  const wanted = names.length === 1 && names[0] === '*' ? t('cli.connection.allTables') : names.join(', ');
  return [wanted, ...connection.exclude.map((name) => `-${name}`)].join(' ');
}

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
