import { Code, Paper, Stack, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconInfoCircle,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { DoctorCheck, DoctorReport, DoctorState } from '../../../shared/doctor.ts';
import { bySubject, type CheckedSubject, sayCheck } from '../../../shared/texts/doctorText.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import classes from './DoctorPage.module.css';

/** Shape as well as colour, as with every status. */
export const STATE_ICONS = {
  ok: IconCircleCheck,
  note: IconInfoCircle,
  unknown: IconCircleDashed,
  warning: IconAlertTriangle,
  problem: IconCircleX,
} as const satisfies Readonly<Record<DoctorState, unknown>>;

/** First what a person has to do something about, then the rest by what it is about. */
export function CheckList({ report }: { readonly report: DoctorReport }) {
  const t = useT();
  const subjects = bySubject(report, t);
  const urgent = (['problem', 'warning'] as const).flatMap((state) =>
    subjects.flatMap(({ title, checks }) =>
      checks.filter((one) => one.state === state).map((check) => ({ title, check })),
    ),
  );
  return (
    <>
      {urgent.length > 0 && (
        <Subject title={t('doctorPage.urgent')}>
          <ul className={classes.checks}>
            {urgent.map(({ title, check }) => (
              <Check key={`${check.subject ?? ''}/${check.check}`} check={check} about={title} />
            ))}
          </ul>
        </Subject>
      )}
      {subjects.map((one) => (
        <Rest key={one.subject ?? ''} {...one} />
      ))}
    </>
  );
}

/** A subject's checks that need nobody: the notes open, what is fine folded away. */
function Rest({ title, checks }: CheckedSubject) {
  const t = useT();
  const fine = checks.filter((one) => one.state === 'ok');
  const notes = checks.filter((one) => one.state === 'note' || one.state === 'unknown');
  if (fine.length + notes.length === 0) return null;
  return (
    <Subject title={title}>
      {notes.length > 0 && (
        <ul className={classes.checks}>
          {notes.map((one) => (
            <Check key={one.check} check={one} />
          ))}
        </ul>
      )}
      {fine.length > 0 && (
        <details>
          <summary className={classes.fold}>
            <IconCircleCheck size={20} stroke={1.8} className={classes.ok} aria-hidden />
            {t('doctorPage.fine', { count: fine.length })}
          </summary>
          <ul className={classes.checks}>
            {fine.map((one) => (
              <Check key={one.check} check={one} />
            ))}
          </ul>
        </details>
      )}
    </Subject>
  );
}

function Subject({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Paper withBorder p="lg" component="section" aria-label={title}>
      <Stack gap="xs">
        <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

/** @param about names the subject where the list is of several */
function Check({ check, about }: { readonly check: DoctorCheck; readonly about?: string }) {
  const t = useT();
  const Mark = STATE_ICONS[check.state];
  const { name, found, means, next, message } = sayCheck(check, t);
  return (
    <li className={classes.check} data-check={check.check} data-state={check.state}>
      <Mark size={20} stroke={1.8} className={`${classes.mark} ${classes[check.state]}`} aria-hidden />
      <div className={classes.text}>
        <Text component="span" fw={600}>
          {about === undefined ? name : `${about}: ${name}`}
        </Text>{' '}
        <Text component="span" size="sm" className={classes[check.state] ?? ''}>
          {t(`doctor.state.${check.state}`)}
        </Text>
        <Text size="sm" className={classes.lines ?? ''}>
          {found}
        </Text>
        {means !== null && (
          <Text size="sm" c="dimmed">
            {means}
          </Text>
        )}
        {next !== null && (
          <Text size="sm" fw={about === undefined ? 400 : 600} className={classes.lines ?? ''}>
            {next}
          </Text>
        )}
        {message !== null && (
          <Code block mt="xs" className={classes.lines ?? ''}>
            {message}
          </Code>
        )}
      </div>
    </li>
  );
}
