import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEngine } from '../../../src/core/engine.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import type { NoteTexts } from '../../../src/service/notify/noteTexts.ts';
import { type Channel, Notifier } from '../../../src/service/notify/notifier.ts';
import type { NotifyState } from '../../../src/service/notify/policy.ts';
import { type NotificationSettings, settingsSchema } from '../../../src/shared/settings.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { journalIn } from '../../core/journal/support/world.ts';
import { beginBatch } from '../../main/support/history.ts';

const GAVE_UP = { type: 'gave_up', batchId: 'sync_20261129_100000_aB3dEf9h', attempts: 8 } as const;

type Sent = readonly [note: NoteTexts, settings: NotificationSettings | null];

function notifierTo(
  channels: readonly Channel[],
  engine: ConstructorParameters<typeof Notifier>[0]['engine'],
) {
  const logged: string[] = [];
  const { clock } = systemPorts({ log: () => {} });
  const notifier = new Notifier(
    { engine },
    {
      clock,
      logger: { log: (_level, message) => logged.push(message) },
      t: () => createTranslator('en'),
      channels,
      memory: { read: () => null, write: (_state: NotifyState) => {} },
    },
  );
  return { notifier, logged };
}

test('every channel gets the note, even after one that fails', async () => {
  const sent: Sent[] = [];
  const throwing: Channel = {
    send: () => {
      throw new Error('no such file');
    },
  };
  const rejecting: Channel = { send: () => Promise.reject(new Error('no answer')) };
  const working: Channel = { send: (...args) => void sent.push(args) };
  const { notifier, logged } = notifierTo([throwing, rejecting, working], null);

  notifier.take(GAVE_UP);
  await expect.poll(() => logged.filter((one) => one === 'A notification could not be sent')).toHaveLength(2);

  expect(sent.map(([{ batchId }]) => batchId)).toEqual([GAVE_UP.batchId]);
  expect(sent[0]?.[0].body).toContain('8');
  // Nothing of the settings can be used: the channel decides.
  expect(sent[0]?.[1]).toBeNull();
});

test('a notification at this computer names its branch', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'branchline-notifier-'));
  const at = { host: 'localhost', database: 'erp', user: 'reader' };
  const settings = settingsSchema.parse({
    central: { host: 'localhost', database: 'central', user: 'branchline' },
    connections: [
      { id: 'pgsql_lmp', label: 'Lampung', ...at },
      { id: 'pgsql_mtr', label: 'Metro', ...at },
    ],
  });
  const journal = journalIn(folder.path);
  const batchId = beginBatch(journal, ['c_invoice']);
  journal.close();
  await using engine = openEngine(systemPorts({ log: () => {} }), { folder: folder.path, settings });
  const sent: Sent[] = [];
  const { notifier } = notifierTo([{ send: (...args) => void sent.push(args) }], engine);

  notifier.take({ ...GAVE_UP, batchId });
  notifier.take({ type: 'journal_set_aside', file: 'journal.db.damaged' });

  expect(sent.map(([{ title }]) => title)).toEqual([
    'Lampung: A batch needs you',
    'Lampung, Metro: The list of batches was damaged',
  ]);
});

test('a channel gets the settings for it', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'branchline-notifier-'));
  const settings = settingsSchema.parse({
    central: { host: 'localhost', database: 'central', user: 'branchline' },
    connections: [],
    notifications: { desktop: false, webhook: 'https://example.test/hook' },
  });
  await using engine = openEngine(systemPorts({ log: () => {} }), { folder: folder.path, settings });
  const sent: Sent[] = [];
  const { notifier } = notifierTo([{ send: (...args) => void sent.push(args) }], engine);

  notifier.take(GAVE_UP);

  expect(sent[0]?.[1]).toMatchObject({ desktop: false, webhook: { url: 'https://example.test/hook' } });
});
