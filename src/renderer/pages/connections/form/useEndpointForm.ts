import { useState } from 'react';
import type { ConnectionTestStep } from '../../../../shared/contract.ts';
import type { Draft } from '../../../../shared/settings.ts';
import { refusalOf, type SaveRefusal } from '../../../data/refused.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { type SettingsBase, type SettingsChange, useSettings } from '../../../data/useSettings.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { rememberTest } from '../lastTests.ts';
import { draftOf, withEdit } from '../model/changes.ts';
import { type FieldName, fieldOfPath, missingIn, type Target } from '../model/fields.ts';
import { allWell } from '../model/testSteps.ts';
import { beginForm, type FormState, needsTest, pathOf, rebase, setField } from './formState.ts';

/** What a test of exactly what stands in the form came to. */
interface Tested {
  readonly of: string;
  readonly steps: readonly ConnectionTestStep[];
}

export interface EndpointForm {
  readonly state: FormState;
  set(field: FieldName, value: string): void;
  setPassword(value: string): void;
  /** Why a field is refused; null where it is not. */
  problem(field: FieldName): string | null;
  /** What is wrong with no field of the form, or with all of them. */
  readonly refusal: SaveRefusal | null;
  /** What stands elsewhere in the settings keeps this form from being saved. */
  readonly wrongElsewhere: boolean;
  /** The paths whose problems the fields show. */
  readonly shownPaths: readonly string[];
  /** The steps of the last test; null before. Of what stood in the form before a change: `stale`. */
  readonly steps: readonly ConnectionTestStep[] | null;
  readonly stale: boolean;
  readonly draft: Draft;
  readonly testing: boolean;
  readonly saving: boolean;
  test(): Promise<boolean>;
  /** Tries first what must be tried; says whether it was saved. */
  save(): Promise<boolean>;
  /** Without a test: what a person has decided. */
  saveAnyway(): Promise<boolean>;
  /** What stands here is saved after a test only, and that has failed: whether to save it is for the person to decide. */
  readonly mayForce: boolean;
  /** The settings as they are now come under what was typed. */
  reload(): Promise<void>;
}

/**
 * Edits one endpoint: what is typed, the test of it, and its way into the settings.
 *
 * @param also what else is written with it
 */
export function useEndpointForm(
  base: SettingsBase,
  target: Target,
  also: SettingsChange = (document) => document,
): EndpointForm {
  const t = useT();
  const settings = useSettings();
  const [state, setState] = useState(() => beginForm(base, target));
  const [asked, setAsked] = useState(false);
  const [tested, setTested] = useState<Tested | null>(null);
  const [draftRefusal, setDraftRefusal] = useState<SaveRefusal | null>(null);
  const testing = useCommand('testConnection', { quiet: true });
  const keeping = useCommand('setPassword', { quiet: true });

  const draft = draftOf(state.base.document, state);
  const now = JSON.stringify([draft, state.password]);
  const stale = tested !== null && tested.of !== now;
  const well = tested !== null && !stale && allWell(tested.steps);
  const prefix = pathOf(state.base.document, target);
  const missing = missingIn(state.fields, target.kind);
  const refusal = settings.refusal ?? draftRefusal;
  const reasons = refusal?.kind === 'invalid' ? refusal.problems : [];
  const ofForm = reasons.filter(({ path }) => refusal === draftRefusal || path.startsWith(prefix));

  const clear = (): void => {
    settings.forget();
    setDraftRefusal(null);
  };
  const change = (next: FormState): void => {
    setState(next);
    clear();
  };

  const test = async (): Promise<boolean> => {
    setAsked(true);
    clear();
    if (missing.length > 0) return false;
    try {
      const typed = state.fields.passwordFrom === 'kept' && state.password !== '' ? state.password : null;
      const steps = await testing.mutateAsync([draft, typed]);
      setTested({ of: now, steps });
      rememberTest(draft, steps);
      return allWell(steps);
    } catch (error) {
      setDraftRefusal(refusalOf(error));
      return false;
    }
  };

  const write = async (): Promise<boolean> => {
    setAsked(true);
    clear();
    if (missing.length > 0) return false;
    try {
      // Before the settings: whatever they set going finds its password.
      if (state.fields.passwordFrom === 'kept' && state.password !== '')
        await keeping.mutateAsync([draft, state.password]);
    } catch (error) {
      setDraftRefusal(refusalOf(error));
      return false;
    }
    const edit = { target, initial: state.initial, fields: state.fields };
    return settings.save((document) => also(withEdit(document, edit)), state.base);
  };

  return {
    state,
    set: (field, value) => change(setField(state, field, value)),
    setPassword: (password) => change({ ...state, password }),
    problem: (field) => {
      if (asked && missing.includes(field)) return t('connectionsPage.required');
      return ofForm.find(({ path }) => fieldOfPath(path) === field)?.reason ?? null;
    },
    refusal,
    wrongElsewhere: reasons.length > ofForm.length,
    shownPaths: ofForm.filter(({ path }) => fieldOfPath(path) !== null).map(({ path }) => path),
    steps: tested?.steps ?? null,
    stale,
    draft,
    testing: testing.isPending,
    saving: settings.saving || keeping.isPending,
    test,
    save: async () => (!needsTest(state) || well || (await test()) ? write() : false),
    saveAnyway: write,
    mayForce: tested !== null && !stale && !well && needsTest(state),
    reload: async () => {
      const newest = await settings.reload();
      setState((form) => rebase(form, newest));
    },
  };
}
