import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { SettingsView } from '../../shared/window/views.ts';
import { useReach } from './BridgeProvider.tsx';
import { keyOf } from './keys.ts';
import { ask } from './refused.ts';
import { refusalOf, type SaveRefusal } from './saveRefusal.ts';
import { NOT_WRITTEN, type SettingsBase, type SettingsChange } from './settingsDocument.ts';
import { useCall } from './useCall.ts';

export type { SettingsBase, SettingsChange };

export interface SettingsEditor {
  readonly view: UseQueryResult<SettingsView>;
  /**
   * Sends the changed document. What a person typed is theirs to keep until this says true.
   *
   * @param base what the form was filled from; without it the settings as they were read last
   * @returns whether it was saved; if not, `refusal` says why
   */
  save(change: SettingsChange, base?: SettingsBase): Promise<boolean>;
  readonly saving: boolean;
  readonly refusal: SaveRefusal | null;
  /** Reads the settings anew, and forgets the refusal. */
  reload(): Promise<SettingsBase>;
  /** Forgets the refusal, as when a form is closed. */
  forget(): void;
}

/** Reads and changes the settings as one document. */
export function useSettings(): SettingsEditor {
  const { bridge } = useReach();
  const queries = useQueryClient();
  const view = useCall('settings');
  const [saving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<SaveRefusal | null>(null);

  /** Not left to the event alone: the next change needs the new revision. */
  const readAgain = useCallback(async (): Promise<SettingsBase> => {
    void queries.invalidateQueries({ queryKey: ['setup'] });
    await queries.invalidateQueries({ queryKey: ['settings'] });
    return queries.getQueryData<SettingsView>(keyOf('settings')) ?? { document: null, revision: null };
  }, [queries]);

  const read = view.data;
  const save = useCallback(
    async (change: SettingsChange, base: SettingsBase | undefined = read): Promise<boolean> => {
      setSaving(true);
      setRefusal(null);
      try {
        const { document, revision } = base ?? { document: null, revision: null };
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
    [bridge, read, readAgain],
  );
  const reload = useCallback(async () => {
    setRefusal(null);
    return readAgain();
  }, [readAgain]);
  const forget = useCallback(() => setRefusal(null), []);
  return { view, save, saving, refusal, reload, forget };
}
