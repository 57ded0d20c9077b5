import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { SettingsFile } from '../../shared/settings.ts';

/**
 * The settings to write, with the hooks that the file has. Hooks run SQL and programs, so nothing that Branchline saves may
 * add, change or remove one: no window, import or request of head office. Everything that writes `settings.json` calls
 * this, however the change came about, so that a new way to save is safe without knowing of hooks.
 *
 * @param earlier the file's value; undefined if there is none
 * @param next settings without `hooks` keep those of the file
 * @throws UsageError `hooks_by_hand` if `next` has other hooks than the file
 */
export function withHooksOf(file: string, earlier: unknown, next: SettingsFile): SettingsFile {
  const before = hooksIn(earlier);
  if (next.hooks === undefined) return before === undefined ? next : { ...next, hooks: before };
  if (sameHooks(earlier, next)) return next;
  throw new UsageError(UsageCode.HooksByHand, { file });
}

/** Whether two settings, as written, have the same hooks. */
export function sameHooks(one: unknown, other: unknown): boolean {
  return written(hooksIn(one)) === written(hooksIn(other));
}

function hooksIn(settings: unknown): SettingsFile['hooks'] {
  // Compared and written back as they are; the schema has checked what is written.
  return isRecord(settings) && Object.hasOwn(settings, 'hooks')
    ? (settings.hooks as SettingsFile['hooks'])
    : undefined;
}

/** Equal for equal hooks, in whatever order their keys are; no hooks at all can be written in three ways. */
function written(hooks: unknown): string {
  const all =
    isRecord(hooks) && Object.keys(hooks).every((key) => key === 'afterBatch') ? hooks.afterBatch : hooks;
  if (all === undefined || (Array.isArray(all) && all.length === 0)) return '';
  return JSON.stringify(all, (_, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
