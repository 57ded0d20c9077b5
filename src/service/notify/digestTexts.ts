import { randomUUID } from 'node:crypto';
import os from 'node:os';
import type { Message, MessageSection } from '../../core/notify/message.ts';
import type { TableName } from '../../shared/contract.ts';
import {
  daysBetween,
  formatBytes,
  formatClock,
  formatCount,
  formatDayName,
  formatMoment,
} from '../../shared/format.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { visible } from '../../shared/visible.ts';
import { type DigestBranch, type DigestFacts, isUpToDate } from './digestFacts.ts';

/** Tables that a line names; more are counted. */
const TABLES_NAMED = 10;
/** Branches that the first line names: it is the subject of an e-mail. */
const TROUBLES_NAMED = 3;
/** Branches that have a part of their own; chat programs cut long texts. */
const BRANCHES_TOLD = 40;
/** Tables of a branch that a program is told. */
const TABLES_FOR_PROGRAMS = 100;

/** What the digest's texts need. */
export interface DigestWords {
  readonly t: Translate;
  labelOf(connection: string): string;
}

/** The digest as one message for the whole installation, with the branches first that need somebody. */
export function digestMessage(facts: DigestFacts, now: Date, { t, labelOf }: DigestWords): Message {
  const computer = visible(os.hostname());
  const words: Words = { t, now, label: ({ connection }) => visible(labelOf(connection)) };
  const sorted = [...facts.branches].sort((a, b) => Number(isUpToDate(a)) - Number(isUpToDate(b)));
  const told = sorted.slice(0, BRANCHES_TOLD);
  const sections = [
    ...told.map((branch) => branchSection(branch, facts, words)),
    ...installationSection(facts, words, computer),
  ];
  const left = sorted.length - told.length;
  const texts = [
    ...sections.map(({ heading, lines }) =>
      [heading, ...lines.map(({ name, value }) => `${name}: ${value}`)].join('\n'),
    ),
    ...(left > 0 ? [t('digest.moreBranches', { count: left })] : []),
    t('digest.open', { computer }),
  ];
  return {
    id: randomUUID(),
    kind: 'digest',
    level: isAllWell(facts) ? 'information' : 'problem',
    at: now.toISOString(),
    title: titleOf(facts, words),
    body: texts.join('\n\n'),
    language: t.language,
    computer,
    batchId: null,
    branches: facts.branches.map((branch) => ({ connection: branch.connection, label: words.label(branch) })),
    tables: [],
    sections,
    facts: forPrograms(facts),
  };
}

interface Words {
  readonly t: Translate;
  readonly now: Date;
  label(branch: DigestBranch): string;
}

function isAllWell({ branches, settingsRefused, failingHooks }: DigestFacts): boolean {
  return !settingsRefused && failingHooks.length === 0 && branches.every(isUpToDate);
}

/** "All 3 branches up to date", or how many are, and what is wrong with the others. */
function titleOf(facts: DigestFacts, words: Words): string {
  const { t } = words;
  const title = branchTitleOf(facts, words);
  const hooks = facts.failingHooks.map(({ hook }) => hook);
  return hooks.length === 0 ? title : t('digest.hooks', { title, hooks: cutNames(hooks, t) });
}

function branchTitleOf({ branches }: DigestFacts, words: Words): string {
  const { t } = words;
  const bad = branches.filter((branch) => !isUpToDate(branch));
  const total = branches.length;
  const [only] = branches;
  if (bad.length === 0 && only !== undefined && total === 1)
    return t('digest.allOne', { label: words.label(only) });
  if (bad.length === 0) return t('digest.all', { total: formatCount(total, t.language) });
  const named = bad
    .slice(0, TROUBLES_NAMED)
    .map((branch) => troubleOf(branch, words))
    .join('; ');
  const more = bad.length - TROUBLES_NAMED;
  const troubles = more > 0 ? t('digest.more', { troubles: named, count: more }) : named;
  if (total === 1) return troubles;
  return t('digest.some', {
    good: formatCount(total - bad.length, t.language),
    total: formatCount(total, t.language),
    troubles,
  });
}

/** The worst that is to be said of a branch that is not up to date. */
function troubleOf(branch: DigestBranch, words: Words): string {
  const { t } = words;
  const { failed, differing, stopped, late, upTo, neverCopied, retrying } = branch;
  const label = words.label(branch);
  if (failed.length > 0) return t('digest.trouble.failed', { label, count: failed.length });
  if (late && upTo !== null) return t('digest.trouble.late', { label, time: dayAndClock(upTo, words) });
  if (differing.length > 0) return t('digest.trouble.differs', { label, count: differing.length });
  if (stopped) return t('digest.trouble.stopped', { label });
  if (neverCopied) return t('digest.trouble.neverCopied', { label });
  if (retrying.length > 0) return t('digest.trouble.retrying', { label });
  return t('digest.trouble.notAll', { label });
}

