import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { SettingsView } from '../../window-api/views.ts';
import { CALLS } from '../../window-api/windowApi.ts';
import { useReach } from './BridgeProvider.tsx';
import { ask, invalidate, keyOf, refusalOf, type SaveRefusal } from './calls.ts';
import { NOT_WRITTEN, type SettingsBase, type SettingsChange } from './settingsProblems.ts';
import { useCall } from './useCall.ts';

export type { SettingsBase, SettingsChange };

export interface SettingsEditor {
  readonly view: UseQueryResult<SettingsView>;
  /** The last read settings, for a form that opens: includes a save from a moment ago. */
  current(): SettingsBase;
  /**
   * Saves the changed document. Keep the person's input until this returns true.
   *
   * @param base what the form was filled from; default: the settings as last read
   * @returns whether it was saved; if not, `refusal` says why
   */
  save(change: SettingsChange, base?: SettingsBase): Promise<boolean>;
  readonly saving: boolean;
  readonly refusal: SaveRefusal | null;
  /** Reads the settings again and clears the refusal. */
  reload(): Promise<SettingsBase>;
  /** Clears the refusal, for example when a form closes. */
  forget(): void;
}

/** Reads and changes the settings as one document. */
export function useSettings(): SettingsEditor {
  const { bridge } = useReach();
  const queries = useQueryClient();
  const view = useCall('settings');
  const [saving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<SaveRefusal | null>(null);

  const current = useCallback(
    (): SettingsBase =>
      queries.getQueryData<SettingsView>(keyOf('settings')) ?? { document: null, revision: null },
    [queries],
  );
  const readAgain = useCallback(async (): Promise<SettingsBase> => {
    await invalidate(queries, CALLS.saveSettings.invalidates);
    return current();
  }, [queries, current]);

  const save = useCallback(
    async (change: SettingsChange, base: SettingsBase = current()): Promise<boolean> => {
      setSaving(true);
      setRefusal(null);
      try {
        const { document, revision } = base;
        await ask(bridge, 'saveSettings', [change(document ?? NOT_WRITTEN), revision]);
        await readAgain();
        return true;
      } catch (error) {
        setRefusal(refusalOf(error));
        return false;
      } finally {
        setSaving(false);
      }
    },
    [bridge, current, readAgain],
  );
  const reload = useCallback(async () => {
    setRefusal(null);
    return readAgain();
  }, [readAgain]);
  const forget = useCallback(() => setRefusal(null), []);
  return { view, current, save, saving, refusal, reload, forget };
}
