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
/** Also the order of the last columns. */
const FACTS = ['cpu s', 'peak rss MB', 'source cpu s', 'central cpu s', 'wal MB at central'];
const WIDTH = 42;
const NUMBER_WIDTH = 12;

/** A measure's result as text: its lines, then the goals and whether they were reached. */
export function renderMeasure(title: string, lines: readonly Line[]): string {
  const header = row(title, COLUMNS.slice(1));
  return [
    pc.bold(header),
    ...lines.map(renderLine),
    ...ofEach(lines, renderOtherFacts),
    ...ofEach(lines, ({ goals }) => goals.map(renderGoal)),
    '',
  ].join('\n');
}

/** Under the name of its line, if several lines have some. */
function ofEach(lines: readonly Line[], render: (line: Line) => readonly string[]): readonly string[] {
  const all = lines.map((line) => ({ what: line.what, texts: render(line) }));
  const some = all.filter(({ texts }) => texts.length > 0);
  return some.flatMap(({ what, texts }) => [...(some.length > 1 ? [`  ${what}:`] : []), ...texts]);
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

/** Facts without a column. */
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
