import { inject, test } from 'vitest';
import { LARGE, WHOLE } from './routes.ts';
import { erp } from './schemas/erp.ts';
import { tellStory } from './story.ts';

test.runIf(!WHOLE)(
  `ERP of ${LARGE.tables} tables ends equal`,
  async () => {
    await tellStory(erp(LARGE), 'schema', inject('servers'));
  },
  600_000,
);
