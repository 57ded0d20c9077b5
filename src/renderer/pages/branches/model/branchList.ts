import type { ConnectionFile } from '../../../../shared/settings.ts';
import type { BranchState } from '../../../../window-api/views.ts';
import { connectionsOf, type Fields, fieldsOf } from './fields.ts';

/** A branch as the list shows it. */
export interface BranchLine {
  readonly id: string;
  readonly label: string;
  readonly connection: ConnectionFile;
  readonly fields: Fields;
  /** Null while it is not known, or where the settings cannot be used. */
  readonly standing: BranchState | null;
  readonly state: BranchState['state'];
}

/** From what needs a person most to what needs nobody. */
export const STATE_ORDER = [
  'failed',
  'differs',
  'late',
  'never',
  'up_to_date',
  'off',
] as const satisfies readonly BranchState['state'][];

/** States that need somebody. */
const TROUBLE: readonly BranchState['state'][] = ['failed', 'differs', 'late'];

/** The branches of the settings, those that need somebody first, then by name. */
export function branchLines(
  document: Parameters<typeof connectionsOf>[0],
  standings: readonly BranchState[] | undefined,
): readonly BranchLine[] {
  const known = new Map(standings?.map((one) => [one.connection, one]));
  return connectionsOf(document)
    .map((connection): BranchLine => {
      const { id, enabled = true } = connection;
      const standing = known.get(id) ?? null;
      const state = standing?.state ?? (enabled ? 'never' : 'off');
      const label = connection.label || id;
      return { id, label, connection, fields: fieldsOf({ ...connection }), standing, state };
    })
    .sort(
      (a, b) =>
        STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) ||
        COLLATOR.compare(a.label, b.label) ||
        COLLATOR.compare(a.id, b.id),
    );
}

/** `Branch 2` before `Branch 10`. */
const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Which branches are shown. */
export type Shown = 'all' | 'trouble' | 'never' | 'off';
export const SHOWN = ['all', 'trouble', 'never', 'off'] as const satisfies readonly Shown[];

function isShown({ state }: BranchLine, shown: Shown): boolean {
  if (shown === 'all') return true;
  return shown === 'trouble' ? TROUBLE.includes(state) : state === shown;
}

/** How many branches each choice shows. */
export function countShown(lines: readonly BranchLine[], shown: Shown): number {
  return lines.filter((one) => isShown(one, shown)).length;
}

/** @param search part of a name, id, server, database or schema; all words must be found */
export function searchBranches(
  lines: readonly BranchLine[],
  search: string,
  shown: Shown,
): readonly BranchLine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter((one) => {
    if (!isShown(one, shown)) return false;
    const { host, port, database, schema } = one.fields;
    const text = [one.label, one.id, `${host}:${port}`, database, schema].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
