import pc from 'picocolors';
import { type Goal, isMet, type Line } from '../measure.ts';
import { median } from '../statistics.ts';

const COLUMNS = [
  '',
  'seconds',
  'rows/s',
  'MB/s',
  'cpu s',
  'RSS MB',
  'source cpu',
  'central cpu',
  'WAL MB',
] as const;
/** In the order of the columns' last. */
const FACTS = ['cpu s', 'peak rss MB', 'source cpu s', 'central cpu s', 'wal MB at central'];
const WIDTH = 42;
const NUMBER_WIDTH = 12;

/** What a measure found, for people: its lines, then what was to be reached and whether it was. */
export function renderMeasure(title: string, lines: readonly Line[]): string {
  const header = row(title, COLUMNS.slice(1));
  return [
    pc.bold(header),
    ...lines.map(renderLine),
    ...lines.flatMap(renderOtherFacts),
    ...lines.flatMap(({ goals }) => goals.map(renderGoal)),
    '',
  ].join('\n');
}

function renderLine({ what, seconds, rows, bytes, facts }: Line): string {
  const time = median(seconds);
  return row(`  ${what}`, [
    time.toFixed(2),
    Math.round(rows / time).toLocaleString('en'),
    bytes === null ? '' : (bytes / time / 1e6).toFixed(1),
    ...FACTS.map((name) => facts[name]?.toFixed(1) ?? ''),
  ]);
}

/** What has no column. */
function renderOtherFacts({ facts }: Line): string[] {
  const others = Object.entries(facts).filter(([name]) => !FACTS.includes(name));
  return others.map(
    ([name, value]) => `    ${value.toLocaleString('en', { maximumFractionDigits: 1 })} ${name}`,
  );
}

function renderGoal(goal: Goal): string {
  const { what, reached, limit, kind } = goal;
  const mark = isMet(goal) ? pc.green('met') : pc.yellow('not met');
  return `    ${reached.toFixed(2)} ${what} (goal: ${kind === 'at_least' ? '≥' : '≤'} ${limit}): ${mark}`;
}

function row(first: string, numbers: readonly string[]): string {
  return first.padEnd(WIDTH) + numbers.map((text) => text.padStart(NUMBER_WIDTH)).join('');
}
