import { useState } from 'react';
import type { ConnectionTestStep } from '../../../../shared/contract.ts';
import type { Draft } from '../../../../shared/settings.ts';
import { refusalOf, type SaveRefusal } from '../../../data/calls.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { type SettingsBase, type SettingsChange, useSettings } from '../../../data/useSettings.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { rememberTest } from '../lastTests.ts';
import { draftOf, withEdit } from '../model/changes.ts';
import { type FieldName, fieldOfPath, missingIn, type Target } from '../model/fields.ts';
import { allWell } from '../model/testSteps.ts';
import { beginForm, type FormState, needsTest, pathOf, rebase, setField } from './formState.ts';

/** The result of testing exactly the current contents of the form. */
interface Tested {
  readonly of: string;
  readonly steps: readonly ConnectionTestStep[];
}

export interface EndpointForm {
  readonly state: FormState;
  set(field: FieldName, value: string): void;
  setPassword(value: string): void;
  setSshSecret(value: string): void;
  /** Why a field is refused; null if it is not. */
  problem(field: FieldName): string | null;
  /** A problem of the whole form, or of no field in it. */
  readonly refusal: SaveRefusal | null;
  /** Whether a problem elsewhere in the settings prevents saving. */
  readonly wrongElsewhere: boolean;
  /** The paths whose problems the fields show. */
  readonly shownPaths: readonly string[];
  /** The steps of the last test; null before. `stale` if the form was changed since. */
  readonly steps: readonly ConnectionTestStep[] | null;
  readonly stale: boolean;
  readonly draft: Draft;
  readonly testing: boolean;
  readonly saving: boolean;
  test(): Promise<boolean>;
  /** Tests first if needed; returns whether it was saved. */
  save(): Promise<boolean>;
  /** Saves without a test, because the person decided to. */
  saveAnyway(): Promise<boolean>;
  /** Whether the person may save despite a failed test. */
  readonly mayForce: boolean;
  /** Applies the current settings under what was typed. */
  reload(): Promise<void>;
}

/**
 * Edits one endpoint: typing, testing, saving.
 *
 * @param also other changes that are saved with it
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
  const keepingSsh = useCommand('setSshSecret', { quiet: true });

  const draft = draftOf(state.base.document, state);
  const now = JSON.stringify([draft, state.password, state.sshSecret]);
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
      const steps = await testing.mutateAsync([draft, typed, typedSshSecret(state)]);
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
      // Stored before the settings, so that whatever they start finds the password.
      if (state.fields.passwordFrom === 'kept' && state.password !== '')
        await keeping.mutateAsync([draft, state.password]);
      const sshSecret = typedSshSecret(state);
      if (sshSecret !== null) await keepingSsh.mutateAsync([draft, sshSecret]);
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
    setSshSecret: (sshSecret) => change({ ...state, sshSecret }),
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
    saving: settings.saving || keeping.isPending || keepingSsh.isPending,
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

/** What was typed for the SSH server; null where nothing was, or nothing is needed. */
function typedSshSecret({ fields, sshSecret }: FormState): string | null {
  return fields.ssh === 'yes' && fields.sshSignIn !== 'agent' && sshSecret !== '' ? sshSecret : null;
}
