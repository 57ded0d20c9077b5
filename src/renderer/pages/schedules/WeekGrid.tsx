import { Paper, Text, Title, VisuallyHidden } from '@mantine/core';
import { useMemo } from 'react';
import { useCall } from '../../data/useCall.ts';
import { useNow } from '../../data/useNow.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './WeekGrid.module.css';
import { type DayStart, layOutWeek, onClock, type WeekDay, weekFrom } from './weekGrid.ts';

/** Hours that the scale names. */
const HOURS = [0, 6, 12, 18] as const;
const LANE_PX = 22;

/** All starts of the next seven days on a clock of 24 hours, with this computer's own delay. */
export function WeekGrid({
  schedules,
}: {
  /** Ids, in the order of the list. */ readonly schedules: readonly string[];
}) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const { data: stretches } = useCall('scheduleWeek');
  const today = format.dayOf(now.toISOString());
  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` moves every second, the week once a day.
  const days = useMemo(() => weekFrom(now, format.timeZone), [today, format]);
  const week = useMemo(
    () => (stretches === undefined ? null : layOutWeek(stretches, days, format.timeZone)),
    [stretches, days, format],
  );
  if (week === null) return <Paper withBorder p="lg" className={classes.awaited} />;
  const say = ({ schedule, from, to }: DayStart): string => {
    const time =
      from === to
        ? format.clock(from)
        : t('schedulesPage.week.stretch', { from: format.clock(from), to: format.clock(to) });
    return schedules.length > 1 ? t('schedulesPage.week.start', { time, schedule }) : time;
  };
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="week-title">
      <Title order={2} size="h4" id="week-title">
        {t('schedulesPage.week.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('schedulesPage.week.help', { zone: format.timeZone ?? '' })}
      </Text>
      <table className={classes.week} aria-labelledby="week-title">
        <thead>
          <tr>
            <th scope="col">
              <VisuallyHidden>{t('schedulesPage.week.day')}</VisuallyHidden>
            </th>
            <th scope="col">
              <VisuallyHidden>{t('schedulesPage.week.starts')}</VisuallyHidden>
              <div className={classes.hours} aria-hidden>
                {HOURS.map((hour) => (
                  <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
                    {`${String(hour).padStart(2, '0')}${t('window.clockSeparator')}00`}
                  </span>
                ))}
              </div>
            </th>
          </tr>
        </thead>
        <tbody>
          {week.map((one) => (
            <Day
              key={one.day}
              of={one}
              name={one.day === today ? t('schedulesPage.week.today') : dayName(one.day, format)}
              now={one.day === today ? now : null}
              numberOf={(id) => (schedules.length > 1 ? schedules.indexOf(id) + 1 : null)}
              say={say}
            />
          ))}
        </tbody>
      </table>
    </Paper>
  );
}

function dayName(day: string, format: ReturnType<typeof useFormat>): string {
  return `${format.weekday(day)} ${format.date(`${day}T12:00:00Z`)}`;
}

function Day({
  of: { starts },
  name,
  now,
  numberOf,
  say,
}: {
  readonly of: WeekDay;
  readonly name: string;
  /** Null on other days. */
  readonly now: Date | null;
  readonly numberOf: (schedule: string) => number | null;
  readonly say: (start: DayStart) => string;
}) {
  const t = useT();
  const format = useFormat();
  const lanes = Math.max(1, ...starts.map(({ lane }) => lane + 1));
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <VisuallyHidden>
          {starts.length === 0 ? t('schedulesPage.week.none') : starts.map(say).join('; ')}
        </VisuallyHidden>
        <div className={classes.day} style={{ height: lanes * LANE_PX + 20 }} aria-hidden>
          {now !== null && (
            <span className={classes.now} style={{ left: `${onClock(now, format.timeZone) * 100}%` }} />
          )}
          {starts.map((start) => (
            <span key={`${start.schedule} ${start.from}`} title={say(start)}>
              {start.labelled && (
                <span className={classes.time} style={{ left: `${start.left * 100}%` }}>
                  {format.clock(start.from)}
                </span>
              )}
              <span
                className={`${classes.start} ${now !== null && Date.parse(start.to) < now.getTime() ? classes.past : ''}`}
                style={{
                  left: `${start.left * 100}%`,
                  top: start.lane * LANE_PX + 20,
                  width: `calc(18px + ${start.width * 100}%)`,
                }}
              >
                {numberOf(start.schedule)}
              </span>
            </span>
          ))}
        </div>
      </td>
    </tr>
  );
}
