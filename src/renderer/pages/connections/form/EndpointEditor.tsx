import { Box, Button, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { SettingsBase } from '../../../data/useSettings.ts';
import { CancelButton, FormDrawer } from '../../../parts/FormDrawer.tsx';
import { FormButtons, SaveRefused } from '../../../parts/Refusals.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import type { Target } from '../model/fields.ts';
import { EndpointFields } from './EndpointFields.tsx';
import { isTouched } from './formState.ts';
import { TestSteps } from './TestSteps.tsx';
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
    if (refusals > 0) box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);
  const attempt = async (doing: Promise<boolean>, then?: () => void): Promise<void> => {
    if (await doing) then?.();
    else setRefusals((count) => count + 1);
  };
  return (
    <form
      ref={box}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void attempt(form.save(), onSaved);
      }}
    >
      <Stack gap="md">
        <div>
          <EndpointFields form={form} />
          <Box aria-live="polite" mt={form.testing || form.steps !== null ? 'md' : 0}>
            {form.testing && <Text size="sm">{t('connectionsPage.testing')}</Text>}
            {!form.testing && form.steps !== null && (
              <>
                {form.stale && (
                  <Text size="sm" c="dimmed">
                    {t('connectionsPage.testStale')}
                  </Text>
                )}
                <TestSteps
                  kind={target.kind}
                  steps={form.steps}
                  label={fields.label || fields.database}
                  draft={form.draft}
                  onAccepted={() => void form.test()}
                />
              </>
            )}
          </Box>
        </div>
        <SaveRefused refusal={form.refusal} shown={form.shownPaths} onReload={() => void form.reload()} />
        {form.wrongElsewhere && <Text size="sm">{t('connectionsPage.wrongElsewhere')}</Text>}
        <FormButtons back={back}>
          {cancel}
          {form.mayForce ? (
            <Button
              variant="default"
              disabled={busy}
              onClick={() => void attempt(form.saveAnyway(), onSaved)}
            >
              {t('connectionsPage.saveAnyway')}
            </Button>
          ) : (
            <Button
              variant="default"
              loading={form.testing}
              disabled={busy}
              onClick={() => void attempt(form.test())}
            >
              {t('connectionsPage.test')}
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

/**
 * A drawer to add or edit an endpoint.
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
  return (
    <FormDrawer title={titleOf(target)} touched={isTouched(form.state)} onClose={onClose}>
      <EndpointEditor
        form={form}
        save={t('window.save')}
        saveAgain={t('connectionsPage.saveAgain')}
        onSaved={onClose}
        cancel={<CancelButton onClick={onClose} />}
      />
    </FormDrawer>
  );

  function titleOf(of: Target): string {
    if (of.kind === 'central') return t('connectionsPage.central');
    return of.id === null ? t('connectionsPage.add') : t('connectionsPage.edit');
  }
}
