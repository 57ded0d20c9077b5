import { Box, Button, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { visible } from '../../../../shared/visible.ts';
import type { SettingsBase } from '../../../data/useSettings.ts';
import { CancelButton, FormDrawer } from '../../../parts/FormDrawer.tsx';
import { FormButtons, SaveRefused } from '../../../parts/Refusals.tsx';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { connectionsOf, type Fields, type Target } from '../model/fields.ts';
import { EndpointFields } from './EndpointFields.tsx';
import { isTouched } from './formState.ts';
import { TestSteps } from './TestSteps.tsx';
import { TestingNow, TestVerdict } from './TestVerdict.tsx';
import { type EndpointForm, useEndpointForm } from './useEndpointForm.ts';

/**
 * The form of one endpoint: its fields, the test result, why it was not saved, and the possible actions.
 *
 * @param props.save label of the button that tests and saves
 * @param props.saveAgain the same after a failed test
 * @param props.onSaved called after it was saved
 * @param props.back the button that leads back
 * @param props.cancel the button that closes the form
 */
export function EndpointEditor({
  form,
  save,
  saveAgain = save,
  onSaved,
  back,
  cancel,
}: {
  readonly form: EndpointForm;
  readonly save: string;
  readonly saveAgain?: string;
  readonly onSaved: () => void;
  readonly back?: ReactNode;
  readonly cancel?: ReactNode;
}) {
  const t = useT();
  const { target, fields } = form.state;
  const busy = form.testing || form.saving;
  const box = useRef<HTMLFormElement>(null);
  /** Number of refused attempts, which triggers the effect below. */
  const [refusals, setRefusals] = useState(0);
  useEffect(() => {
    // The field to correct may be out of sight.
    const field = refusals > 0 ? box.current?.querySelector<HTMLElement>('[aria-invalid="true"]') : null;
    field?.focus({ preventScroll: true });
    // Not at the edge, where the verdict above the buttons would cover it.
    field?.scrollIntoView({ block: 'center' });
  }, [refusals]);
  /** What a remedy of a failed test continues. */
  const wanted = useRef<'test' | 'save'>('test');
  const attempt = async (doing: Promise<boolean>, then?: () => void): Promise<void> => {
    if (await doing) then?.();
    else setRefusals((count) => count + 1);
  };
  const test = (change?: Partial<Fields>): void => {
    wanted.current = 'test';
    void attempt(form.test(change));
  };
  const keep = (change?: Partial<Fields>): void => {
    wanted.current = 'save';
    void attempt(form.save(change), onSaved);
  };
  const again = (change?: Partial<Fields>): void => (wanted.current === 'save' ? keep(change) : test(change));
  return (
    <form
      ref={box}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) keep();
      }}
    >
      <Stack gap="md">
        <div>
          <EndpointFields form={form} />
          {form.progress === null && form.steps !== null && (
            <Box mt="md">
              <TestSteps kind={target.kind} steps={form.steps} />
            </Box>
          )}
        </div>
        <SaveRefused refusal={form.refusal} shown={form.shownPaths} onReload={() => void form.reload()} />
        {form.wrongElsewhere && <Text size="sm">{t('branchesPage.wrongElsewhere')}</Text>}
        <FormButtons
          back={back}
          said={<Said form={form} label={fields.label || fields.database} onAgain={again} />}
        >
          {cancel}
          {form.mayForce ? (
            <Button
              variant="default"
              disabled={busy}
              onClick={() => void attempt(form.saveAnyway(), onSaved)}
            >
              {t('branchesPage.saveAnyway')}
            </Button>
          ) : (
            <Button variant="default" loading={form.testing} disabled={busy} onClick={() => test()}>
              {t('branchesPage.test')}
            </Button>
          )}
          <Button type="submit" loading={busy}>
            {form.mayForce ? saveAgain : save}
          </Button>
        </FormButtons>
      </Stack>
    </form>
  );
}

/** What the test under way, or the last one, says. Beside the buttons, so that it is always in sight. */
function Said({
  form,
  label,
  onAgain,
}: {
  readonly form: EndpointForm;
  readonly label: string;
  readonly onAgain: (change?: Partial<Fields>) => void;
}) {
  const t = useT();
  const format = useFormat();
  const { progress, steps, stale, guessed } = form;
  return (
    <Box aria-live="polite">
      {progress !== null && (
        <Stack gap={4}>
          <TestingNow progress={progress} />
          <TestSteps kind={form.state.target.kind} {...progress} />
        </Stack>
      )}
      {progress === null && steps !== null && (
        <Stack gap={4}>
          {stale && (
            <Text size="sm" c="dimmed">
              {t('branchesPage.testStale')}
            </Text>
          )}
          <TestVerdict
            steps={steps}
            label={label}
            draft={form.draft}
            onAccepted={() => onAgain()}
            onSchema={(schema) => onAgain({ schema })}
            onWithoutTls={() => onAgain({ sslmode: 'prefer' })}
          />
        </Stack>
      )}
      {guessed !== null && (
        <Text size="sm">
          {t('branchesPage.schemaGuessed', {
            schema: visible(guessed.schema),
            elsewhere: visible(guessed.elsewhere),
            count: guessed.tables,
            tables: format.count(guessed.tables),
          })}
        </Text>
      )}
    </Box>
  );
}

/** The display name of the branch that a new one is a copy of. */
function nameOf({ document }: SettingsBase, target: Target): string {
  if (target.kind === 'central' || target.copyOf === undefined) return '';
  const copied = connectionsOf(document).find(({ id }) => id === target.copyOf);
  return visible(copied?.label || target.copyOf);
}

/**
 * A drawer to add an endpoint.
 *
 * @param props.base the settings when it was opened
 */
export function EndpointDrawer({
  base,
  target,
  onClose,
}: {
  readonly base: SettingsBase;
  readonly target: Target;
  readonly onClose: () => void;
}) {
  const t = useT();
  const form = useEndpointForm(base, target);
  const name = nameOf(base, target);
  return (
    <FormDrawer title={titleOf(target)} touched={isTouched(form.state)} onClose={onClose}>
      <EndpointEditor
        form={form}
        save={t('window.save')}
        saveAgain={t('branchesPage.saveAgain')}
        onSaved={onClose}
        cancel={<CancelButton onClick={onClose} />}
      />
    </FormDrawer>
  );

  function titleOf(of: Target): string {
    if (of.kind === 'central') return t('branchesPage.central');
    return of.copyOf === undefined ? t('branchesPage.add') : t('branchesPage.duplicateOf', { name });
  }
}
