import { useState } from 'react';
import type { ChannelTest } from '../../../../window-api/views.ts';
import { refusalOf, type SaveRefusal } from '../../../data/calls.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { type SettingsBase, useSettings } from '../../../data/useSettings.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import {
  type ChannelField,
  type ChannelForm,
  channelFieldOf,
  channelSettings,
  missingFields,
  withChannel,
} from './channelFields.ts';

export interface ChannelEditor {
  readonly form: ChannelForm;
  readonly first: ChannelForm;
  readonly touched: boolean;
  set(field: ChannelField, value: string): void;
  change(part: Partial<Pick<ChannelForm, 'enabled' | 'events' | 'digestAt'>>): void;
  readonly secret: string;
  setSecret(secret: string): void;
  /** Forgets the stored secret. */
  forget(): void;
  readonly forgetting: boolean;
  /** Why a field is refused, or null. */
  problem(field: ChannelField | 'events'): string | null;
  readonly refusal: SaveRefusal | null;
  /** The paths whose problems the fields show. */
  readonly shownPaths: readonly string[];
  /** What came of the last test of what is typed now; null if there was none. */
  readonly tested: ChannelTest | null;
  readonly testing: boolean;
  readonly saving: boolean;
  test(): Promise<boolean>;
  save(): Promise<boolean>;
  remove(): Promise<boolean>;
  reload(): Promise<void>;
}

/**
 * Edits one channel: typing, testing, saving.
 *
 * @param opened the settings and the channel's form when it was opened
 */
export function useChannelForm(opened: SettingsBase, first: ChannelForm): ChannelEditor {
  const t = useT();
  const settings = useSettings();
  const [base, setBase] = useState(opened);
  const [form, setForm] = useState(first);
  const [secret, setSecret] = useState('');
  const [asked, setAsked] = useState(false);
  const [tested, setTested] = useState<{ readonly of: string; readonly found: ChannelTest } | null>(null);
  const [draftRefusal, setDraftRefusal] = useState<SaveRefusal | null>(null);
  const testing = useCommand('testChannel', { quiet: true, secret: true });
  const keeping = useCommand('setChannelSecret', { quiet: true, secret: true });
  const forgetting = useCommand('setChannelSecret');

  const { channel } = first;
  const draft = { channel, settings: channelSettings(base.document, first, form) };
  const now = JSON.stringify([draft, secret]);
  const typedSecret = form.fields.secretFrom === 'kept' && secret !== '' ? secret : null;
  const missing = missingFields(form);
  const refusal = draftRefusal ?? settings.refusal;
  const problems = refusal?.kind === 'invalid' ? refusal.problems : [];
  const shown = problems.filter(({ path }) => channelFieldOf(channel, path) !== null);

  const clear = (): void => {
    settings.forget();
    setDraftRefusal(null);
  };
  const edit = (next: ChannelForm): void => {
    setForm(next);
    clear();
  };
  /** Does something with what is typed, once all that is needed is there. */
  const attempt = async (work: () => Promise<boolean>): Promise<boolean> => {
    setAsked(true);
    clear();
    if (missing.length > 0 || noTime(form) || noEvents(form)) return false;
    try {
      return await work();
    } catch (error) {
      setDraftRefusal(refusalOf(error));
      return false;
    }
  };

  return {
    form,
    first,
    touched: secret !== '' || JSON.stringify(form) !== JSON.stringify(first),
    set: (field, value) => edit({ ...form, fields: { ...form.fields, [field]: value } }),
    change: (part) => edit({ ...form, ...part }),
    secret,
    setSecret: (text) => {
      setSecret(text);
      clear();
    },
    forget: () => forgetting.mutate([draft, null]),
    forgetting: forgetting.isPending,
    problem: (field) => {
      if (asked && field === 'events' && noEvents(form)) return t('channelsPage.noEvents');
      if (asked && field !== 'events' && missing.includes(field)) return t('branchesPage.required');
      return shown.find(({ path }) => channelFieldOf(channel, path) === field)?.reason ?? null;
    },
    refusal,
    shownPaths: shown.map(({ path }) => path),
    tested: tested?.of === now ? tested.found : null,
    testing: testing.isPending,
    saving: settings.saving || keeping.isPending,
    test: () =>
      attempt(async () => {
        const found = await testing.mutateAsync([draft, typedSecret]);
        setTested({ of: now, found });
        return true;
      }),
    save: () =>
      attempt(async () => {
        // Stored before the settings, so that whatever they start finds the secret.
        if (typedSecret !== null) await keeping.mutateAsync([draft, typedSecret]);
        return settings.save((document) => withChannel(document, first, form), base);
      }),
    remove: () => settings.save((document) => withChannel(document, first, null), base),
    reload: async () => setBase(await settings.reload()),
  };
}

function noEvents({ channel, events }: ChannelForm): boolean {
  return channel !== 'ping' && events.length === 0;
}

/** Only a digest needs the time. */
function noTime({ events, digestAt }: ChannelForm): boolean {
  return events.includes('digest') && digestAt === '';
}
