import {
  type BranchPlan,
  importBranches,
  type PlannedBranch,
  planBranches,
} from '../core/probe/branchImport.ts';
import { type TestItem, testMany } from '../core/probe/testMany.ts';
import { fileStore } from '../core/settings/change.ts';
import { readSettingsDocument } from '../core/settings/document.ts';
import type { Language } from '../shared/texts/language.ts';
import type { BranchLineView } from '../window-api/views.ts';
import type { TestReports } from './live/testReports.ts';
import type { Answerers, WindowAppHost } from './windowApp.ts';

type BranchImports = Pick<Answerers, 'readBranches' | 'testBranches' | 'stopTests' | 'importBranches'>;

/**
 * Many branches at once: from a table, or all of the settings.
 *
 * @param closed aborted when nobody can receive an answer any more
 * @param changed called after the settings were saved
 */
export function createBranchImports(
  { folder, service, settingsStore = fileStore(folder) }: WindowAppHost,
  language: () => Language,
  closed: AbortSignal,
  reports: Pick<TestReports, 'of' | 'ended'>,
  changed: () => void,
): BranchImports {
  /** The tests under way, by the names that windows gave them. */
  const running = new Map<string, AbortController>();
  const plan = (text: string): BranchPlan => planBranches(folder, text, language());
  return {
    readBranches: (text) => {
      const { columns, unused, branches } = plan(text);
      return { columns, unused, branches: branches.map(viewOf) };
    },
    testBranches: async (name, what) => {
      const items =
        'text' in what ? itemsOf(plan(what.text), what.lines) : savedItems(folder, what.connections);
      const own = new AbortController();
      running.set(name, own);
      const stop = AbortSignal.any([closed, own.signal]);
      const nameOf = (key: string): string => `${name}/${key}`;
      try {
        const found = await testMany(
          folder,
          items,
          (key, progress) => reports.of(nameOf(key))(progress),
          language(),
          stop,
        );
        return Object.fromEntries(found);
      } finally {
        running.delete(name);
        for (const { key } of items) reports.ended(nameOf(key));
      }
    },
    stopTests: (name) => {
      running.get(name)?.abort();
      return null;
    },
    importBranches: async (text, lines) => {
      const outcomes = await importBranches(folder, plan(text), lines, settingsStore, language());
      service?.wake();
      changed();
      return outcomes;
    },
  };
}

const NOWHERE = { host: '', port: 5432, database: '' };

function viewOf({ line, connection, password, state, problems }: PlannedBranch): BranchLineView {
  const { id, label = '', schema = 'public' } = connection;
  // A table's address was taken apart.
  const { host, port = 5432, database } = 'url' in connection ? NOWHERE : connection;
  return {
    line,
    id,
    label: label || id,
    place: `${host}:${port} / ${database}`,
    schema,
    hasPassword: password !== null,
    state,
    problems,
  };
}

function itemsOf(
  { branches }: BranchPlan,
  lines: readonly { readonly line: number; readonly schema?: string }[],
): readonly TestItem[] {
  const schemas = new Map(lines.map(({ line, schema }) => [line, schema]));
  return branches.flatMap(({ line, connection, password, state }): TestItem[] => {
    if (!schemas.has(line) || state === 'wrong') return [];
    const schema = schemas.get(line);
    const tested = schema === undefined ? connection : { ...connection, schema };
    return [{ key: String(line), draft: { kind: 'source', connection: tested }, password }];
  });
}

function savedItems(folder: string, ids: readonly string[]): readonly TestItem[] {
  const { document } = readSettingsDocument(folder);
  const wanted = new Set(ids);
  return (document?.connections ?? [])
    .filter(({ id }) => wanted.has(id))
    .map((connection) => ({ key: connection.id, draft: { kind: 'source', connection }, password: null }));
}
