import { useEffect, useMemo, useState } from 'react';
import type { Discovery } from '../../../../shared/contract.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { type SettingsBase, type SettingsEditor, useSettings } from '../../../data/useSettings.ts';
import { withTables } from '../model/changes.ts';
import { connectionsOf } from '../model/fields.ts';
import { choiceOf, readChoice, type TableChoice, totalsOf } from '../model/tableChoice.ts';

/** The choice of tables of one connection while a person edits it. */
export interface TableChoosing {
  readonly name: string;
  readonly schema: string;
  readonly choice: TableChoice;
  readonly touched: boolean;
  /** Undefined while the database is asked. */
  readonly found: Discovery | undefined;
  readonly error: Error | null;
  readonly looking: boolean;
  readonly chosen: ReturnType<typeof readChoice>;
  readonly totals: ReturnType<typeof totalsOf>;
  readonly settings: SettingsEditor;
  choose(choice: TableChoice): void;
  chooseSchema(schema: string): void;
  look(): void;
  save(): Promise<boolean>;
  reload(): Promise<void>;
}

const NO_TABLES: Discovery['tables'] = [];

export function useTableChoice(opened: SettingsBase, id: string): TableChoosing {
  const settings = useSettings();
  const [base, setBase] = useState(opened);
  const connection = connectionsOf(base.document).find((one) => one.id === id);
  const written = { schema: connection?.schema ?? 'public', choice: choiceOf(connection ?? {}) };
  const [now, setNow] = useState(written);
  const discovery = useCommand('discover', { quiet: true });
  const { mutate: discover } = discovery;

  const { schema, choice } = now;
  const [from] = useState(connection);
  useEffect(() => {
    if (from !== undefined) discover([{ kind: 'source', connection: { ...from, schema } }, null]);
  }, [from, schema, discover]);

  const chosen = useMemo(() => readChoice(choice), [choice]);
  const tables = discovery.data?.tables ?? NO_TABLES;
  const totals = useMemo(() => totalsOf(tables, chosen), [tables, chosen]);
  const touched = JSON.stringify(now) !== JSON.stringify(written);
  const take = (next: typeof now): void => {
    setNow(next);
    settings.forget();
  };
  return {
    name: connection?.label || id,
    schema,
    choice,
    touched,
    found: discovery.data,
    error: discovery.error,
    looking: discovery.isPending,
    chosen,
    totals,
    settings,
    choose: (next) => take({ schema, choice: next }),
    chooseSchema: (next) => take({ schema: next, choice }),
    look: () => {
      if (from !== undefined) discover([{ kind: 'source', connection: { ...from, schema } }, null]);
    },
    save: async () =>
      !touched || settings.save((document) => withTables(document, id, { schema, ...choice }), base),
    reload: async () => setBase(await settings.reload()),
  };
}
