import {
  ActionIcon,
  Group,
  NativeSelect,
  Paper,
  SimpleGrid,
  Skeleton,
  Text,
  Title,
  VisuallyHidden,
} from '@mantine/core';
import {
  IconAlertTriangle,
  IconCheck,
  IconChevronLeft,
  IconChevronRight,
  IconPlayerPause,
  IconRefresh,
} from '@tabler/icons-react';
import {
  type CSSProperties,
  type KeyboardEvent,
  lazy,
  memo,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useCall } from '../../data/useCall.ts';
import { useNow } from '../../data/useNow.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import {
  type DayCell,
  dayAfterKey,
  dayName,
  daysSummary,
  layOutDays,
  periodOf,
  recordedFrom,
  type Span,
  spansSince,
  spanWith,
} from './calendar.ts';
import classes from './DayCalendar.module.css';

// The charting library is larger than the rest of the page.
const DayCharts = lazy(() => import('./DayCharts.tsx').then((module) => ({ default: module.DayCharts })));

const HELP = 'history-days-help';
const LOOKS = ['completed', 'interrupted', 'failed', 'running', 'none', 'unknown'] as const;
type Look = (typeof LOOKS)[number];

/** A shape for each look, so that colour is not needed. */
const SHAPES = {
  completed: IconCheck,
  interrupted: IconPlayerPause,
  failed: IconAlertTriangle,
  running: IconRefresh,
  none: null,
  unknown: null,
} as const satisfies Readonly<Record<Look, unknown>>;

/** The days of some weeks or of a month: state, rows written and, below, duration and size. */
export function DayCalendar({
  chosen,
  onChoose,
}: {
  readonly chosen: string | null;
  readonly onChoose: (day: string | undefined) => void;
}) {
  const t = useT();
  const format = useFormat();
  const today = format.dayOf(useNow().toISOString());
  const [span, setSpan] = useState<Span>(() => (chosen === null ? 'latest' : spanWith(chosen, today)));
  // The day that takes the focus; null until a key has moved it.
  const [at, setAt] = useState<string | null>(null);
  const period = periodOf(span, today);
  const { data: days } = useCall('period', period.first, period.last);
  const { data: sizes } = useCall('sizes');
  const kept = useCall('settings').data?.effective?.retention.days ?? null;
  const oldest = sizes?.oldest ? format.dayOf(sizes.oldest) : null;
  const spans = spansSince(oldest, today);
  const cells = useMemo(
    () => layOutDays(days ?? [], recordedFrom(today, oldest, kept)),
    [days, today, oldest, kept],
  );
  if (days === undefined) return <Paper withBorder p="md" className={classes.awaited} />;
  const jump = (steps: number): void => {
    const next = spans[spans.indexOf(span) + steps];
    if (next !== undefined) setSpan(next);
  };
  const move = (day: string): void => {
    if (day > today || day < (oldest?.slice(0, 7) ?? today)) return;
    setAt(day);
    if (day < period.first || day > period.last) setSpan(spanWith(day, today));
  };
  const summary = daysSummary(days, t, format);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="calendar-title">
      <Group justify="space-between" align="flex-end" mb="sm">
        <div>
          <Title order={2} size="h4" id="calendar-title">
            {summary.batches}
          </Title>
          <Text size="sm" c="dimmed">
            {summary.failed}
          </Text>
        </div>
        <Group gap={4} align="flex-end" wrap="nowrap">
          <ActionIcon
            variant="default"
            size={36}
            aria-label={t('historyPage.strip.earlier')}
            disabled={span === spans.at(-1)}
            onClick={() => jump(1)}
          >
            <IconChevronLeft size={18} aria-hidden />
          </ActionIcon>
          <NativeSelect
            aria-label={t('historyPage.strip.period')}
            value={span}
            onChange={({ currentTarget }) => setSpan(currentTarget.value)}
            data={spans.map((value) => ({
              value,
              label: value === 'latest' ? t('historyPage.strip.latest') : format.wholeMonth(value),
            }))}
          />
          <ActionIcon
            variant="default"
            size={36}
            aria-label={t('historyPage.strip.later')}
            disabled={span === spans[0]}
            onClick={() => jump(-1)}
          >
            <IconChevronRight size={18} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      <Days cells={cells} period={period} at={at} chosen={chosen} onMove={move} onChoose={onChoose} />
      <ul className={classes.legend}>
        {LOOKS.map((look) => (
          <li key={look}>
            <span className={`${classes.sample} ${classes[look]}`} aria-hidden>
              <Shape of={look} />
            </span>
            {t(`historyPage.strip.${look}`)}
          </li>
        ))}
        <li>{t('historyPage.strip.heights')}</li>
      </ul>
      <Suspense
        fallback={
          <SimpleGrid cols={{ base: 1, md: 2 }} mt="md">
            <Skeleton h={150} />
            <Skeleton h={150} />
          </SimpleGrid>
        }
      >
        <DayCharts days={days} />
      </Suspense>
      <VisuallyHidden id={HELP}>{t('historyPage.strip.help')}</VisuallyHidden>
    </Paper>
  );
}

