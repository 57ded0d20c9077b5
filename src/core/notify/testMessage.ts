import { randomUUID } from 'node:crypto';
import os from 'node:os';
import type { Settings } from '../../shared/settings.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { visible } from '../../shared/visible.ts';
import type { Message } from './message.ts';

/** What a person sends to try a channel. */
export function testMessage(connections: Settings['connections'], t: Translate, now: Date): Message {
  return {
    id: randomUUID(),
    kind: 'test',
    level: 'information',
    at: now.toISOString(),
    title: t('delivery.test.title'),
    body: t('delivery.test.body'),
    language: t.language,
    computer: visible(os.hostname()),
    batchId: null,
    branches: connections
      .filter((one) => one.enabled)
      .map(({ id, label }) => ({ connection: id, label: visible(label || id) })),
    tables: [],
  };
}
