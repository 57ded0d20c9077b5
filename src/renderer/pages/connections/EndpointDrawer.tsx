import { Button, Drawer } from '@mantine/core';
import type { SettingsBase } from '../../data/useSettings.ts';
import { useFocusBack } from '../../parts/useFocusBack.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import { EndpointEditor } from './form/EndpointEditor.tsx';
import { isTouched } from './form/formState.ts';
import { useEndpointForm } from './form/useEndpointForm.ts';
import type { Target } from './model/fields.ts';

/**
 * Adds or edits an endpoint beside the list of them.
 *
 * @param props.base the settings as they were when it was opened
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
  useFocusBack();
  // What was typed is not lost by a click beside it.
  const safe = !isTouched(form.state);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={titleOf(target)}
      closeOnClickOutside={safe}
      closeOnEscape={safe}
      closeButtonProps={{ 'aria-label': t('window.close') }}
    >
      <EndpointEditor
        form={form}
        save={t('window.save')}
        saveAgain={t('connectionsPage.saveAgain')}
        onSaved={onClose}
        cancel={
          <Button variant="default" onClick={onClose}>
            {t('window.cancel')}
          </Button>
        }
      />
    </Drawer>
  );

  function titleOf(of: Target): string {
    if (of.kind === 'central') return t('connectionsPage.central');
    return of.id === null ? t('connectionsPage.add') : t('connectionsPage.edit');
  }
}
