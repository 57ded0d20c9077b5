import { readFileSync } from 'node:fs';
import type { BranchOutcome, PlannedBranch } from '../../core/probe/branchImport.ts';
import { decodeTable } from '../../shared/branchTable.ts';
import type { ConnectionTestStep } from '../../shared/contract.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { visible } from '../../shared/visible.ts';
import type { CliContext } from '../context.ts';
import { ExitCode } from '../exitCodes.ts';
import { listenForStop } from '../stopSignals.ts';

export interface ConnectionImportOptions {
  readonly dryRun?: boolean;
  readonly test?: boolean;
}

/** What is printed of a line. */
interface Line {
  readonly line: number;
  readonly id: string;
  readonly outcome: BranchOutcome['outcome'] | 'new' | 'failed';
  readonly reason: string;
}

/** `connection import`: adds the branches of a CSV file to the settings. */
export async function connectionImport(
  file: string,
  { dryRun = false, test = false }: ConnectionImportOptions,
  context: CliContext,
): Promise<ExitCode> {
  const { t, folder } = context;
  const [{ planBranches, importBranches }, { fileStore }] = await Promise.all([
    import('../../core/probe/branchImport.ts'),
    import('../../core/settings/change.ts'),
  ]);
  const plan = planBranches(folder, readTable(file), t.language);
  if (plan.columns === null)
    throw new UsageError(UsageCode.OptionInvalid, { option: file, reason: t('importBranches.noHead') });
  using signals = listenForStop(process, () => undefined);
  const fresh = plan.branches.filter(({ state }) => state === 'new');
  const tested = test ? await testAll(fresh, context, signals.stop) : new Map();
  if (signals.stop.aborted) return ExitCode.Interrupted;
  const failures = new Map(
    [...tested].flatMap(([line, steps]) => {
      const reason = failureOf(steps, context);
      return reason === null ? [] : [[line, reason] as const];
    }),
  );
  const chosen = fresh.filter(({ line }) => !failures.has(String(line)));
  const outcomes =
    dryRun || chosen.length === 0
      ? []
      : await importBranches(folder, plan, chosen, fileStore(folder), t.language);
  const lines = plan.branches.map((one) => lineOf(one, failures, outcomes, context));
  const added = lines.filter(({ outcome }) => outcome === 'added').length;
  if (context.json) context.printJson({ dryRun, unused: plan.unused, added, branches: lines });
  else context.print(render(lines, plan.unused, dryRun, added, context));
  return lines.some(({ outcome }) => ['wrong', 'failed', 'password_refused'].includes(outcome))
    ? ExitCode.SomeFailed
    : ExitCode.AllWell;
}

/** @throws UsageError `option_invalid` */
function readTable(file: string): string {
  try {
    // 0 is the standard input.
    return decodeTable(readFileSync(file === '-' ? 0 : file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(UsageCode.OptionInvalid, { option: file, reason }, { cause: error });
  }
}

async function testAll(
  branches: readonly PlannedBranch[],
  { folder, t }: CliContext,
  stop: AbortSignal,
): Promise<ReadonlyMap<string, readonly ConnectionTestStep[]>> {
  const { testMany } = await import('../../core/probe/testMany.ts');
  const items = branches.map(({ line, connection, password }) => ({
    key: String(line),
    draft: { kind: 'source', connection } as const,
    password,
  }));
  return testMany(folder, items, () => undefined, t.language, stop);
}

/** Null if the test passed. */
function failureOf(steps: readonly ConnectionTestStep[], { t }: CliContext): string | null {
  const failure = steps.find(({ ok }) => !ok)?.failure;
  if (failure == null) return null;
  const { sentence, next } = t.failure(failure);
  return `${sentence} ${next}`;
}

function lineOf(
  { line, connection, state, problems }: PlannedBranch,
  failures: ReadonlyMap<string, string>,
  outcomes: readonly BranchOutcome[],
  { t }: CliContext,
): Line {
  const common = { line, id: connection.id };
  const failure = failures.get(String(line));
  if (failure !== undefined) return { ...common, outcome: 'failed', reason: failure };
  const outcome = outcomes.find((one) => one.line === line)?.outcome ?? state;
  const reason = problems
    .map(({ column, reason }) => (column === null ? reason : t('importBranches.problem', { column, reason })))
    .join('; ');
  return { ...common, outcome, reason };
}

function render(
  lines: readonly Line[],
  unused: readonly string[],
  dryRun: boolean,
  added: number,
  { t, look }: CliContext,
): string[] {
  const { colors } = look;
  const said = ({ line, id, outcome, reason }: Line): string => {
    const text =
      outcome === 'failed' || outcome === 'new'
        ? t(`cli.connection.import.${outcome}`)
        : t(`importBranches.outcome.${outcome}`);
    const paint =
      outcome === 'added' || outcome === 'new'
        ? colors.green
        : outcome === 'exists'
          ? colors.dim
          : colors.red;
    return visible(
      `${t('importBranches.lineNumber', { line })} ${id || '–'}: ${paint(text)} ${reason}`.trimEnd(),
    );
  };
  return [
    ...(unused.length === 0 ? [] : [colors.yellow(t('importBranches.unused', { names: unused.join(', ') }))]),
    ...lines.map(said),
    '',
    dryRun
      ? t('cli.connection.import.dryRun')
      : t('importBranches.done', { count: added, number: String(added) }),
  ];
}
