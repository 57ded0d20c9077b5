import { Group, Paper, Stack, Text, VisuallyHidden } from '@mantine/core';
import { type KeyboardEvent, memo, useCallback, useMemo, useRef, useState } from 'react';
import { useCall } from '../../data/useCall.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './DayStrip.module.css';
import {
  type DayCell,
  type DayStripLayout,
  dayAfterKey,
  dayName,
  daysSummary,
  layOutDays,
  recordedFrom,
} from './dayStrip.ts';

const DAYS = 90;
const HELP = 'history-days-help';
const LOOKS = ['completed', 'interrupted', 'failed', 'running', 'none', 'unknown'] as const;

/** The last days, each with its number of batches and their worst status. */
export function DayStrip({
  chosen,
  onChoose,
}: {
  readonly chosen: string | null;
  readonly onChoose: (day: string | undefined) => void;
}) {
  const t = useT();
  const format = useFormat();
  const { data: days } = useCall('days', DAYS);
  const oldest = useCall('sizes').data?.oldest ?? null;
  const kept = useCall('settings').data?.effective?.retention.days ?? null;
  const layout = useMemo(() => {
    const shown = days ?? [];
    return layOutDays(shown, recordedFrom(shown, oldest === null ? null : format.dayOf(oldest), kept));
  }, [days, oldest, kept, format]);
  if (days === undefined) return <Paper withBorder p="md" className={classes.awaited} />;
  const summary = daysSummary(days, t, format);
  return (
    <Paper withBorder p="md">
      <Group gap="lg" align="flex-start" wrap="nowrap">
        <DayCalendar
          layout={layout}
          label={t('historyPage.strip.label', { days: format.count(days.length) })}
          describedBy={HELP}
          chosen={chosen}
          onChoose={onChoose}
        />
        <Stack gap="xs" miw={0}>
          <div>
            <Text fw={600}>{summary.batches}</Text>
            <Text size="sm" c="dimmed">
              {summary.failed}
            </Text>
          </div>
          <ul className={classes.legend}>
            {LOOKS.map((look) => (
              <li key={look}>
                <span className={`${classes.cell} ${classes[look]}`} aria-hidden />
                {t(`historyPage.strip.${look}`)}
              </li>
            ))}
            <li>{t('historyPage.strip.numbers')}</li>
          </ul>
        </Stack>
      </Group>
      <VisuallyHidden id={HELP}>{t('historyPage.strip.help')}</VisuallyHidden>
    </Paper>
  );
}

/** A Monday, a Wednesday and a Friday, used to get their names. */
const NAMED_WEEKDAYS = ['2026-11-02', '2026-11-04', '2026-11-06'] as const;

/** The days as a calendar of weeks. One day takes the focus and is described below. */
function DayCalendar({
  layout: { cells, months },
  label,
  describedBy,
  chosen,
  onChoose,
}: {
  readonly layout: DayStripLayout;
  readonly label: string;
  readonly describedBy: string;
  readonly chosen: string | null;
  readonly onChoose: (day: string | undefined) => void;
}) {
  const t = useT();
  const format = useFormat();
  const grid = useRef<HTMLFieldSetElement>(null);
  const [told, setTold] = useState<number | null>(null);
  const [at, setAt] = useState<string | null>(null);
  const current = Math.max(
    0,
    cells.findIndex(({ view }) => view.day === (at ?? chosen ?? cells.at(-1)?.view.day)),
  );
  const tell = useCallback((index: number | null) => setTold(index), []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setTold(null);
    const next = dayAfterKey(event.key, current, cells.length);
    const day = next === null ? undefined : cells[next]?.view.day;
    if (day === undefined) return;
    event.preventDefault();
    setAt(day);
    grid.current?.querySelector<HTMLElement>(`[data-day="${day}"]`)?.focus();
  };
  const shown = told === null ? undefined : cells[told];
  return (
    <fieldset
      ref={grid}
      className={classes.grid}
      aria-label={label}
      aria-describedby={describedBy}
      onKeyDown={onKeyDown}
      onMouseLeave={() => setTold(null)}
      onBlur={() => setTold(null)}
    >
      {months.map(({ week, day }) => (
        <span key={day} aria-hidden className={classes.month} style={{ gridColumn: `${week + 2} / span 2` }}>
          {format.month(day)}
        </span>
      ))}
      {NAMED_WEEKDAYS.map((day, index) => (
        <span key={day} aria-hidden className={classes.weekday} style={{ gridRow: index * 2 + 2 }}>
          {format.weekday(day)}
        </span>
      ))}
      {cells.map((cell, index) => (
        <Day
          key={cell.view.day}
          cell={cell}
          index={index}
          name={dayName(cell, t, format)}
          number={cell.view.batches === 0 ? '' : format.count(cell.view.batches)}
          reachable={index === current}
          chosen={cell.view.day === chosen}
          tell={tell}
          onChoose={onChoose}
        />
      ))}
      {shown !== undefined && (
        <span
          aria-hidden
          className={classes.tip}
          style={{ gridColumn: shown.week + 2, gridRow: shown.weekday + 2 }}
        >
          <span data-side={shown.week < 5 ? 'start' : 'end'}>{dayName(shown, t, format)}</span>
        </span>
      )}
    </fieldset>
  );
}

const Day = memo(function Day({
  cell: { view, week, weekday, recorded },
  index,
  name,
  number,
  reachable,
  chosen,
  tell,
  onChoose,
}: {
  readonly cell: DayCell;
  readonly index: number;
  readonly name: string;
  readonly number: string;
  readonly reachable: boolean;
  readonly chosen: boolean;
  readonly tell: (index: number) => void;
  readonly onChoose: (day: string | undefined) => void;
}) {
  return (
    <button
      type="button"
      data-day={view.day}
      className={`${classes.cell} ${classes[view.worst ?? (recorded ? 'none' : 'unknown')]}`}
      style={{ gridColumn: week + 2, gridRow: weekday + 2 }}
      aria-label={name}
      aria-pressed={chosen}
      tabIndex={reachable ? 0 : -1}
      onClick={() => onChoose(chosen ? undefined : view.day)}
      onFocus={() => tell(index)}
      onMouseEnter={() => tell(index)}
    >
      {number}
    </button>
  );
});