function branchSection(branch: DigestBranch, { since, pause }: DigestFacts, words: Words): MessageSection {
  const { t, now } = words;
  const { upTo, neverCopied, work, failed, retrying, differing, nextRun } = branch;
  const line = (name: string, value: string | null) => (value === null ? [] : [{ name, value }]);
  const none = neverCopied ? t('digest.nothingYet') : t('digest.notAll');
  return {
    heading: words.label(branch),
    lines: [
      ...line(t('digest.line.upTo'), upTo === null ? none : dayAndClock(upTo, words)),
      ...line(t('digest.line.failed'), namesOfTables(failed, t)),
      ...line(t('digest.line.retrying'), namesOfTables(retrying, t)),
      ...line(t('digest.line.differs'), namesOfTables(differing, t)),
      ...line(t('digest.line.needs'), needsOf(branch, t)),
      ...line(t('digest.line.batches', { time: dayAndClock(since, words) }), batchesOf(work, t)),
      ...line(
        t('digest.line.written'),
        t('digest.written', {
          rows: formatCount(work.rows, t.language),
          size: formatBytes(work.bytes, t.language),
        }),
      ),
      // The pause is told once, for all.
      ...(nextRun === null && pause !== null
        ? []
        : line(
            t('digest.line.next'),
            nextRun === null ? t('digest.noNext') : formatMoment(nextRun, now, t.language),
          )),
    ],
  };
}

/** What belongs to no branch of the settings. */
function installationSection(
  { pause, settingsRefused, formerConnections, failingHooks }: DigestFacts,
  words: Words,
  computer: string,
): readonly MessageSection[] {
  const { t, now } = words;
  const until = pause?.until ?? null;
  const lines = [
    ...(settingsRefused ? [{ name: t('digest.line.needs'), value: t('digest.needs.settings') }] : []),
    ...failingHooks.map(({ hook, since }) => ({
      name: t('digest.line.hook'),
      value: t('digest.hookSince', { hook, time: dayAndClock(since, words) }),
    })),
    ...(pause === null
      ? []
      : [
          {
            name: t('digest.line.paused'),
            value:
              until === null
                ? t('digest.untilEnded')
                : t('digest.untilTime', { time: formatMoment(until, now, t.language) }),
          },
        ]),
    ...(formerConnections.length === 0
      ? []
      : [{ name: t('digest.line.former'), value: cutNames(formerConnections, t) }]),
  ];
  return lines.length === 0 ? [] : [{ heading: t('digest.computer', { computer }), lines }];
}

function batchesOf({ batches, failed, interrupted }: DigestBranch['work'], t: Translate): string {
  if (batches === 0) return t('digest.batches.none');
  return [
    t('digest.batches.some', { count: batches }),
    ...(failed > 0 ? [t('digest.batches.failed', { count: failed })] : []),
    ...(interrupted > 0 ? [t('digest.batches.interrupted', { count: interrupted })] : []),
  ].join(', ');
}

function needsOf(branch: DigestBranch, t: Translate): string | null {
  const { failed, differing, stopped, neverCopied, leftBehind, compareDue } = branch;
  const needs = [
    ...(failed.length > 0 ? [t('digest.needs.failed')] : []),
    ...(differing.length > 0 ? [t('digest.needs.differs')] : []),
    ...(stopped ? [t('digest.needs.stopped')] : []),
    ...(neverCopied ? [t('digest.needs.neverCopied')] : []),
    ...(leftBehind.length > 0
      ? [t('digest.needs.leftBehind', { names: namesOfTables(leftBehind, t) ?? '' })]
      : []),
    ...(compareDue ? [t('digest.needs.compareDue')] : []),
  ];
  return needs.length === 0 ? null : needs.join('; ');
}

function namesOfTables(tables: readonly TableName[], t: Translate): string | null {
  if (tables.length === 0) return null;
  const name = ({ connection, table, allTables }: TableName): string =>
    allTables ? t('troubles.allOf', { connection }) : table;
  return cutNames(tables.map(name), t);
}

/** The first names, and how many more there are. */
function cutNames(names: readonly string[], t: Translate): string {
  const shown = names.slice(0, TABLES_NAMED).map(visible).join(', ');
  const more = names.length - TABLES_NAMED;
  return more > 0 ? t('tray.more', { names: shown, count: more }) : shown;
}

/** `Thursday 12:02` within a week, else with the date. Not "today": it may be read later. */
function dayAndClock(at: string, { t, now }: Words): string {
  const { language } = t;
  const days = daysBetween(at, now);
  const clock = formatClock(at, language);
  if (days >= 0 && days < 7) return t('digest.dayAndClock', { day: formatDayName(at, language), clock });
  return formatMoment(at, now, language);
}

function forPrograms({ since, pause, branches, failingHooks }: DigestFacts): NonNullable<Message['facts']> {
  const names = (tables: readonly TableName[]): string[] =>
    tables.slice(0, TABLES_FOR_PROGRAMS).map(({ table, allTables }) => (allTables ? '*' : visible(table)));
  return {
    since,
    paused: pause !== null,
    failing_hooks: failingHooks.map(({ hook }) => visible(hook)),
    branches: branches.map((branch) => ({
      id: branch.connection,
      up_to_date: isUpToDate(branch),
      up_to: branch.upTo,
      late: branch.late,
      batches: branch.work.batches,
      failed_batches: branch.work.failed,
      interrupted_batches: branch.work.interrupted,
      rows: branch.work.rows,
      bytes: branch.work.bytes,
      failed: names([...branch.failed, ...branch.retrying]),
      differing: names(branch.differing),
      next_run: branch.nextRun,
    })),
  };
}
