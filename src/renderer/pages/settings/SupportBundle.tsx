import { Accordion, Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { strToU8, zipSync } from 'fflate';
import { useState } from 'react';
import { visibleLines } from '../../../shared/visible.ts';
import type { BundleFile } from '../../../window-api/views.ts';
import { useCall } from '../../data/useCall.ts';
import { Answered } from '../../parts/Page.tsx';
import { FormButtons } from '../../parts/SaveRefused.tsx';
import { saveAs } from '../../parts/saveAs.ts';
import { useFocusBack } from '../../parts/useFocusBack.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { Section } from './Section.tsx';

/** What somebody who helps needs to see; shown to the person before it is saved. */
export function SupportBundle() {
  const t = useT();
  const [opened, setOpened] = useState(false);
  return (
    <Section title={t('settingsPage.bundle')}>
      <Text size="sm">{t('settingsPage.bundleHelp')}</Text>
      <Group>
        <Button variant="default" onClick={() => setOpened(true)}>
          {t('settingsPage.bundleLook')}
        </Button>
      </Group>
      {opened && <BundleDialog onClose={() => setOpened(false)} />}
    </Section>
  );
}

function BundleDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const bundle = useCall('bundle');
  useFocusBack();
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('settingsPage.bundleTitle')}
      closeButtonProps={{ 'aria-label': t('window.close') }}
    >
      <Answered to={bundle}>{(files) => <Files files={files} />}</Answered>
    </Modal>
  );
}

function Files({ files }: { readonly files: readonly BundleFile[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <Stack gap="md">
      <Accordion variant="separated">
        {files.map(({ name, text }) => (
          <Accordion.Item key={name} value={name}>
            <Accordion.Control>
              {name} ({format.bytes(text.length)})
            </Accordion.Control>
            <Accordion.Panel>
              <Code block mah={320} style={{ overflow: 'auto' }} tabIndex={0}>
                {visibleLines(text)}
              </Code>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <FormButtons>
        <Button onClick={() => saveAs('branchline-support.zip', 'application/zip', zipped(files))}>
          {t('settingsPage.bundleSave')}
        </Button>
      </FormButtons>
    </Stack>
  );
}

function zipped(files: readonly BundleFile[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zipSync(Object.fromEntries(files.map(({ name, text }) => [name, strToU8(text)]))));
}
