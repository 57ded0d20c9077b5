import type { DoctorCheck, DoctorReport, DoctorState } from '../doctor.ts';
import { formatDateTime } from '../format.ts';
import { visible, visibleLines } from '../visible.ts';
import type { FindingTexts, Translate } from './translate.ts';

/** A check in words. `message` is the server's own, for an administrator. */
export interface CheckTexts extends FindingTexts {
  readonly name: string;
  readonly message: string | null;
}

/** What a check found, what it means and what to do. */
export function sayCheck({ check, finding }: DoctorCheck, t: Translate): CheckTexts {
  const name = t(`doctor.check.${check}`);
  switch (finding.kind) {
    case 'finding':
      return { name, message: null, ...t.finding(finding.code, finding.params) };
    case 'usage': {
      const { what, means, next } = t.usage(finding.code, finding.params);
      return { name, message: null, found: what, means, next };
    }
    case 'failure': {
      const { code, params, message } = finding.failure;
      const { sentence, next } = t.failure({ code, params });
      return { name, message: visibleLines(message), found: sentence, means: null, next };
    }
  }
}

/** Checks of one subject, in order. */
export interface CheckedSubject {
  /** `central`, the id of a connection, or null for this computer. */
  readonly subject: string | null;
  readonly title: string;
  readonly checks: readonly DoctorCheck[];
}

/** The checks of a report by subject, in the report's order. */
export function bySubject({ checks, labels }: DoctorReport, t: Translate): readonly CheckedSubject[] {
  const subjects = [...new Set(checks.map((one) => one.subject))];
  return subjects.map((subject) => ({
    subject,
    title: subjectTitle(subject, labels, t),
    checks: checks.filter((one) => one.subject === subject),
  }));
}

function subjectTitle(subject: string | null, labels: DoctorReport['labels'], t: Translate): string {
  if (subject === null) return t('doctor.computer');
  if (subject === 'central') return t('doctor.central');
  const label = labels[subject] ?? subject;
  return label === subject ? visible(subject) : t('doctor.branch', { label, connection: subject });
}

/** How many checks ended in each state, in words. */
export function countsText({ checks }: Pick<DoctorReport, 'checks'>, t: Translate): string {
  const of = (state: DoctorState): number => checks.filter((one) => one.state === state).length;
  return t('doctor.counts', {
    problems: of('problem'),
    warnings: of('warning'),
    notes: of('note'),
    fine: of('ok'),
    unknown: of('unknown'),
  });
}

/** How a report is drawn. */
export interface ReportLook {
  mark(state: DoctorState): string;
  title(text: string): string;
  label(text: string): string;
}

/** For a text without colours, such as one that is sent to support. */
export function plainLook(t: Translate): ReportLook {
  return { mark: (state) => `[${t(`doctor.state.${state}`)}]`, title: (text) => text, label: (text) => text };
}

/** A report as lines. Further lines of a text are indented, so that foreign text cannot imitate a line of ours. */
export function reportLines(report: DoctorReport, t: Translate, look = plainLook(t)): readonly string[] {
  return [
    ...bySubject(report, t).flatMap(({ title, checks }) => [
      look.title(title),
      ...checks.flatMap((one) => checkLines(one, t, look)),
      '',
    ]),
    t(`doctor.result.${report.state}`),
    countsText(report, t),
    t('doctor.checkedAt', { version: report.version, at: formatDateTime(report.at, t.language) }),
  ];
}

function checkLines(check: DoctorCheck, t: Translate, look: ReportLook): readonly string[] {
  const { name, found, means, next, message } = sayCheck(check, t);
  const more = (label: string, text: string | null): readonly string[] =>
    text === null ? [] : [`    ${look.label(`${label}:`)} ${indented(text)}`];
  return [
    `  ${look.mark(check.state)} ${name}: ${indented(found)}`,
    ...more(t('doctor.means'), means),
    ...more(t('doctor.message'), message),
    ...more(t('doctor.next'), next),
  ];
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n      ');
}
