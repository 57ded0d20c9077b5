import type { Demo } from '../../demo/demo.ts';
import type { DayChange } from '../../demo/erp/simulateDay.ts';
import type { DemoNotice } from '../../demo/folder.ts';
import type { ErrorParams } from '../../shared/errors.ts';
import { formatCount, formatDuration } from '../../shared/format.ts';
import { assertNever } from '../../shared/status.ts';
import type { DemoOptions } from '../commands/demo.ts';
import type { CliContext } from '../context.ts';
import { pathWord } from '../selfCommand.ts';
import { renderColumns, renderLabelled } from './columns.ts';
import type { Look } from './marks.ts';

/** Rows at scale 1; see seedBranch. */
const ROWS = 300_000;

/** What the demo tells while it starts. */
export function renderDemoNotice(notice: DemoNotice, params: ErrorParams, { t }: Look): string[] {
  const folder = params.folder ?? '';
  const user = params.user ?? '';
  switch (notice) {
    case 'demo_system_user':
      return [t('cli.demo.notice.demo_system_user', { user })];
    case 'demo_system_user_created':
      return [t('cli.demo.notice.demo_system_user_created', { user })];
    case 'demo_binaries_copied':
      return [t('cli.demo.notice.demo_binaries_copied', { folder })];
    case 'demo_leftovers_removed':
      return [t('cli.demo.notice.demo_leftovers_removed', { folder })];
    case 'demo_servers_starting':
      return [t('cli.demo.notice.demo_servers_starting')];
    case 'demo_seeding': {
      const rows = formatCount(Math.round(ROWS * Number(params.scale ?? 1)), t.language);
      return [t('cli.demo.notice.demo_seeding', { rows })];
    }
    // Told by renderDemoReady, with the time it took.
    case 'demo_ready':
      return [];
    default:
      return assertNever(notice);
  }
}

export function renderDemoReady(folder: string, seconds: number, { t }: Look): string[] {
  return [t('cli.demo.ready', { folder, duration: formatDuration(seconds, t.language) })];
}

/** What to try next, as commands to copy. Without `--keep` that is the same once more, with it. */
export function renderDemoHints(
  { home }: Pick<Demo, 'home'>,
  { keep, folder }: DemoOptions,
  context: CliContext,
): string[] {
  const { t, look } = context;
  const there = context.at(home);
  const named = folder === undefined ? '' : ` --folder ${pathWord(folder, context.world.platform)}`;
  const kept: readonly Hint[] = [
    [t('cli.demo.tryChange'), [context.again(`demo change${named}`), there.again('sync-all')]],
    [t('cli.demo.tryKill'), [there.again('sync-all --strategy full'), there.again('sync-status')]],
    [t('cli.demo.tryResume'), [there.again('sync-all --resume BATCH_ID')]],
    [t('cli.demo.tryEnd'), [context.again(`demo stop${named}`)]],
  ];
  const hints = keep ? kept : [[t('cli.demo.tryKeep'), [context.again('demo --keep')]] satisfies Hint];
  return [
    look.colors.bold(t('cli.demo.tryNext')),
    ...hints.flatMap(([meaning, commands]) => [
      `  ${meaning}`,
      ...commands.map((command) => `    ${look.colors.cyan(command)}`),
    ]),
  ];
}

type Hint = readonly [meaning: string, commands: readonly string[]];

/** What `demo change` did, a line a table. */
export function renderDay(changes: readonly DayChange[], look: Look): string[] {
  const { t } = look;
  const sum = (of: 'inserted' | 'updated' | 'deleted'): string =>
    formatCount(
      changes.reduce((total, change) => total + change[of], 0),
      t.language,
    );
  const number = (count: number) => ({ text: count === 0 ? '' : formatCount(count, t.language) });
  const rows = changes.map((change) => [
    { text: change.table },
    number(change.inserted),
    number(change.updated),
    number(change.deleted),
  ]);
  return [
    t('cli.demo.changed', { inserted: sum('inserted'), updated: sum('updated'), deleted: sum('deleted') }),
    '',
    ...renderColumns(
      [
        { title: t('cli.column.table') },
        { title: t('cli.column.inserted'), align: 'right' },
        { title: t('cli.column.updated'), align: 'right' },
        { title: t('cli.column.deleted'), align: 'right' },
      ],
      rows,
      look,
    ),
  ];
}

export function renderDemoStatus(demo: Demo | null, context: CliContext): string[] {
  const { t, look } = context;
  if (demo === null || !demo.running) return [t('cli.demo.notRunning')];
  const place = (server: Demo['source']): string => (server === null ? '' : `${server.host}:${server.port}`);
  return [
    t('cli.demo.runningIn', { folder: demo.folder }),
    ...renderLabelled(
      [
        [t('cli.demo.branch'), place(demo.source)],
        [t('cli.demo.central'), place(demo.central)],
        ['--data-dir', demo.home],
      ],
      look,
      '  ',
    ),
  ];
}
