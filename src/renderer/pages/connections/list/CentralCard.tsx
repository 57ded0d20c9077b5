import type { SettingsFile } from '../../../../shared/settings.ts';
import type { PasswordPlace } from '../../../../shared/window/views.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { fieldsOf } from '../model/fields.ts';
import type { CardAsked } from '../useAsked.ts';
import { EndpointCard } from './EndpointCard.tsx';

const LAYOUTS = ['auto', 'stamp', 'merge', 'schema'] as const;

/** Head office, to where everything is copied. */
export function CentralCard({
  central,
  place,
  mayChange,
  onEdit,
  ...asked
}: CardAsked & {
  readonly central: SettingsFile['central'];
  readonly place: PasswordPlace | undefined;
  readonly mayChange: boolean;
  readonly onEdit: () => void;
}) {
  const t = useT();
  const fields = fieldsOf({ ...central });
  const layout = LAYOUTS.find((one) => one === fields.layout) ?? 'auto';
  return (
    <EndpointCard
      {...asked}
      title={fields.database || t('connectionsPage.noDatabase')}
      draft={{ kind: 'central', central }}
      place={place}
      mayChange={mayChange}
      onEdit={onEdit}
      facts={[[t('connectionsPage.field.layout'), t(`connectionsPage.layout.${layout}`)]]}
    />
  );
}
