import { inject, test } from 'vitest';
import { MIDDLE, WHOLE } from './routes.ts';
import { erp } from './schemas/erp.ts';
import { tellStory } from './story.ts';

test.runIf(!WHOLE)(
  `ERP of ${MIDDLE.tables} tables ends equal`,
  async () => {
    await tellStory(erp(MIDDLE), 'schema', inject('servers'));
  },
  600_000,
);