function Shape({ of }: { readonly of: Look }) {
  const Icon = SHAPES[of];
  return Icon === null ? null : <Icon size={14} stroke={2.2} aria-hidden />;
}

/** A Monday of which the week's names are taken. */
const NAMED_WEEK = [
  '2026-11-02',
  '2026-11-03',
  '2026-11-04',
  '2026-11-05',
  '2026-11-06',
  '2026-11-07',
  '2026-11-08',
] as const;

/** Weeks as rows. One day takes the focus; the day that is pointed at is described below. */
function Days({
  cells,
  period,
  at,
  chosen,
  onMove,
  onChoose,
}: {
  readonly cells: readonly DayCell[];
  readonly period: { readonly first: string; readonly last: string };
  readonly at: string | null;
  readonly chosen: string | null;
  readonly onMove: (day: string) => void;
  readonly onChoose: (day: string | undefined) => void;
}) {
  const t = useT();
  const format = useFormat();
  const grid = useRef<HTMLFieldSetElement>(null);
  const moved = useRef(false);
  const [told, setTold] = useState<string | null>(null);
  const has = (day: string | null): day is string => cells.some(({ view }) => view.day === day);
  const reachable = has(at) ? at : has(chosen) ? chosen : cells.at(-1)?.view.day;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a day of another month is drawn with its cells.
  useEffect(() => {
    if (!moved.current || at === null) return;
    const day = grid.current?.querySelector<HTMLElement>(`[data-day="${at}"]`);
    if (day === null || day === undefined) return;
    moved.current = false;
    day.focus();
  }, [at, cells]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setTold(null);
    const next = reachable === undefined ? null : dayAfterKey(event.key, reachable, period);
    if (next === null) return;
    event.preventDefault();
    moved.current = true;
    onMove(next);
  };
  const shown = cells.find(({ view }) => view.day === told);
  return (
    <>
      <fieldset
        ref={grid}
        className={classes.grid}
        aria-label={t('historyPage.strip.label')}
        aria-describedby={HELP}
        onKeyDown={onKeyDown}
        onMouseLeave={() => setTold(null)}
        onBlur={() => setTold(null)}
      >
        {NAMED_WEEK.map((day) => (
          <span key={day} aria-hidden className={classes.weekday}>
            {format.weekday(day)}
          </span>
        ))}
        {cells.map((cell) => (
          <Day
            key={cell.view.day}
            cell={cell}
            name={dayName(cell, t, format)}
            label={
              cell.view.day.endsWith('-01') || cell === cells[0]
                ? format.date(`${cell.view.day}T12:00:00Z`)
                : String(Number(cell.view.day.slice(8)))
            }
            rows={cell.view.rows === 0 ? '' : format.count(cell.view.rows)}
            reachable={cell.view.day === reachable}
            chosen={cell.view.day === chosen}
            tell={setTold}
            onChoose={onChoose}
          />
        ))}
      </fieldset>
      <Text size="sm" className={classes.told} aria-hidden>
        {shown === undefined ? '' : dayName(shown, t, format)}
      </Text>
    </>
  );
}

const Day = memo(function Day({
  cell: { view, week, weekday, recorded, part },
  name,
  label,
  rows,
  reachable,
  chosen,
  tell,
  onChoose,
}: {
  readonly cell: DayCell;
  readonly name: string;
  readonly label: string;
  readonly rows: string;
  readonly reachable: boolean;
  readonly chosen: boolean;
  readonly tell: (day: string | null) => void;
  readonly onChoose: (day: string | undefined) => void;
}) {
  const look = view.worst ?? (recorded ? 'none' : 'unknown');
  return (
    <button
      type="button"
      data-day={view.day}
      className={`${classes.cell} ${classes[look]}`}
      style={{ gridColumn: weekday + 1, gridRow: week + 2 }}
      aria-pressed={chosen}
      tabIndex={reachable ? 0 : -1}
      onClick={() => onChoose(chosen ? undefined : view.day)}
      onFocus={() => tell(view.day)}
      onMouseEnter={() => tell(view.day)}
    >
      <VisuallyHidden>{name}</VisuallyHidden>
      <span className={classes.head} aria-hidden>
        {label}
        <Shape of={look} />
      </span>
      <span className={classes.rows} aria-hidden>
        {rows}
      </span>
      {view.worst !== null && <span className={classes.bar} style={{ '--part': part } as CSSProperties} />}
    </button>
  );
});
