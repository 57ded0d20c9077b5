import { useState } from 'react';
import type { ConnectionTestStep, TestProgress } from '../../../../shared/contract.ts';
import { readPastedAddress } from '../../../../shared/pastedAddress.ts';
import type { Draft } from '../../../../shared/settings.ts';
import { refusalOf, type SaveRefusal } from '../../../data/calls.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { type SettingsBase, type SettingsChange, useSettings } from '../../../data/useSettings.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { draftOf, withEdit } from '../model/changes.ts';
import { type FieldName, type Fields, fieldOfPath, missingIn, type Target } from '../model/fields.ts';
import {
  allWell,
  type FormPlace,
  failedStep,
  type OtherSchema,
  otherSchema,
  placeOfFailure,
} from '../model/testSteps.ts';
import {
  beginForm,
  type FormState,
  mayGuessSchema,
  needsTest,
  pathOf,
  rebase,
  setField,
  setPasted as withPasted,
} from './formState.ts';
import { useConnectionTest } from './useConnectionTest.ts';

/** The result of testing exactly the current contents of the form. */
interface Tested {
  readonly of: string;
  readonly steps: readonly ConnectionTestStep[];
}

/** A schema that a test has chosen, because the proposed one has no tables. */
export type Guessed = Pick<OtherSchema, 'schema' | 'elsewhere' | 'tables'>;

/** What the last pasted address has filled in. */
export interface Pasted {
  readonly withPassword: boolean;
  /** Names of parameters that have no field. */
  readonly unused: readonly string[];
}

export interface EndpointForm {
  readonly state: FormState;
  set(field: FieldName, value: string): void;
  setPassword(value: string): void;
  setSshSecret(value: string): void;
  /** Fills the fields from an address. @returns false if the text is none */
  paste(text: string): boolean;
  readonly pasted: Pasted | null;
  /** Why a field or secret is refused, or that the last test failed because of it; null if neither. */
  problem(place: FormPlace): string | null;
  /** A problem of the whole form, or of no field in it. */
  readonly refusal: SaveRefusal | null;
  /** Whether a problem elsewhere in the settings prevents saving. */
  readonly wrongElsewhere: boolean;
  /** The paths whose problems the fields show. */
  readonly shownPaths: readonly string[];
  /** The steps of the last test; null before. `stale` if the form was changed since. */
  readonly steps: readonly ConnectionTestStep[] | null;
  readonly stale: boolean;
  /** The test under way; null if there is none. */
  readonly progress: TestProgress | null;
  readonly guessed: Guessed | null;
  readonly draft: Draft;
  readonly testing: boolean;
  readonly saving: boolean;
  /** @param change made just before, for a remedy of the last test */
  test(change?: Partial<Fields>): Promise<boolean>;
  /** Tests first if needed; returns whether it was saved. */
  save(change?: Partial<Fields>): Promise<boolean>;
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
  const [guessed, setGuessed] = useState<Guessed | null>(null);
  const [pasted, setPasted] = useState<Pasted | null>(null);
  const [draftRefusal, setDraftRefusal] = useState<SaveRefusal | null>(null);
  const connection = useConnectionTest();
  const keeping = useCommand('setPassword', { quiet: true, secret: true });
  const keepingSsh = useCommand('setSshSecret', { quiet: true, secret: true });

  const draft = draftOf(state.base.document, state);
  const stale = tested !== null && tested.of !== textOf(state);
  const well = tested !== null && !stale && allWell(tested.steps);
  const prefix = pathOf(state.base.document, target);
  const missing = missingIn(state.fields, target.kind);
  const refusal = settings.refusal ?? draftRefusal;
  const reasons = refusal?.kind === 'invalid' ? refusal.problems : [];
  const ofForm = reasons.filter(({ path }) => refusal === draftRefusal || path.startsWith(prefix));
  const failed = tested !== null && !stale ? failedStep(tested.steps) : null;
  const marked = failed === null || tested === null ? null : placeOfFailure(tested.steps, state.fields);

  const clear = (): void => {
    settings.forget();
    setDraftRefusal(null);
  };
  const change = (next: FormState): void => {
    setState(next);
    setGuessed(null);
    clear();
  };

