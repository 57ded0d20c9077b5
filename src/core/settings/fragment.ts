import { z } from 'zod';
import type { Settings, SettingsFile } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { updateSettings } from './change.ts';

/*
 * The only settings that a request of head office may change. A list of what is allowed, not of what is forbidden: a
 * setting of a later version is out until somebody has thought about it. What is left out, and why, is in
 * docs/requests.md.
 */

const fragmentTables = z
  .array(
    z.union([
      z.string(),
      // Without `allowDeletes`, which is a consent.
      z.strictObject({ name: z.string(), strategy: z.string().optional(), cursor: z.unknown().optional() }),
    ]),
  )
  .max(5000);

const fragment = z.strictObject({
  /** Of the connection that the request is for. */
  connection: z
    .strictObject({
      tables: fragmentTables.optional(),
      exclude: z.array(z.string()).max(5000).optional(),
      enabled: z.boolean().optional(),
    })
    .optional(),
  /** Takes the place of all schedules. */
  schedules: z.array(z.record(z.string(), z.unknown())).max(100).optional(),
  sync: z
    .strictObject({
      parallelTables: z.unknown(),
      chunkRows: z.unknown(),
      chunkBytes: z.unknown(),
      chunkSeconds: z.unknown(),
      maxSnapshotMinutes: z.unknown(),
      bandwidthKbps: z.unknown(),
      bandwidthHours: z.unknown(),
      headOfficePatienceMinutes: z.unknown(),
      verifyEveryDays: z.unknown(),
    })
    .partial()
    .optional(),
  resume: z
    .strictObject({ auto: z.unknown(), maxAttempts: z.unknown(), maxAgeHours: z.unknown() })
    .partial()
    .optional(),
});

/** A part of the settings that may come from head office. Its values are checked with the whole of the settings. */
export type SettingsFragment = z.output<typeof fragment>;

/** @returns null where it has anything that must not come from head office */
export function fragmentOf(value: unknown): SettingsFragment | null {
  return fragment.safeParse(value).data ?? null;
}

/**
 * Writes a fragment into the settings. Groups are merged, lists are replaced; everything else in the file stays.
 *
 * @throws UsageError `settings_invalid` before anything is written, and as {@link updateSettings}
 */
export function applyFragment(
  folder: string,
  connection: string,
  { connection: part, schedules, sync, resume }: SettingsFragment,
  language: Language = 'en',
): Settings {
  // The whole is checked before it is written, so that a wrong value of a fragment gets no further than that.
  const change = (current: SettingsFile): SettingsFile =>
    ({
      ...current,
      ...(part !== undefined && {
        connections: current.connections.map((one) =>
          one.id === connection ? { ...one, ...part, ...withConsents(one, part.tables) } : one,
        ),
      }),
      ...(schedules !== undefined && { schedules }),
      ...(sync !== undefined && { sync: { ...current.sync, ...sync } }),
      ...(resume !== undefined && { resume: { ...current.resume, ...resume } }),
    }) as SettingsFile;
  return updateSettings(folder, change, language);
}

/**
 * A new list of tables with the consents to deletes of the old one: `allowDeletes` is the branch's to give, and to take
 * back.
 */
function withConsents(
  { tables: before = [] }: SettingsFile['connections'][number],
  tables: z.output<typeof fragmentTables> | undefined,
): { readonly tables?: readonly unknown[] } {
  if (tables === undefined) return {};
  const consents = new Map(
    before.flatMap((one) =>
      typeof one === 'string' || one.allowDeletes === undefined
        ? []
        : [[one.name, one.allowDeletes] as const],
    ),
  );
  return {
    tables: tables.map((one) => {
      const given = typeof one === 'string' ? { name: one } : one;
      const allowDeletes = consents.get(given.name);
      return allowDeletes === undefined ? one : { ...given, allowDeletes };
    }),
  };
}
