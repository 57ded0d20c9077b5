import { nameOfRow, type TableName, type TableRow, tableKey } from '../../shared/contract.ts';
import { needsConsent } from '../../shared/errors.ts';
import { compileNames } from '../../shared/naming.ts';
import type { Attention, Difference, ServiceStatus } from '../../shared/service.ts';
import type { Settings } from '../../shared/settings.ts';
import { TableStatus } from '../../shared/status.ts';
import { collidingRows, VerifyResult } from '../../shared/verify.ts';
import { isCompareDue } from '../batch/compareDue.ts';
import { droppedTables } from '../batch/droppedTables.ts';
import { formerConnections } from '../batch/formerConnections.ts';
import { hookStandings } from '../hooks/hookMemory.ts';
import type { ReadableJournal } from '../journal/journal.ts';
import type { TableFreshness } from '../journal/outcomes.ts';
import { type Candidate, candidates } from './candidates.ts';
import { judge, type ResumeVerdict } from './resumePlan.ts';

/** How every (connection, table) that the settings select stands, according to the journal. */
export type Standing = Pick<
  ServiceStatus,
  | 'attention'
  | 'differing'
  | 'leftBehind'
  | 'formerConnections'
  | 'compareDue'
  | 'neverCopied'
  | 'hooks'
  | 'connections'
>;

/** The standing if the settings cannot be used, so that nothing is known. */
export const NO_STANDING: Standing = {
  attention: [],
  differing: [],
  leftBehind: [],
  formerConnections: [],
  compareDue: [],
  neverCopied: [],
  hooks: [],
  connections: 0,
};

export function standingOf(journal: ReadableJournal, settings: Settings, now: Date): Standing {
  const enabled = settings.connections.filter((one) => one.enabled).map((one) => one.id);
  return {
    attention: attention(journal, settings, now),
    differing: differences(journal, settings),
    leftBehind: enabled.flatMap((connection) =>
      droppedTables(journal, connection)
        .map((one) => ({ connection, ...one }))
        .filter(selectionOf(settings)),
    ),
    // A disabled connection is still in the settings.
    formerConnections: formerConnections(journal).filter(
      ({ connection }) => !settings.connections.some((one) => one.id === connection),
    ),
    compareDue: enabled.filter((id) => isCompareDue(journal, id)),
    neverCopied: enabled.filter((id) => !journal.hasSucceeded(id)),
    hooks: hookStandings(journal, settings),
    connections: enabled.length,
  };
}

/**
 * The moment up to which head office has all data: the oldest source snapshot among the latest successes of all selected
 * tables. Null where a table has had no success, or a connection's tables are not known.
 */
export function upToOf(journal: ReadableJournal, settings: Settings): string | null {
  return oldestOf(freshTables(journal, settings));
}

/**
 * The same for each enabled connection, with its tables, in the settings' order. A connection whose tables are not known has
 * none.
 */
export function freshTables(
  journal: ReadableJournal,
  settings: Settings,
): ReadonlyMap<string, readonly TableFreshness[]> {
  const isSelected = selectionOf(settings);
  const enabled = settings.connections.filter((one) => one.enabled);
  return new Map(enabled.map(({ id }) => [id, journal.freshness(id).filter(isSelected)]));
}

/** @param except tables that do not count; a connection of which none is left does not either */
export function oldestOf(
  tables: ReadonlyMap<string, readonly TableFreshness[]>,
  except: (table: TableName) => boolean = () => false,
): string | null {
  let oldest: string | null = null;
  for (const of of tables.values()) {
    if (of.length === 0) return null;
    for (const one of of) {
      if (except(one)) continue;
      if (one.at === null) return null;
      if (oldest === null || one.at < oldest) oldest = one.at;
    }
  }
  return oldest;
}

/** The unfinished and failed batches with tables that were not completed since; latest first. */
function attention(journal: ReadableJournal, settings: Settings, now: Date): readonly Attention[] {
  const isSelected = selectionOf(settings);
  const told = new Set<string>();
  return candidates(journal).flatMap((candidate): Attention[] => {
    const verdict = judge(candidate, settings, now.getTime());
    const { batch, open } = candidate;
    if (verdict.kind === 'superseded' || (candidate.left > 0 && open.length === 0)) return [];
    const rows = open.filter((row) => {
      const key = tableKey(row.connection, row.table_name);
      if (told.has(key) || !isSelected(nameOfRow(row))) return false;
      told.add(key);
      return true;
    });
    if (open.length > 0 && rows.length === 0) return [];
    const resumes = rows.filter(resumedBy(candidate, verdict));
    const failed = (of: readonly TableRow[]) => of.filter((row) => row.status === TableStatus.Failed);
    const left = failed(rows.filter((row) => !resumes.includes(row)));
    return [
      {
        batch,
        failed: left.map(nameOfRow),
        asking: left.filter((row) => needsConsent(row.error_code)).map(nameOfRow),
        retrying: failed(resumes).map(nameOfRow),
        openTables: rows.length,
        resumesAlone: verdict.kind === 'resume' && resumes.length === rows.length,
      },
    ];
  });
}

/** Which of a batch's open tables are resumed automatically. */
function resumedBy({ open }: Candidate, verdict: ResumeVerdict): (row: TableRow) => boolean {
  if (verdict.kind !== 'resume') return () => false;
  const tables = verdict.tables ?? open.map(nameOfRow);
  const keys = new Set(tables.map((one) => tableKey(one.connection, one.table)));
  return (row) => keys.has(tableKey(row.connection, row.table_name));
}

function differences(journal: ReadableJournal, settings: Settings): readonly Difference[] {
  const isSelected = selectionOf(settings);
  return journal.differing().flatMap((row): Difference[] => {
    const { connection, table_name: table, differs_since: since, result } = row;
    if (since === null || !isSelected({ connection, table })) return [];
    const failure = result === VerifyResult.Failed ? row.failure : null;
    return [{ connection, table, since, collides: collidingRows(row) > 0, failure }];
  });
}

/**
 * Whether the settings select a table: its connection is enabled and its name is selected. Earlier failures of tables that
 * were taken out of the settings no longer matter.
 */
export function selectionOf(settings: Pick<Settings, 'connections'>): (table: TableName) => boolean {
  const byConnection = new Map(
    settings.connections.flatMap((one) => {
      if (!one.enabled) return [];
      const named = compileNames(one.tables.map((entry) => (typeof entry === 'string' ? entry : entry.name)));
      const excluded = compileNames(one.exclude);
      const selects = (table: string): boolean => named(table) !== null && excluded(table) === null;
      return [[one.id, selects] as const];
    }),
  );
  return ({ connection, table, allTables }) => {
    const selects = byConnection.get(connection);
    return selects !== undefined && (allTables || selects(table));
  };
}