  /** Returns the form as it was tested in the end, if all went well. */
  const tryIt = async (form: FormState): Promise<FormState | null> => {
    setAsked(true);
    clear();
    if (missingIn(form.fields, target.kind).length > 0) return null;
    try {
      const steps = await connection.test(
        draftOf(form.base.document, form),
        typedPassword(form),
        typedSshSecret(form),
      );
      const other = mayGuessSchema(form) ? otherSchema(steps) : null;
      if (other !== null) {
        setGuessed(other);
        const next = setField(form, 'schema', other.elsewhere);
        setState(next);
        return tryIt(next);
      }
      setTested({ of: textOf(form), steps });
      return allWell(steps) ? form : null;
    } catch (error) {
      setDraftRefusal(refusalOf(error));
      return null;
    }
  };

  const write = async (form: FormState): Promise<boolean> => {
    setAsked(true);
    clear();
    if (missingIn(form.fields, target.kind).length > 0) return false;
    try {
      const own = draftOf(form.base.document, form);
      // Stored before the settings, so that whatever they start finds the password.
      const password = typedPassword(form);
      if (password !== null) await keeping.mutateAsync([own, password]);
      const sshSecret = typedSshSecret(form);
      if (sshSecret !== null) await keepingSsh.mutateAsync([own, sshSecret]);
    } catch (error) {
      setDraftRefusal(refusalOf(error));
      return false;
    }
    const edit = { target, initial: form.initial, fields: form.fields };
    return settings.save((document) => also(withEdit(document, edit)), form.base);
  };

  /** The form with a remedy of the last test. */
  const changed = (fields: Partial<Fields> | undefined): FormState => {
    if (fields === undefined) return state;
    const next = { ...state, fields: { ...state.fields, ...fields } };
    change(next);
    return next;
  };

  return {
    state,
    set: (field, value) => change(setField(state, field, value)),
    setPassword: (password) => change({ ...state, password }),
    setSshSecret: (sshSecret) => change({ ...state, sshSecret }),
    paste: (text) => {
      const address = readPastedAddress(text);
      if (address === null) return false;
      change(withPasted(state, address));
      setPasted({ withPassword: address.password !== null, unused: address.unused });
      return true;
    },
    pasted,
    problem: (place) => {
      if (asked && missing.some((one) => one === place)) return t('branchesPage.required');
      const refused = ofForm.find(({ path }) => fieldOfPath(path) === place)?.reason;
      if (refused !== undefined) return refused;
      if (failed === null || marked !== place || connection.testing) return null;
      return t('branchesPage.checkThis', { step: t(`branchesPage.step.${failed.step}`) });
    },
    refusal,
    wrongElsewhere: reasons.length > ofForm.length,
    shownPaths: ofForm.filter(({ path }) => fieldOfPath(path) !== null).map(({ path }) => path),
    steps: tested?.steps ?? null,
    stale,
    progress: connection.progress,
    guessed,
    draft,
    testing: connection.testing,
    saving: settings.saving || keeping.isPending || keepingSsh.isPending,
    test: async (fields) => (await tryIt(changed(fields))) !== null,
    save: async (fields) => {
      const form = changed(fields);
      const ready = fields === undefined && (!needsTest(form) || well) ? form : await tryIt(form);
      return ready === null ? false : write(ready);
    },
    saveAnyway: () => write(state),
    mayForce: tested !== null && !stale && !well && needsTest(state),
    reload: async () => {
      const newest = await settings.reload();
      setState((form) => rebase(form, newest));
    },
  };
}

/** What a test is about: the same text again needs no other test. */
function textOf(form: FormState): string {
  return JSON.stringify([draftOf(form.base.document, form), form.password, form.sshSecret]);
}

/** Null where nothing was typed, or the password comes from elsewhere. */
function typedPassword({ fields, password }: FormState): string | null {
  return fields.passwordFrom === 'kept' && password !== '' ? password : null;
}

/** What was typed for the SSH server; null where nothing was, or nothing is needed. */
function typedSshSecret({ fields, sshSecret }: FormState): string | null {
  return fields.ssh === 'yes' && fields.sshSignIn !== 'agent' && sshSecret !== '' ? sshSecret : null;
}
