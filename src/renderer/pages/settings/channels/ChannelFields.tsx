import { SimpleGrid, Stack } from '@mantine/core';
import { WEBHOOK_PLACEHOLDERS, WEBHOOK_TEMPLATES } from '../../../../shared/notifyNames.ts';
import { useT } from '../../../words/LanguageProvider.tsx';
import { AllowHttp, ChannelChoice, ChannelText, RareFields, SecretFields } from './ChannelFieldInput.tsx';
import type { ChannelEditor } from './useChannelForm.ts';

/** The fields of the channel that the form is of. */
export function ChannelFields({ editor }: { readonly editor: ChannelEditor }) {
  switch (editor.form.channel) {
    case 'email':
      return <EmailFields editor={editor} />;
    case 'webhook':
      return <WebhookFields editor={editor} />;
    case 'telegram':
      return <TelegramFields editor={editor} />;
    case 'ping':
      return <PingFields editor={editor} />;
  }
}

function EmailFields({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  return (
    <Stack gap="md">
      <ChannelText
        editor={editor}
        name="to"
        required
        rows={1}
        label={t('channelsPage.field.to')}
        description={t('channelsPage.note.to')}
      />
      <ChannelText editor={editor} name="from" required label={t('channelsPage.field.from')} />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <ChannelText editor={editor} name="host" required label={t('channelsPage.field.host')} />
        <ChannelText editor={editor} name="port" label={t('channelsPage.field.port')} />
      </SimpleGrid>
      <ChannelChoice
        editor={editor}
        name="security"
        label={t('channelsPage.field.security')}
        data={(['', 'starttls', 'tls', 'none'] as const).map((value) => ({
          value,
          label: t(`channelsPage.security.${value === '' ? 'auto' : value}`),
        }))}
      />
      <ChannelText
        editor={editor}
        name="user"
        label={t('channelsPage.field.user')}
        description={t('channelsPage.note.user')}
      />
      {editor.form.fields.user.trim() !== '' && <SecretFields editor={editor} />}
      <RareFields editor={editor} />
    </Stack>
  );
}

function WebhookFields({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  const { template } = editor.form.fields;
  return (
    <Stack gap="md">
      <ChannelChoice
        editor={editor}
        name="template"
        label={t('channelsPage.field.template')}
        data={[
          { value: '', label: t('channelsPage.template.none') },
          ...WEBHOOK_TEMPLATES.map((value) => ({ value, label: t(`channelsPage.template.${value}`) })),
        ]}
      />
      <ChannelText
        editor={editor}
        name="url"
        required
        label={t('channelsPage.field.url')}
        description={t('channelsPage.note.url')}
        placeholder="https://"
      />
      {(template === 'ntfy' || template === 'fonnte') && (
        <ChannelText
          editor={editor}
          name="recipients"
          required
          label={t(`channelsPage.recipients.${template}`)}
        />
      )}
      {template === '' && <OwnForm editor={editor} />}
      <ChannelText
        editor={editor}
        name="headers"
        rows={2}
        label={t('channelsPage.field.headers')}
        description={t('channelsPage.note.headers')}
        placeholder={HEADER_EXAMPLE}
      />
      <SecretFields editor={editor} />
      <AllowHttp editor={editor} />
      <RareFields editor={editor} />
    </Stack>
  );
}

/** As it is typed in every language. */
const HEADER_EXAMPLE = 'Authorization: ${NTFY_AUTH}';
const METHODS = ['POST', 'PUT', 'PATCH'];
const CONTENT_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'];

/** A form of the post of one's own. Without a body, the post is Branchline's own JSON. */
function OwnForm({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  const asThey = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
  return (
    <>
      <ChannelText
        editor={editor}
        name="body"
        rows={3}
        label={t('channelsPage.field.body')}
        description={t('channelsPage.note.body', {
          names: WEBHOOK_PLACEHOLDERS.map((name) => `{{${name}}}`).join(' '),
        })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <ChannelChoice
          editor={editor}
          name="method"
          label={t('channelsPage.field.method')}
          data={asThey(METHODS)}
        />
        {editor.form.fields.body.trim() !== '' && (
          <>
            <ChannelChoice
              editor={editor}
              name="contentType"
              label={t('channelsPage.field.contentType')}
              data={asThey(CONTENT_TYPES)}
            />
            <ChannelChoice
              editor={editor}
              name="markup"
              label={t('channelsPage.field.markup')}
              data={(['html', 'markdown', 'none'] as const).map((value) => ({
                value,
                label: t(`channelsPage.markup.${value}`),
              }))}
            />
          </>
        )}
      </SimpleGrid>
    </>
  );
}

function TelegramFields({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  return (
    <Stack gap="md">
      <ChannelText
        editor={editor}
        name="chatId"
        required
        label={t('channelsPage.field.chatId')}
        description={t('channelsPage.note.chatId')}
      />
      <SecretFields editor={editor} />
      <ChannelText editor={editor} name="threadId" label={t('channelsPage.field.threadId')} />
      <ChannelText editor={editor} name="apiUrl" label={t('channelsPage.field.apiUrl')} />
      <RareFields editor={editor} />
    </Stack>
  );
}

function PingFields({ editor }: { readonly editor: ChannelEditor }) {
  const t = useT();
  return (
    <Stack gap="md">
      <ChannelText
        editor={editor}
        name="url"
        required
        label={t('channelsPage.field.pingUrl')}
        description={t('channelsPage.note.url')}
        placeholder="https://"
      />
      <ChannelChoice
        editor={editor}
        name="style"
        label={t('channelsPage.field.style')}
        data={(['', 'healthchecks', 'uptime-kuma'] as const).map((value) => ({
          value,
          label: value === '' ? t('channelsPage.styleAuto') : value,
        }))}
      />
      <AllowHttp editor={editor} />
      <RareFields editor={editor} />
    </Stack>
  );
}
