import { z } from 'zod';
import type { Draft, SettingsFile } from '../shared/settings.ts';
import { BatchStatus, BatchTrigger, Strategy } from '../shared/status.ts';
import type { CallName, Calls } from './calls.ts';

/** Longer than any name or id; bounds for what is compared, searched for and logged. */
const name = z.string().min(1).max(200);
const search = z.string().max(200);
const names = z.array(name).max(5000);
const tables = z.array(z.strictObject({ connection: name, table: name })).max(5000);
const nothing = z.tuple([]);

const scope = { connections: names.optional(), tables: names.optional() };

const password = z.string().max(1000).nullable();

/**
 * Only the outline: what is wrong inside is for settingsSchema to say, with path and reason, where the draft is used.
 */
const section = z.looseObject({});
const draft = z.union([
  z.strictObject({ kind: z.literal('source'), connection: section }),
  z.strictObject({ kind: z.literal('central'), central: section }),
]) as unknown as z.ZodType<Draft>;
const document = section as unknown as z.ZodType<SettingsFile>;

/** What the arguments of each call must look like. Whatever comes from a window is parsed by these first. */
export const ARGS: { readonly [C in CallName]: z.ZodType<Parameters<Calls[C]>> } = {
  setup: nothing,
  live: nothing,
  holder: nothing,
  history: z.tuple([
    z.strictObject({
      status: z.enum(BatchStatus).optional(),
      trigger: z.enum(BatchTrigger).optional(),
      connection: name.optional(),
      text: search.optional(),
      day: z.iso.date().optional(),
    }) as z.ZodType<Parameters<Calls['history']>[0]>,
    z.int().min(0).max(1_000_000),
    z.int().min(1).max(500),
  ]),
  days: z.tuple([z.int().min(1).max(366)]),
  batch: z.tuple([name]),
  tables: nothing,
  tableRuns: z.tuple([name, name, z.int().min(1).max(500)]),
  settings: nothing,
  schedules: nothing,
  previewCron: z.tuple([search, search]),
  sizes: nothing,
  bundle: nothing,
  runNow: z.tuple([
    z.strictObject({
      ...scope,
      strategy: z.enum(Strategy).optional(),
      allowDeletes: z.boolean().optional(),
    }) as z.ZodType<Parameters<Calls['runNow']>[0]>,
  ]),
  resume: z.tuple([
    name,
    z.strictObject({
      tables: tables.optional(),
      allowDeletes: z.boolean().optional(),
      acceptSources: names.optional(),
    }) as z.ZodType<Parameters<Calls['resume']>[1]>,
  ]),
  verify: z.tuple([
    z.strictObject({
      ...scope,
      only: tables.optional(),
      repair: z.boolean().optional(),
      allowDeletes: z.boolean().optional(),
    }) as z.ZodType<Parameters<Calls['verify']>[0]>,
  ]),
  answerCopy: z.tuple([z.enum(['keep', 'new']), name.nullable()]),
  pause: z.tuple([z.iso.datetime().nullable()]),
  unpause: nothing,
  stopRun: nothing,
  prune: z.tuple([z.boolean()]),
  testConnection: z.tuple([draft, password]),
  discover: z.tuple([draft, password]),
  setPassword: z.tuple([draft, password]),
  saveSettings: z.tuple([document, z.string().max(200).nullable()]),
  exportSettings: nothing,
  checkImport: z.tuple([z.string().max(5_000_000)]),
  setStartAtLogin: z.tuple([z.boolean()]),
  testNotification: nothing,
  startDemo: nothing,
};
