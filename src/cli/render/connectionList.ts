import type { CentralSettings, ConnectionSettings } from '../../shared/settings.ts';
import { type Cell, renderColumns } from './columns.ts';
import type { Look } from './look.ts';

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
