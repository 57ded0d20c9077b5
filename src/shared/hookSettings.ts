import { z } from 'zod';
import { text } from './settingsText.ts';

/** When a hook runs. `changed`: if rows were written, also by an earlier batch whose hook did not succeed. */
export const HOOK_WHEN = ['success', 'failure', 'always', 'changed'] as const;

/** What keeps a name of a hook short enough for a notification. */
const LONGEST_NAME = 60;

/** One statement, or a list of them. Not a union, so that each problem has its own path. */
const statements = z.custom<string | readonly string[]>().transform((raw: unknown, context) => {
  const isOne = typeof raw === 'string';
  const parsed = z
    .array(text)
    .min(1)
    .max(100)
    .safeParse(isOne ? [raw] : raw);
  for (const issue of parsed.error?.issues ?? [])
    context.issues.push({ ...issue, input: undefined, path: isOne ? [] : issue.path });
  return parsed.success ? parsed.data : z.NEVER;
});

const argument = z.string().refine((one) => !one.includes('\0'), {
  error: 'must not have a null character',
  params: { reason: 'null_character' },
});

const hook = z
  .strictObject({
    /** What logs and notifications call it. Default: the beginning of its SQL, or its program. */
    name: text.max(LONGEST_NAME).optional(),
    /** Statements for head office, each in a transaction of its own. */
    sql: statements.optional(),
    /** A program and its arguments, run without a shell. */
    command: z.tuple([text], argument).optional(),
    /** The connections whose tables count; `*` means all. */
    connections: z.array(z.string().min(1)).min(1).default(['*']),
    when: z.enum(HOOK_WHEN).default('success'),
    /** For all of it: connecting, statements, the program and what it starts. */
    timeoutSeconds: z.int().min(1).max(86_400).default(300),
  })
  .superRefine(({ sql, command }, context) => {
    if ((sql === undefined) !== (command === undefined)) return;
    const params = { reason: 'hook_one_of' };
    context.addIssue({ code: 'custom', message: 'needs one of "sql" and "command"', params });
  });

/** What runs after a batch. Only whoever may write `settings.json` can change it: see core/settings/hooksGuard.ts. */
export const hooksSchema = z.lazy(() =>
  z.strictObject({
    afterBatch: z
      .array(hook)
      .max(50)
      .default([])
      .superRefine((hooks, context) => {
        const seen = new Set<string>();
        hooks.forEach((one, index) => {
          const name = hookName(one);
          const params = { reason: 'duplicate_id', id: name };
          if (seen.has(name))
            context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is there twice', params });
          seen.add(name);
        });
      }),
  }),
);

export type HookSettings = z.output<typeof hook>;

/** The name of a hook, by which its outcome is remembered. */
export function hookName({ name, sql, command }: Pick<HookSettings, 'name' | 'sql' | 'command'>): string {
  if (name !== undefined) return name;
  const said = sql?.[0] ?? command?.[0].split(/[\\/]/).at(-1) ?? '';
  const line = said.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_NAME ? `${line.slice(0, LONGEST_NAME - 1)}…` : line;
}
