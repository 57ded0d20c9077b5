import type { Standing } from '../../core/standing/standing.ts';
import type { TableName } from '../../shared/contract.ts';
import { formatDateTime } from '../../shared/format.ts';
import { namesOf } from '../../shared/naming.ts';
import type { Difference } from '../../shared/service.ts';
import { sayFailingHook } from '../../shared/texts/hookText.ts';
import type { Look } from './marks.ts';

type Command = (connection: string, tables: readonly string[]) => string;

/** Commands about some tables of a connection. */
export interface StandingCommands {
  readonly repairWith: Command;
  readonly verifyWith: Command;
}

/**
 * All open problems besides those of the batch shown above, most pressing first (CONCERN_RANKS); empty if all
 * is well.
 *
 * @param shown the batch shown above, whose own problems are already printed
 * @param commands can be typed for tables that differ
 */
export function renderStanding(
  { attention, differing, leftBehind, formerConnections, compareDue, neverCopied, hooks }: Standing,
  shown: string,
  look: Look,
  commands: StandingCommands,
): string[] {
  const { t, colors } = look;
  const others = attention.filter((one) => one.batch.batch_id !== shown);
  const failed = others.flatMap((one) => one.failed);
  const retrying = others.flatMap((one) => one.retrying);
  const stopped = others.filter((one) => one.failed.length + one.retrying.length === 0);
  const names = (tables: readonly TableName[]): string => namesIn(tables, look);
  const lines: string[] = [];
  if (failed.length > 0)
    lines.push(colors.red(t('cli.status.stillFailing', { count: failed.length, names: names(failed) })));
  const differ = differing.filter((one) => !one.collides);
  const collide = differing.filter((one) => one.collides);
  lines.push(...renderDiffering('differs', differ, commands.repairWith, look));
  lines.push(...renderDiffering('collides', collide, commands.verifyWith, look));
  for (const { batch } of stopped)
    lines.push(colors.yellow(t('cli.status.stopped', { batch: batch.batch_id })));
  if (neverCopied.length > 0) {
    const connections = neverCopied.join(', ');
    lines.push(colors.yellow(t('cli.status.neverCopied', { count: neverCopied.length, connections })));
  }
  if (leftBehind.length > 0) {
    const said = { count: leftBehind.length, names: names(leftBehind), since: firstOf(leftBehind, look) };
    lines.push(colors.yellow(t('cli.status.leftBehind', said)));
  }
  for (const { connection, schema, since } of formerConnections)
    lines.push(
      colors.yellow(
        t('cli.status.formerConnection', {
          connection,
          schema: schema ?? '?',
          since: formatDateTime(since, t.language),
        }),
      ),
    );
  for (const connection of compareDue) {
    lines.push(colors.yellow(t('cli.status.compareDue', { connection })));
    lines.push(`  ${colors.bold(commands.verifyWith(connection, []))}`);
  }
  for (const { hook, failing } of hooks)
    if (failing !== null) lines.push(colors.yellow(sayFailingHook(hook, failing, t)));
  if (retrying.length > 0)
    lines.push(colors.yellow(t('cli.status.retrying', { count: retrying.length, names: names(retrying) })));
  return lines;
}

/** The tables that differ, with the command to type for each connection. */
function renderDiffering(
  text: 'differs' | 'collides',
  found: readonly Difference[],
  command: Command,
  look: Look,
): string[] {
  const { t, colors } = look;
  if (found.length === 0) return [];
  const said = { count: found.length, names: namesIn(found, look), since: firstOf(found, look) };
  const byConnection = Map.groupBy(found, (one) => one.connection);
  return [
    colors.red(t(`cli.status.${text}`, said)),
    ...Array.from(byConnection, ([connection, tables]) => {
      const typed = command(
        connection,
        tables.map((one) => one.table),
      );
      return `  ${colors.bold(typed)}`;
    }),
  ];
}

function namesIn(tables: readonly TableName[], look: Look): string {
  return namesOf(
    tables.map((one) => nameOf(one, look)),
    look.t,
  );
}

/** When the oldest of them began. */
function firstOf(found: readonly { readonly since: string }[], { t }: Look): string {
  const [first] = found.map((one) => one.since).sort();
  return formatDateTime(first ?? '', t.language);
}

/** Whether there are no open problems at all. */
export function isWell(standing: Standing): boolean {
  const { attention, differing, leftBehind, formerConnections, compareDue, neverCopied } = standing;
  const failing = standing.hooks.filter((one) => one.failing !== null);
  const open = [attention, differing, leftBehind, formerConnections, compareDue, neverCopied, failing];
  return open.every((one) => one.length === 0);
}

/** The standing as JSON, with names like the journal's. */
export function standingJson(standing: Standing) {
  const { attention, differing, leftBehind, formerConnections, compareDue, neverCopied, hooks } = standing;
  const row = ({ connection, table }: TableName) => ({ connection, table_name: table });
  const rows = (pick: 'failed' | 'retrying') =>
    attention.flatMap((one) => one[pick].map((name) => ({ batch_id: one.batch.batch_id, ...row(name) })));
  return {
    failed: rows('failed'),
    retrying: rows('retrying'),
    stopped: attention
      .filter((one) => one.failed.length + one.retrying.length === 0)
      .map((one) => one.batch.batch_id),
    differing: differing.map((one) => ({ ...row(one), since: one.since, collides: one.collides })),
    left_behind: leftBehind.map((one) => ({ ...row(one), since: one.since })),
    former_connections: formerConnections,
    compare_due: compareDue,
    never_copied: neverCopied,
    failing_hooks: hooks.flatMap(({ hook, failing }) =>
      failing === null
        ? []
        : [{ hook, batch_id: failing.batchId, since: failing.since, outcome: failing.reason.outcome }],
    ),
  };
}

function nameOf({ connection, table, allTables }: TableName, { t }: Look): string {
  return allTables ? t('troubles.allOf', { connection }) : `${connection}/${table}`;
}
